//! HTTP/1.1 as a client sees it, on the connections that have to be fast: what comes of the bytes, and which call of
//! many on one connection a response belongs to.

mod framing;
mod pipeline;
mod request;
mod responses;

pub(crate) use framing::MalformedResponse;
pub(crate) use pipeline::Pipeline;
pub(crate) use request::RequestHead;
pub(crate) use responses::{After, Part, ResponseHead, Responses};
