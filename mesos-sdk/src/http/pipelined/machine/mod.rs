//! The client side of HTTP/1.1, for connections that have to be fast: it parses responses, and
//! matches them to the calls that were pipelined on the connection.

mod framing;
mod pipeline;
mod request;
mod responses;

pub(crate) use framing::MalformedResponse;
pub(crate) use pipeline::Pipeline;
pub(crate) use request::RequestHead;
pub(crate) use responses::{After, Part, ResponseHead, Responses};
