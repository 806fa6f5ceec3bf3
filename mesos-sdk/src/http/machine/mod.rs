//! HTTP/1.1 as a client sees it, on the connections that have to be fast: what comes of the bytes, and which call of
//! many on one connection an answer belongs to.

mod answers;
mod framing;
mod pipeline;
mod request;

pub(crate) use answers::{After, AnswerHead, Answers, Part};
pub(crate) use framing::MalformedAnswer;
pub(crate) use pipeline::Pipeline;
pub(crate) use request::RequestHead;
