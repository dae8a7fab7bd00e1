//! One call and its reply, as tests want them.

use codec_core::{Host, answer};
use locus_protocol::{Call, ErrorBody, Frame, Input, Limits, Message, write};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A host with threads that never stops a call.
pub struct Quiet(pub usize);

impl Host for Quiet {
    fn progress(&self, _: f32) -> bool {
        false
    }

    fn threads(&self) -> usize {
        self.0
    }
}

/// What a call returned.
#[derive(Debug)]
pub struct Reply {
    pub result: Value,
    pub payloads: Vec<Vec<u8>>,
}

/// A call to be made.
#[derive(Clone)]
pub struct Asked<'a> {
    pub operation: &'a str,
    pub parameters: Value,
    pub input: &'a [u8],
    pub limits: Limits,
    pub threads: usize,
    inputs: usize,
}

impl<'a> Asked<'a> {
    pub fn new(operation: &'a str, parameters: Value, input: &'a [u8]) -> Self {
        Self {
            operation,
            parameters,
            input,
            limits: Limits::default(),
            threads: 1,
            inputs: 1,
        }
    }

    pub fn without_input(operation: &'a str, parameters: Value) -> Self {
        Self {
            inputs: 0,
            ..Self::new(operation, parameters, &[])
        }
    }

    pub fn reply(&self) -> Result<Reply, ErrorBody> {
        let mut call = Call::new(1, self.operation).with_inline_inputs(self.inputs);
        call.parameters = Some(RawValue::from_string(self.parameters.to_string()).unwrap());
        call.limits = self.limits;
        exchange(&Message::Call(call), self.input, &Quiet(self.threads))
    }

    /// What it would take, told from the input's first `head` bytes.
    pub fn estimate(&self, head: usize) -> Result<Value, ErrorBody> {
        let mut call = Call::new(1, self.operation);
        call.parameters = Some(RawValue::from_string(self.parameters.to_string()).unwrap());
        let input = Input {
            payload: Some(0),
            length: Some(self.input.len() as u64),
            ..Input::default()
        };
        call.inputs = vec![input; self.inputs];
        let head = &self.input[..head.min(self.input.len())];
        exchange(&Message::Estimate(call), head, &Quiet(1)).map(|reply| reply.result)
    }
}

pub fn exchange(message: &Message, input: &[u8], host: &dyn Host) -> Result<Reply, ErrorBody> {
    let bytes = answer(&write(message, &[input]), host).to_bytes();
    let frame = Frame::parse(&bytes).expect("an answer is a frame");
    let Message::Reply(reply) = frame.message else {
        panic!("an answer is a reply");
    };
    let result = reply.outcome?;
    Ok(Reply {
        result: serde_json::from_str(result.get()).unwrap(),
        payloads: frame
            .payloads
            .iter()
            .map(|payload| payload.to_vec())
            .collect(),
    })
}

/// A decoded raster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgba {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
}

impl Rgba {
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 4] {
        let at = 4 * (y * self.width + x);
        self.data[at..at + 4].try_into().unwrap()
    }

    pub fn crop(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let data = (y..y + height)
            .flat_map(|y| {
                let at = 4 * (y * self.width + x);
                self.data[at..at + 4 * width].iter().copied()
            })
            .collect();
        Self {
            width,
            height,
            data,
        }
    }

    /// The largest difference of a sample.
    pub fn apart(&self, other: &Self) -> u8 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let pairs = self.data.iter().zip(&other.data);
        pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    }
}

pub fn decode(input: &[u8], parameters: Value) -> Result<Rgba, ErrorBody> {
    Asked::new("image.decode", parameters, input)
        .reply()
        .map(rgba)
}

/// All of the first frame.
pub fn decode_whole(input: &[u8]) -> Rgba {
    decode(input, json!({})).unwrap()
}

pub fn rgba(reply: Reply) -> Rgba {
    let raster = &reply.result["raster"];
    let [width, height] = ["width", "height"].map(|name| raster[name].as_u64().unwrap() as usize);
    let data = reply.payloads.into_iter().next().unwrap();
    assert_eq!(data.len(), 4 * width * height);
    Rgba {
        width,
        height,
        data,
    }
}

pub fn inspect(input: &[u8]) -> Result<Value, ErrorBody> {
    Asked::new("image.inspect", json!({}), input)
        .reply()
        .map(|reply| reply.result)
}
