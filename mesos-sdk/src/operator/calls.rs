//! The shape of all calls: a table from which the methods are made.

use std::time::Duration;

use crate::proto::google::protobuf;
use crate::{Error, ErrorKind};

/// Makes methods of a client from lines like
///
/// ```text
/// /// Documentation.
/// Ask get_metrics(timeout: Option<Duration>) = GetMetrics { get_metrics: GetMetrics { … } } -> get_metrics: GetMetrics;
/// ```
///
/// which may say, by `if (check)` before the equals sign, what the peer would crash at, and say whether the call only asks ([`Mode`](super::line::Mode)), how the method is called and what it takes, the
/// call's type, its part if it has one, and the part of the answer with its type, if the answer has one.
macro_rules! calls {
    ($client:ident of $api:ident; $(
        $(#[$meta:meta])*
        $mode:ident $name:ident($($argument:ident: $of:ty),*) $(if ($survived:expr))?
            = $kind:ident $({ $part:ident: $content:expr })? $(-> $answer:ident: $out:ident)?;
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
                        $($part: Some($content),)?
                        ..Default::default()
                    };
                    calls!(@send self, kind, call, $mode $(, $answer)?)
                }
            )*
        }
    };
    (@type $api:ident) => { () };
    (@type $api:ident $out:ident) => { $crate::proto::v1::$api::response::$out };
    (@send $self:ident, $kind:ident, $call:ident, $mode:ident) => {
        $self.change($kind.as_str_name(), &$call, $crate::operator::line::Mode::$mode).await
    };
    (@send $self:ident, $kind:ident, $call:ident, $mode:ident, $answer:ident) => {{
        let name = $kind.as_str_name();
        let answer = $self.ask(name, &$call, $crate::operator::line::Mode::$mode).await?;
        $crate::operator::calls::part(answer.$answer, name)
    }};
}
pub(super) use calls;

/// The error of a call that is not sent, because its receiver would crash.
pub(super) fn survives(peer: &str, name: &str, check: Result<(), String>) -> Result<(), Error> {
    check.map_err(|reason| {
        let text = format!("{name} was not sent, because the {peer} of Mesos 1.11 would crash: {reason}");
        Error::new(ErrorKind::Invalid, text)
    })
}

/// The part of an answer that must be there.
pub(super) fn part<P>(part: Option<P>, name: &str) -> Result<P, Error> {
    part.ok_or_else(|| {
        let text = format!("the answer to {name} lacks what was asked for: is it a Mesos that answers?");
        Error::new(ErrorKind::NotMesos, text)
    })
}

/// The same in the form that some calls want.
pub(super) fn seconds(duration: Duration) -> protobuf::Duration {
    let nanos = i32::try_from(duration.subsec_nanos()).unwrap_or_default();
    protobuf::Duration { seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX), nanos }
}
