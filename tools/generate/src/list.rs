//! The list of operations as JSON, which the guest carries in its custom
//! section `locus.operations` and the server serves as `/v1/operations`.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::Files;

pub(crate) fn generate(files: &mut Files) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(&json!({ "operations": operations() }))?;
    text.push('\n');
    files.insert(PathBuf::from("wasi-guest/operations.json"), text);
    Ok(())
}

/// The list itself, one object an operation.
pub(crate) fn operations() -> Vec<Value> {
    codec_core::operations()
        .iter()
        .map(|operation| {
            json!({
                "name": operation.name,
                "doc": operation.doc,
                "phases": operation.phases,
                "inputs": { "least": operation.inputs.0, "most": operation.inputs.1 },
                "test_only": operation.test_only,
                "parameters": operation.parameters(),
                "result": operation.result(),
            })
        })
        .collect()
}
