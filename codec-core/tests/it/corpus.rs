//! The corpus that every build answers alike, here at one thread and more.

use serde::Deserialize;
use serde_json::Value;

use crate::call::{Asked, Reply};
use crate::pictures::corpus;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    operation: String,
    parameters: Value,
    inputs: Vec<String>,
    equality: String,
    native: String,
    error: Option<String>,
}

#[test]
fn replies_are_alike_at_any_number_of_threads() {
    let calls: Vec<Listed> = serde_json::from_slice(&corpus("calls.json")).unwrap();
    for call in &calls {
        assert!(
            ["exact", "within1"].contains(&call.native.as_str()),
            "{}",
            call.name
        );
        let input = call.inputs.first().map(|name| corpus(name));
        let parameters = call.parameters.clone();
        let mut asked = match &input {
            Some(input) => Asked::new(&call.operation, parameters, input),
            None => Asked::without_input(&call.operation, parameters),
        };
        let one = asked.reply();
        asked.threads = 2;
        let two = asked.reply();
        match (&call.error, one, two) {
            (None, Ok(one), Ok(two)) => alike(call, &one, &two),
            (Some(code), Err(one), Err(two)) => {
                assert_eq!(one.code.as_str(), code, "{}", call.name);
                assert_eq!(one, two, "{}", call.name);
            }
            (expected, one, two) => {
                panic!("{}: expected {expected:?}, got {one:?}, {two:?}", call.name)
            }
        }
    }
}

fn alike(call: &Listed, one: &Reply, two: &Reply) {
    assert_eq!(one.result, two.result, "{}", call.name);
    let apart = one
        .payloads
        .concat()
        .iter()
        .zip(two.payloads.concat())
        .map(|(a, b)| a.abs_diff(b))
        .max()
        .unwrap_or(0);
    let allowed = if call.equality == "exact" { 0 } else { 1 };
    assert!(apart <= allowed, "{}: {apart} apart", call.name);
}
