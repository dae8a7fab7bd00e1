//! `docs/operations.md`: the operations and the error codes, as tables.

use std::fmt::Write as _;
use std::path::PathBuf;

use locus_protocol::ErrorCode;

use crate::Files;

pub(crate) fn generate(files: &mut Files) {
    let mut text = String::from(
        "<!-- Written by tools/generate from the operations table. -->\n\
         # Operations\n\n\
         Every operation runs in either place and answers the same. Parameters and results are\n\
         described field by field in `web-worker/client/src/generated`, a file a type.\n\n\
         | operation | what it does | parameters | result | phases |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for operation in codec_core::operations() {
        let _ = writeln!(
            text,
            "| `{}` | {} | `{}` | `{}` | {} |",
            operation.name,
            operation.doc,
            operation.parameters(),
            operation.result(),
            operation.phases.join(", ")
        );
    }
    text.push_str(
        "\n## Error codes\n\n\
         A call that fails answers with one of these; the status is that of the HTTP reply when the\n\
         call was refused before any of it was answered.\n\n\
         | code | status | meaning |\n| --- | --- | --- |\n",
    );
    for code in ErrorCode::ALL {
        let _ = writeln!(
            text,
            "| `{code}` | {} | {} |",
            code.http_status(),
            code.doc().trim()
        );
    }
    files.insert(PathBuf::from("docs/operations.md"), text);
}
