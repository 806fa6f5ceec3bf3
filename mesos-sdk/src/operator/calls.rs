//! The macro that generates the methods of all calls from a table.

use std::time::Duration;

use crate::proto::google::protobuf;
use crate::{Error, ErrorKind};

/// Generates methods of a client from lines like
///
/// ```text
/// /// Documentation.
/// Ask get_metrics(timeout: Option<Duration>) = GetMetrics { get_metrics: GetMetrics { … } } -> get_metrics: GetMetrics;
/// ```
///
/// Each line states whether the call only reads ([`Mode`](super::line::Mode)), the name and the
/// arguments of the method, the type of the call and its part if it has one, and the part of the
/// response with its type, if the response has one. `if (check)` before the equals sign rejects
/// what would crash the peer.
macro_rules! calls {
    ($client:ident of $api:ident; $(
        $(#[$meta:meta])*
        $mode:ident $name:ident($($argument:ident: $of:ty),*) $(if ($survived:expr))?
            = $kind:ident $({ $part:ident: $content:expr })? $(-> $response:ident: $out:ident)?;
    )*) => {
        impl $client {
            $(
                $(#[$meta])*
                pub async fn $name(&self, $($argument: $of),*) -> Result<calls!(@type $api $($out)?), $crate::Error> {
                    #[allow(unused_imports, reason = "not every group of calls has parts")]
                    use $crate::proto::v1::$api::call::*;
                    let kind = Type::$kind;
                    $($crate::operator::calls::survives(stringify!($api), kind.as_str_name(), $survived)?;)?
                    let call = $crate::proto::v1::$api::Call {
                        r#type: Some(kind.into()),
                        $($part: Some($content.into()),)?
                        ..Default::default()
                    };
                    calls!(@send self, kind, call, $mode $(, $response)?)
                }
            )*
        }
    };
    (@type $api:ident) => { () };
    (@type $api:ident $out:ident) => { $crate::proto::v1::$api::response::$out };
    (@send $self:ident, $kind:ident, $call:ident, $mode:ident) => {
        $self.change($kind.as_str_name(), &$call, $crate::operator::line::Mode::$mode).await
    };
    (@send $self:ident, $kind:ident, $call:ident, $mode:ident, $response:ident) => {{
        let name = $kind.as_str_name();
        let response = $self.ask(name, &$call, $crate::operator::line::Mode::$mode).await?;
        $crate::operator::calls::part(response.$response, name)
    }};
}
pub(super) use calls;

/// Returns an error if the call must not be sent, because its receiver would crash.
pub(super) fn survives(peer: &str, name: &str, check: Result<(), String>) -> Result<(), Error> {
    check.map_err(|reason| {
        let text = format!("{name} was not sent, because the {peer} of Mesos 1.11 would crash: {reason}");
        Error::new(ErrorKind::Invalid, text)
    })
}

/// A part of a response, boxed or not.
pub(super) trait Part<P> {
    /// Returns it without its box.
    fn unboxed(self) -> P;
}

impl<P> Part<P> for P {
    fn unboxed(self) -> P {
        self
    }
}

impl<P> Part<P> for Box<P> {
    fn unboxed(self) -> P {
        *self
    }
}

/// Returns the required part of a response.
pub(super) fn part<P>(part: Option<impl Part<P>>, name: &str) -> Result<P, Error> {
    part.map(Part::unboxed).ok_or_else(|| {
        let text = format!("the response to {name} lacks the requested part: is the server Mesos?");
        Error::new(ErrorKind::NotMesos, text)
    })
}

/// Converts a duration to the form that some calls require.
pub(super) fn seconds(duration: Duration) -> protobuf::Duration {
    let nanos = i32::try_from(duration.subsec_nanos()).unwrap_or_default();
    protobuf::Duration { seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX), nanos }
}
