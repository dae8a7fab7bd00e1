//! Modules of our own: how they are compiled, kept, and refused.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::support::{Folder, Server, call, frame, wait};

/// A guest that answers every call by the same error; `more` is put into its
/// text, `body` runs in each call whose frame is longer than 4 KiB.
fn guest(more: &str, body: &str) -> Vec<u8> {
    let mut header =
        br#"{"kind":"reply","id":7,"error":{"code":"unsupported","message":"from the guest"}}"#
            .to_vec();
    while !(header.len() + 8).is_multiple_of(16) {
        header.push(b' ');
    }
    let reply = [&b"LOC1"[..], &(header.len() as u32).to_le_bytes(), &header].concat();
    let list = [1u32, 1024, reply.len() as u32]
        .map(u32::to_le_bytes)
        .concat();
    let escape = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("\\{byte:02x}"))
            .collect::<String>()
    };
    let text = format!(
        r#"(module
            (@custom "locus.operations" "{{\"operations\":[{{\"name\":\"any\",\"phases\":[]}}]}}")
            (@custom "wasmedge" "this would be loaded as native code")
            (import "locus" "progress" (func $progress (param f32) (result i32)))
            (memory (export "memory") 2)
            (data (i32.const 512) "{list}")
            (data (i32.const 1024) "{reply}")
            {more}
            (func (export "_initialize"))
            (func (export "locus_alloc") (param i32) (result i32) (i32.const 65536))
            (func (export "locus_call") (param $at i32) (param $length i32) (result i32)
                (local $left i32)
                (if (i32.gt_u (local.get $length) (i32.const 4096)) (then {body}))
                (i32.const 512))
            (func (export "locus_free")))"#,
        list = escape(&list),
        reply = escape(&reply),
    );
    wasmedge_sdk::wat2wasm(text.as_bytes())
        .expect("valid text")
        .to_vec()
}

/// Functions that are never called and take a while to compile.
fn ballast() -> String {
    let step = "(local.set 0 (i32.xor (i32.mul (local.get 0) (i32.const 31)) (i32.shr_u (local.get 0) (i32.const 7))))";
    (0..400)
        .map(|_| {
            format!(
                "(func (param i32) (result i32) {} (local.get 0))",
                step.repeat(60)
            )
        })
        .collect()
}

struct Kept {
    folder: Folder,
    module: PathBuf,
}

impl Kept {
    fn new(wasm: &[u8]) -> Self {
        let folder = Folder::new();
        let module = folder.write("guest.wasm", wasm);
        Self { folder, module }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn serve(&self, flags: &[&str]) -> Server {
        Server::of(&self.module, &self.cache(), flags)
    }

    /// Compiled files, by level.
    fn compiled(&self, level: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.cache()).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.to_string_lossy().ends_with(&format!("-{level}.so")))
            .collect()
    }
}

fn check(server: &Server) {
    let answer = server.call(call("any", 60_000), &[]);
    assert_eq!((answer.status, answer.code()), (200, "unsupported".into()));
}

#[test]
fn calls_are_warming_until_the_quick_tier_is_there_and_never_fail_afterwards() {
    let kept = Kept::new(&guest(&ballast(), ""));
    let server = kept.serve(&[]);
    assert_eq!(server.health()["status"], "warming");
    let answer = server.call(call("any", 60_000), &[]);
    assert_eq!((answer.status, answer.code()), (503, "warming".into()));
    assert_eq!(answer.header("retry-after"), Some("1"));
    // Everything else is there already.
    assert_eq!(server.get("/v1/operations").status, 200);
    server.wait_ready();
    check(&server);
    let quick = server.runners();
    wait("the optimised tier has taken over", || {
        check(&server);
        let now = server.runners();
        kept.compiled("O3").len() == 1 && now.len() == 3 && now.is_disjoint(&quick)
    });
    check(&server);
    assert_eq!(kept.compiled("O0").len(), 1);
}

#[test]
fn a_compiled_file_is_used_again_and_only_by_its_own_name() {
    let kept = Kept::new(&guest("", ""));
    let compiles = || {
        let mut server = kept.serve(&[]);
        server.wait_ready();
        check(&server);
        wait("the optimised tier is there", || {
            kept.compiled("O3").len() == 1
        });
        server.terminate();
        assert!(server.ended().success());
        server.logged(&["codec compiled"])
    };
    assert!(compiles());
    assert!(!compiles());
    // Made by another CPU, version or module: its name would be another.
    for level in ["O0", "O3"] {
        let path = kept.compiled(level).remove(0);
        fs::rename(
            &path,
            kept.cache()
                .join(format!("{}-{level}.other", "0".repeat(40))),
        )
        .expect("renamed");
    }
    assert!(compiles());
    fs::write(&kept.module, guest("(func)", "")).expect("written");
    for level in ["O0", "O3"] {
        let path = kept.compiled(level).remove(0);
        fs::rename(&path, path.with_extension("other")).expect("renamed");
    }
    assert!(compiles());
    let left: Vec<_> = fs::read_dir(kept.cache())
        .expect("the cache")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with("work-")),
        "{left:?}"
    );
}

#[test]
fn a_broken_compiled_file_is_made_anew() {
    let kept = Kept::new(&guest("", ""));
    {
        let server = kept.serve(&[]);
        wait("the optimised tier is there", || {
            kept.compiled("O3").len() == 1
        });
        server.wait_ready();
    }
    let path = kept.compiled("O3").remove(0);
    for broken in [&b"\x7fELF and then nonsense"[..], b"\0asm\x01\0\0\0", b""] {
        fs::write(&path, broken).expect("written");
        let server = kept.serve(&[]);
        server.wait_ready();
        check(&server);
        wait("it is made anew", || {
            fs::metadata(&path).is_ok_and(|file| file.len() > 1000)
        });
    }
}

#[test]
fn a_guest_that_answers_nonsense_has_trapped() {
    for body in [
        "(return (i32.const 0x7fffffff))",
        "(return (i32.const -1))",
        "(return (i32.const 0))",
        "(i32.store (i32.const 512) (i32.const 100000))",
        "(i32.store (i32.const 516) (i32.const -16))",
        "(i32.store (i32.const 520) (i32.const -1))",
        "(i32.store (i32.const 1024) (i32.const 0))",
        "(unreachable)",
    ] {
        let kept = Kept::new(&guest("", body));
        let server = kept.serve(&[]);
        server.wait_ready();
        let answer = server.call(call("any", 60_000), &[&[0; 5000]]);
        assert_eq!(
            (answer.status, answer.code()),
            (500, "trapped".into()),
            "{body}"
        );
        check(&server);
    }
}

#[test]
fn progress_values_of_any_kind_do_no_harm() {
    let values = ["nan", "inf", "-inf", "-1", "1e30", "0.5"];
    let tell: String = values
        .iter()
        .map(|value| format!("(drop (call $progress (f32.const {value})))"))
        .collect();
    let body = format!("(loop $again {tell} (br $again))");
    let kept = Kept::new(&guest("", &body));
    let server = kept.serve(&[]);
    server.wait_ready();
    let mut long = call("any", 700);
    long["payloads"] = serde_json::json!([5000]);
    let answer = server.post(&frame(long, &[&[0; 5000]]));
    assert_eq!(
        (answer.status, answer.code()),
        (200, "deadline_exceeded".into())
    );
    for said in &answer.frames()[..answer.frames().len() - 1] {
        let fraction = said.header["fraction"].as_f64().expect("a fraction");
        assert!((0.0..=1.0).contains(&fraction) && said.header.get("phase").is_none());
    }
}

#[test]
fn a_compiler_ends_with_its_server() {
    let kept = Kept::new(&guest(&ballast(), ""));
    let server = kept.serve(&[]);
    let mut compilers = Vec::new();
    wait("the compiler runs", || {
        compilers = processes(
            "compiler",
            &kept.module.parent().expect("a folder").to_string_lossy(),
        );
        !compilers.is_empty()
    });
    crate::support::signal(server.pid(), rustix::process::Signal::KILL);
    wait("it has ended", || {
        std::thread::sleep(Duration::from_millis(20));
        processes(
            "compiler",
            &kept.module.parent().expect("a folder").to_string_lossy(),
        )
        .is_empty()
    });
}

/// Processes of a subcommand whose arguments name `word`.
fn processes(subcommand: &str, word: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            line.starts_with(&format!("locus\0{subcommand}\0")) && line.contains(word)
        })
        .collect()
}
