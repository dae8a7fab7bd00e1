//! What can be called: read from the codec's custom section
//! `locus.operations`, without running it.

use std::collections::HashMap;
use std::sync::Arc;

use locus_protocol::{ErrorBody, ErrorCode};
use serde::Deserialize;

use crate::runner::Usual;

/// One operation, as far as the server needs to know it.
#[derive(Debug, Clone, Deserialize)]
pub struct Operation {
    /// Its name, e.g. `image.decode`.
    pub name: String,
    /// Names of its phases, in order.
    #[serde(default)]
    pub phases: Vec<String>,
    /// Whether it is there for tests only.
    #[serde(default)]
    pub test_only: bool,
    /// How long its calls take.
    #[serde(skip)]
    pub calls: Arc<Usual>,
    /// How long its estimates take.
    #[serde(skip)]
    pub estimates: Arc<Usual>,
}

/// All operations of a module.
#[derive(Debug)]
pub struct Operations {
    json: String,
    by_name: HashMap<String, Arc<Operation>>,
}

/// Why a module's list of operations is not one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperationsError {
    /// The module brings no list.
    #[error("the module has no custom section `locus.operations`")]
    Missing,
    /// The list is not the JSON that it should be.
    #[error("the module's list of operations is not valid: {0}")]
    Invalid(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct List {
    operations: Vec<serde_json::Value>,
}

impl Operations {
    /// Reads the list; those for tests are left out unless `tests` is set.
    ///
    /// # Errors
    /// [`OperationsError`] when it is not a valid list.
    pub fn read(section: Option<&[u8]>, tests: bool) -> Result<Self, OperationsError> {
        let mut list: List = serde_json::from_slice(section.ok_or(OperationsError::Missing)?)?;
        let mut by_name = HashMap::new();
        let mut shown = Vec::new();
        for value in list.operations.drain(..) {
            let operation = Operation::deserialize(&value)?;
            if operation.test_only && !tests {
                continue;
            }
            by_name.insert(operation.name.clone(), Arc::new(operation));
            shown.push(value);
        }
        let json = serde_json::to_string(&serde_json::json!({ "operations": shown }))?;
        Ok(Self { json, by_name })
    }

    /// The list as `GET /v1/operations` serves it.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The operation of that name.
    ///
    /// # Errors
    /// `unknown_operation`.
    pub fn find(&self, name: &str) -> Result<&Arc<Operation>, ErrorBody> {
        self.by_name.get(name).ok_or_else(|| {
            let shown: String = name.chars().take(80).collect();
            ErrorBody::new(
                ErrorCode::UnknownOperation,
                format!("there is no operation `{shown}` here"),
            )
        })
    }
}
