//! Cases and the program that runs them.

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::helpers::helpers;
use crate::judge::{Judge, Kind};

/// Set to `1` where a real Mesos can run, and where one with several masters can.
const REAL: &str = "MESOS_SDK_REAL";
const REAL_HA: &str = "MESOS_SDK_REAL_HA";
/// No case may take longer; those that wait for Mesos' own intervals come nearest.
const LIMIT: Duration = Duration::from_secs(210);

type Body = fn(Judge) -> Pin<Box<dyn Future<Output = Result<()>>>>;

/// One statement about Mesos and how to see whether it holds, on a fresh cluster of one agent.
#[derive(Clone, Debug)]
pub struct Case {
    name: String,
    kinds: &'static [Kind],
    body: Body,
}

impl Case {
    /// A case for these judges. Usually written by [`cases!`](crate::cases).
    pub fn new(module: &str, name: &str, kinds: &'static [Kind], body: Body) -> Self {
        let theme = module.split_once("::").map_or("", |(_, theme)| theme);
        let separator = if theme.is_empty() { "" } else { "::" };
        Self { name: format!("{theme}{separator}{name}"), kinds, body }
    }

    fn trials(self) -> impl Iterator<Item = Trial> {
        self.kinds.iter().map(move |&kind| {
            let trial = Trial::test(format!("{kind}::{}", self.name), move || {
                attempt(kind, self.body).map_err(|error| Failed::from(format!("{error:#}")))
            });
            trial.with_ignored_flag(!can_run(kind))
        })
    }
}

fn can_run(kind: Kind) -> bool {
    let is_set = |name| std::env::var(name).is_ok_and(|value| value == "1");
    match kind {
        Kind::Embedded => true,
        Kind::Real => is_set(REAL),
        Kind::RealHa => is_set(REAL_HA),
    }
}

/// Makes `fn cases() -> Vec<judges::Case>` from the names of `async fn(Judge) -> anyhow::Result<()>`.
///
/// Those after `; embedded only:` can't be held against a real Mesos, those after `; real only:` not against the embedded
/// cluster; a comment says why. Those after `; several masters:` are for a real Mesos that elects its leader.
#[macro_export]
macro_rules! cases {
    (
        $($both:ident),* $(; embedded only: $($embedded:ident),*)? $(; real only: $($real:ident),*)?
        $(; several masters: $($ha:ident),*)? $(,)?
    ) => {
        pub(crate) fn cases() -> ::std::vec::Vec<$crate::Case> {
            ::std::vec![
                $($crate::case!($both, [$crate::Kind::Embedded, $crate::Kind::Real]),)*
                $($($crate::case!($embedded, [$crate::Kind::Embedded]),)*)?
                $($($crate::case!($real, [$crate::Kind::Real]),)*)?
                $($($crate::case!($ha, [$crate::Kind::RealHa]),)*)?
            ]
        }
    };
}

/// One of [`cases!`](crate::cases).
#[doc(hidden)]
#[macro_export]
macro_rules! case {
    ($name:ident, $kinds:expr) => {
        $crate::Case::new(::std::module_path!(), ::std::stringify!($name), &$kinds, |judge| {
            ::std::boxed::Box::pin($name(judge))
        })
    };
}

/// Runs the cases, with the command line and the report of any Rust test program.
pub fn run(cases: impl IntoIterator<Item = Case>) -> ExitCode {
    let trials = cases.into_iter().flat_map(Case::trials).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn attempt(kind: Kind, body: Body) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        if kind != Kind::Embedded {
            // Building them may take longer than any case.
            helpers().await?;
        }
        let case = async { body(Judge::start(kind, 1).await?).await };
        tokio::time::timeout(LIMIT, case).await.with_context(|| format!("not finished within {LIMIT:?}"))?
    })
}
