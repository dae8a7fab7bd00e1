//! What was measured, and how it is printed: one JSON object a line for
//! programs, a table for people.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::statistics::{median, rounded};

/// Samples of one metric for one input. The browser's suites write these as
/// JSON lines, and the other suites make them in place.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// The input.
    pub case: String,
    /// What was measured.
    pub metric: String,
    /// Unit of the samples.
    pub unit: String,
    /// `local` or `server`.
    #[serde(default)]
    pub place: Option<String>,
    /// Threads that ours used.
    #[serde(default)]
    pub threads: Option<u32>,
    /// Ours, one a run.
    pub samples: Vec<f64>,
    /// Against whom.
    #[serde(default)]
    pub peer_name: Option<String>,
    /// The peer's, one a run; empty where it can't be had, and `note` says why.
    #[serde(default)]
    pub peer_samples: Vec<f64>,
    /// What a reader of the figure has to know.
    #[serde(default)]
    pub note: Option<String>,
}

/// One figure, as it is printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    suite: String,
    case: String,
    metric: String,
    /// Median of ours; absent where it can't be had, and the note says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    unit: String,
    #[serde(flatten)]
    peer: Option<Peer>,
    place: Option<String>,
    threads: Option<u32>,
    /// How many samples the median is of.
    runs: usize,
    /// Least and greatest of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Peer {
    peer_name: String,
    /// Median of the peer's.
    peer: Option<f64>,
    /// `value` divided by `peer`.
    ratio: Option<f64>,
}

impl Measurement {
    /// The figure; `None` when there are no samples and no note, nor a peer,
    /// that would make a line of it.
    #[must_use]
    pub fn line(self, suite: &str) -> Option<Line> {
        let value = median(&self.samples);
        if value.is_none() && (self.note.is_none() || self.peer_name.is_some()) {
            return None;
        }
        let other = median(&self.peer_samples);
        let peer = self.peer_name.map(|peer_name| Peer {
            peer_name,
            peer: other.map(rounded),
            ratio: value
                .zip(other)
                .map(|(value, other)| rounded(value / other))
                .filter(|ratio| ratio.is_finite()),
        });
        let fold =
            |pick: fn(f64, f64) -> f64| self.samples.iter().copied().reduce(pick).map(rounded);
        Some(Line {
            suite: suite.to_owned(),
            case: self.case,
            metric: self.metric,
            value: value.map(rounded),
            unit: self.unit,
            peer,
            place: self.place,
            threads: self.threads,
            runs: self.samples.len(),
            min: fold(f64::min),
            max: fold(f64::max),
            note: self.note,
        })
    }
}

/// Writes `lines` as JSON, one a line.
///
/// # Errors
/// When nobody reads.
pub fn write_json(lines: &[Line], mut into: impl Write) -> io::Result<()> {
    for line in lines {
        serde_json::to_writer(&mut into, line)?;
        into.write_all(b"\n")?;
    }
    into.flush()
}

/// Writes `lines` as a table; notes stand below it.
///
/// # Errors
/// When nobody reads.
pub fn write_table(lines: &[Line], mut into: impl Write) -> io::Result<()> {
    const HEAD: [&str; 12] = [
        "suite", "case", "metric", "ours", "min", "max", "unit", "peer", "peer's", "ratio",
        "threads", "runs",
    ];
    let number =
        |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    let rows: Vec<[String; 12]> = lines
        .iter()
        .map(|line| {
            let peer = line.peer.as_ref();
            [
                line.suite.clone(),
                line.case.clone(),
                line.metric.clone(),
                number(line.value),
                number(line.min),
                number(line.max),
                line.unit.clone(),
                peer.map_or_else(String::new, |peer| peer.peer_name.clone()),
                peer.map_or_else(String::new, |peer| number(peer.peer)),
                peer.map_or_else(String::new, |peer| number(peer.ratio)),
                line.threads
                    .map_or_else(String::new, |threads| threads.to_string()),
                line.runs.to_string(),
            ]
        })
        .collect();
    let head = HEAD.map(str::to_owned);
    let widths: [usize; 12] = std::array::from_fn(|column| {
        let cells = rows.iter().chain([&head]);
        cells
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    });
    for row in [&head].into_iter().chain(&rows) {
        let cells = row
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                // Figures stand on the right of their column, words on the left.
                if matches!(column, 3..=5 | 8..) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:width$}")
                }
            });
        writeln!(into, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    let mut told: Vec<&str> = Vec::new();
    for note in lines.iter().filter_map(|line| line.note.as_deref()) {
        if !told.contains(&note) {
            told.push(note);
            writeln!(into, "- {note}")?;
        }
    }
    into.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement() -> Measurement {
        Measurement {
            case: "photo".into(),
            metric: "throughput_mp_s".into(),
            unit: "MP/s".into(),
            place: Some("server".into()),
            threads: Some(1),
            samples: vec![8.0, 7.5, 9.0],
            peer_name: Some("native".into()),
            peer_samples: vec![10.0, 9.0, 12.0],
            note: None,
        }
    }

    fn json(measurement: Measurement) -> String {
        let line = measurement.line("wasm-vs-native").expect("it makes a line");
        let mut out = Vec::new();
        write_json(&[line], &mut out).expect("memory takes it");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn a_figure_is_one_json_line_with_medians_and_their_ratio() {
        assert_eq!(
            json(measurement()),
            concat!(
                r#"{"suite":"wasm-vs-native","case":"photo","metric":"throughput_mp_s","value":8.0,"unit":"MP/s","#,
                r#""peer_name":"native","peer":10.0,"ratio":0.8,"place":"server","threads":1,"runs":3,"#,
                r#""min":7.5,"max":9.0}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_peer_that_cannot_be_had_is_null_with_a_note() {
        let text = json(Measurement {
            peer_samples: Vec::new(),
            note: Some("it does not read this file".into()),
            ..measurement()
        });
        assert!(
            text.contains(r#""peer_name":"native","peer":null,"ratio":null"#),
            "{text}"
        );
        assert!(
            text.contains(r#""note":"it does not read this file""#),
            "{text}"
        );
    }

    #[test]
    fn without_a_peer_its_fields_are_absent() {
        let text = json(Measurement {
            peer_name: None,
            ..measurement()
        });
        assert!(!text.contains("peer"), "{text}");
        assert!(!text.contains("ratio"), "{text}");
    }

    #[test]
    fn nothing_measured_is_no_figure() {
        let empty = Measurement {
            samples: Vec::new(),
            ..measurement()
        };
        assert_eq!(empty.line("wasm-vs-native"), None);
    }

    #[test]
    fn what_cannot_be_measured_has_a_note_and_no_value() {
        let text = json(Measurement {
            samples: Vec::new(),
            peer_name: None,
            note: Some("there is no tool for it".into()),
            ..measurement()
        });
        assert!(!text.contains("value"), "{text}");
        assert!(!text.contains("min"), "{text}");
        assert!(text.contains("there is no tool for it"), "{text}");
    }

    #[test]
    fn a_ratio_to_nothing_is_null() {
        let text = json(Measurement {
            peer_samples: vec![0.0],
            ..measurement()
        });
        assert!(text.contains(r#""peer":0.0,"ratio":null"#), "{text}");
    }

    #[test]
    fn tables_line_up() {
        let lines = [
            measurement().line("a"),
            Measurement {
                peer_name: None,
                ..measurement()
            }
            .line("longer"),
        ];
        let mut out = Vec::new();
        write_table(&lines.map(|line| line.expect("it has samples")), &mut out)
            .expect("memory takes it");
        let text = String::from_utf8(out).expect("tables are UTF-8");
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows.len(), 3);
        let column = rows[0].find("case").expect("a heading");
        assert!(
            rows[1..]
                .iter()
                .all(|row| row[column..].starts_with("photo")),
            "{text}"
        );
    }

    #[test]
    fn samples_of_the_browser_are_read() {
        let text = r#"{"case":"photo","metric":"long_tasks","unit":"count","place":"local","threads":2,"samples":[0,1]}"#;
        let read: Measurement = serde_json::from_str(text).expect("it is a measurement");
        assert_eq!(read.samples, [0.0, 1.0]);
        assert!(serde_json::from_str::<Measurement>(r#"{"case":"photo"}"#).is_err());
    }
}
