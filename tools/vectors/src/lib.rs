//! Keeps vector loads whole when WasmEdge compiles a module ahead of time.
//!
//! WasmEdge 0.17 hands `v128.load` to LLVM as a volatile load of one 128-bit
//! integer. On x86-64 that becomes one instruction where a single operation
//! uses the value. Where two do, or one in another block, LLVM loads two
//! 64-bit halves into general registers and moves and joins them again before
//! each use: five instructions for one, in every filter and transform.
//!
//! So each load here gets a single use, an `or` with a zero that LLVM cannot
//! know to be one, because it stands in a mutable global; what used the load
//! uses the `or`. The module computes what it computed before.

use anyhow::{Context, Result, bail, ensure};
use wasm_encoder::{Encode, Module, RawSection, SectionId};
use wasmparser::{
    BinaryReader, CodeSectionReader, CompositeInnerType, FunctionBody, FunctionSectionReader,
    GlobalSectionReader, KnownCustom, Name, Operator, Parser, Payload, TypeRef, TypeSectionReader,
};

const V128: u8 = 0x7b;
const LOCAL_GET: u8 = 0x20;
const LOCAL_SET: u8 = 0x21;
const GLOBAL_GET: u8 = 0x23;
/// `v128.or`.
const OR: [u8; 2] = [0xfd, 0x50];
/// A mutable vector, zero at first: type, mutability, `v128.const 0`, `end`.
const ZERO: [u8; 21] = {
    let mut global = [0; 21];
    global[0] = V128;
    global[1] = 1;
    global[2] = 0xfd;
    global[3] = 0x0c;
    global[20] = 0x0b;
    global
};

/// A module whose loads are kept whole.
#[derive(Debug)]
pub struct Kept {
    /// The module's bytes.
    pub module: Vec<u8>,
    /// How many loads were changed.
    pub loads: usize,
}

/// What has to be known of a module before its code is read.
#[derive(Default)]
struct Shape {
    /// Parameters of each type.
    parameters: Vec<u32>,
    imported_functions: usize,
    /// Type of each function that the module defines.
    types: Vec<u32>,
    imported_globals: u32,
    globals: u32,
    /// Names by index among all functions, imported ones first.
    names: Vec<Option<String>>,
}

/// Gives vector loads a single use, in the functions that `wanted` takes by
/// their (mangled) names; others stay as they are.
///
/// # Errors
/// When `bytes` is no module, has no globals of its own, or nothing is found
/// to change, which would mean that names or builds have changed.
pub fn keep_whole(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Kept> {
    let shape = Shape::of(bytes)?;
    ensure!(shape.globals > 0, "there is no section of globals");
    let (mut module, mut loads) = (Module::new(), 0);
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        let code;
        let (id, data) = match &payload {
            Payload::GlobalSection(section) => {
                code = globals(bytes, section)?;
                (SectionId::Global as u8, code.as_slice())
            }
            Payload::CodeSectionStart { range, .. } => {
                let reader = BinaryReader::new(&bytes[range.clone()], range.start);
                let changed = functions(bytes, reader, &shape, &wanted)?;
                code = changed.module;
                loads = changed.loads;
                (SectionId::Code as u8, code.as_slice())
            }
            other => match other.as_section() {
                Some((id, range)) => (id, &bytes[range]),
                None => continue,
            },
        };
        module.section(&RawSection { id, data });
    }
    ensure!(
        loads > 0,
        "no function has one of the names and vector loads"
    );
    Ok(Kept {
        module: module.finish(),
        loads,
    })
}

impl Shape {
    fn of(bytes: &[u8]) -> Result<Self> {
        let mut shape = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(section) => shape.read_types(section)?,
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import?.ty {
                            TypeRef::Func(_) => shape.imported_functions += 1,
                            TypeRef::Global(_) => shape.imported_globals += 1,
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => shape.types = types(section)?,
                Payload::GlobalSection(section) => shape.globals = section.count(),
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for name in names {
                            if let Name::Function(functions) = name? {
                                for function in functions {
                                    let function = function?;
                                    let at = function.index as usize;
                                    if shape.names.len() <= at {
                                        shape.names.resize(at + 1, None);
                                    }
                                    shape.names[at] = Some(function.name.to_owned());
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(shape)
    }

    fn read_types(&mut self, section: TypeSectionReader<'_>) -> Result<()> {
        for group in section {
            for ty in group?.into_types() {
                let CompositeInnerType::Func(function) = ty.composite_type.inner else {
                    bail!("there are types other than functions");
                };
                self.parameters.push(function.params().len() as u32);
            }
        }
        Ok(())
    }
}

fn types(section: FunctionSectionReader<'_>) -> Result<Vec<u32>> {
    Ok(section.into_iter().collect::<Result<_, _>>()?)
}

/// The section of globals with one more.
fn globals(bytes: &[u8], section: &GlobalSectionReader<'_>) -> Result<Vec<u8>> {
    let range = section.range();
    let mut reader = BinaryReader::new(&bytes[range.clone()], range.start);
    let count = reader.read_var_u32()?;
    let mut out = Vec::new();
    (count + 1).encode(&mut out);
    out.extend_from_slice(&bytes[reader.original_position()..range.end]);
    out.extend_from_slice(&ZERO);
    Ok(out)
}

/// The section of code, with its loads kept whole.
fn functions(
    bytes: &[u8],
    reader: BinaryReader<'_>,
    shape: &Shape,
    wanted: &impl Fn(&str) -> bool,
) -> Result<Kept> {
    let section = CodeSectionReader::new(reader)?;
    let zero = shape.imported_globals + shape.globals;
    let (mut out, mut loads) = (Vec::new(), 0);
    section.count().encode(&mut out);
    for (at, body) in section.into_iter().enumerate() {
        let body = body?;
        let named = shape.names.get(shape.imported_functions + at);
        let kept = match named {
            Some(Some(name)) if wanted(name) => {
                let ty = *shape.types.get(at).context("a function has no type")? as usize;
                let parameters = *shape.parameters.get(ty).context("a type is missing")?;
                function(bytes, &body, parameters, zero)?
            }
            _ => None,
        };
        if let Some((body, count)) = kept {
            loads += count;
            body.as_slice().encode(&mut out);
        } else {
            bytes[body.range()].encode(&mut out);
        }
    }
    Ok(Kept { module: out, loads })
}

/// A function's body with its loads kept whole, and how many there are; none
/// when it has none.
fn function(
    bytes: &[u8],
    body: &FunctionBody<'_>,
    parameters: u32,
    zero: u32,
) -> Result<Option<(Vec<u8>, usize)>> {
    // Where the instruction after each load begins.
    let mut after = Vec::new();
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        if matches!(operators.read()?, Operator::V128Load { .. }) {
            after.push(operators.original_position());
        }
    }
    if after.is_empty() {
        return Ok(None);
    }

    let mut locals = body.get_locals_reader()?;
    let groups = locals.get_count();
    let first = locals.original_position();
    let mut local = parameters;
    for _ in 0..groups {
        local += locals.read()?.0;
    }
    let code = locals.original_position();

    let mut out = Vec::new();
    (groups + 1).encode(&mut out);
    out.extend_from_slice(&bytes[first..code]);
    out.extend_from_slice(&[1, V128]);
    // The zero is read once a call and kept in a register.
    out.push(GLOBAL_GET);
    zero.encode(&mut out);
    out.push(LOCAL_SET);
    local.encode(&mut out);
    let mut from = code;
    for &to in &after {
        out.extend_from_slice(&bytes[from..to]);
        out.push(LOCAL_GET);
        local.encode(&mut out);
        out.extend_from_slice(&OR);
        from = to;
    }
    out.extend_from_slice(&bytes[from..body.range().end]);
    Ok(Some((out, after.len())))
}

#[cfg(test)]
mod tests {
    use wasmparser::{Operator, Parser, Payload, Validator};

    use super::keep_whole;

    const MODULE: &str = r#"(module
        (import "host" "heard" (func $heard (param i32)))
        (memory 1)
        (global $stack (mut i32) (i32.const 16))
        (func $filter (param $at i32) (result v128) (local $kept v128)
            (local.set $kept (v128.load align=1 (local.get $at)))
            (f32x4.mul (local.get $kept) (f32x4.add (local.get $kept) (v128.load offset=16 (local.get $at)))))
        (func $other (param $at i32) (result v128) (v128.load (local.get $at)))
        (func (export "none") (param i32) (call $heard (local.get 0))))"#;

    /// Loads and `or`s of each function.
    fn counts(module: &[u8]) -> Vec<(usize, usize)> {
        let mut counts = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CodeSectionEntry(body) = payload.unwrap() {
                let operators = body.get_operators_reader().unwrap();
                let (mut loads, mut ors) = (0, 0);
                for operator in operators {
                    match operator.unwrap() {
                        Operator::V128Load { .. } => loads += 1,
                        Operator::V128Or => ors += 1,
                        _ => {}
                    }
                }
                counts.push((loads, ors));
            }
        }
        counts
    }

    #[test]
    fn loads_of_the_named_functions_have_one_use() {
        let module = wat::parse_str(MODULE).unwrap();
        let kept = keep_whole(&module, |name| name.contains("filter")).unwrap();
        Validator::new().validate_all(&kept.module).unwrap();
        assert_eq!(kept.loads, 2);
        assert_eq!(counts(&module), [(2, 0), (1, 0), (0, 0)]);
        assert_eq!(counts(&kept.module), [(2, 2), (1, 0), (0, 0)]);
    }

    #[test]
    fn names_that_are_gone_are_an_error() {
        let module = wat::parse_str(MODULE).unwrap();
        let error = keep_whole(&module, |name| name.contains("absent")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no function has one of the names")
        );
    }

    #[test]
    fn what_is_no_module_is_an_error() {
        assert!(keep_whole(b"\0asm", |_| true).is_err());
        let module = wat::parse_str(MODULE).unwrap();
        assert!(keep_whole(&module[..module.len() / 2], |_| true).is_err());
    }
}
