//! Test cases, and the program that runs them.

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::helpers::helpers;
use crate::test_cluster::{Backend, TestCluster};

/// Set to `1` where a real Mesos can run, or one with several masters.
const REAL: &str = "MESOS_SDK_REAL";
const REAL_HA: &str = "MESOS_SDK_REAL_HA";
/// Names the program of a Chromium where one is installed.
pub const CHROMIUM: &str = "MESOS_SDK_CHROMIUM";
/// The time limit of a case. Cases that wait for Mesos' own intervals come closest to it.
const LIMIT: Duration = Duration::from_secs(210);

type Body = fn(TestCluster) -> Pin<Box<dyn Future<Output = Result<()>>>>;

/// One statement about Mesos, with the code that checks it on a fresh cluster of one agent.
#[derive(Clone, Debug)]
pub struct Case {
    name: String,
    backends: &'static [Backend],
    body: Body,
}

impl Case {
    /// Creates a case for these test backends. Usually called by [`cases!`](crate::cases).
    pub fn new(module: &str, name: &str, backends: &'static [Backend], body: Body) -> Self {
        let theme = module.split_once("::").map_or("", |(_, theme)| theme);
        let separator = if theme.is_empty() { "" } else { "::" };
        Self { name: format!("{theme}{separator}{name}"), backends, body }
    }

    fn trials(self, can_run_at_all: bool) -> impl Iterator<Item = Trial> {
        self.backends.iter().map(move |&backend| {
            let trial = Trial::test(format!("{backend}::{}", self.name), move || {
                attempt(backend, self.body).map_err(|error| Failed::from(format!("{error:#}")))
            });
            trial.with_ignored_flag(!can_run_at_all || !can_run(backend))
        })
    }
}

fn can_run(backend: Backend) -> bool {
    let is_set = |name| std::env::var(name).is_ok_and(|value| value == "1");
    match backend {
        Backend::Embedded => true,
        Backend::Real => is_set(REAL),
        Backend::RealHa => is_set(REAL_HA),
    }
}

/// Defines `fn cases() -> Vec<testkit::Case>`. Each name is that of a case, which is an
/// `async fn(TestCluster) -> anyhow::Result<()>`. `statement::proves` on the function names the
/// statements that the case proves.
///
/// Cases after `; embedded only:` can't run on a real Mesos, those after `; real only:` not on the
/// embedded cluster; a comment gives the reason. Cases after `; several masters:` run on a real
/// Mesos that elects its leader.
#[macro_export]
macro_rules! cases {
    (
        $($both:ident),* $(; embedded only: $($embedded:ident),*)? $(; real only: $($real:ident),*)?
        $(; several masters: $($ha:ident),*)? $(,)?
    ) => {
        pub(crate) fn cases() -> ::std::vec::Vec<$crate::Case> {
            ::std::vec![
                $($crate::case!($both, [$crate::Backend::Embedded, $crate::Backend::Real]),)*
                $($($crate::case!($embedded, [$crate::Backend::Embedded]),)*)?
                $($($crate::case!($real, [$crate::Backend::Real]),)*)?
                $($($crate::case!($ha, [$crate::Backend::RealHa]),)*)?
            ]
        }
    };
}

/// Creates one of the [`cases!`](crate::cases).
#[doc(hidden)]
#[macro_export]
macro_rules! case {
    ($name:ident, $backends:expr) => {
        $crate::Case::new(::std::module_path!(), ::std::stringify!($name), &$backends, |cluster| {
            ::std::boxed::Box::pin($name(cluster))
        })
    };
}

/// Runs the cases, with the command line and the report of a Rust test program.
pub fn run(cases: impl IntoIterator<Item = Case>) -> ExitCode {
    run_if(true, cases)
}

/// Runs cases that need a browser. They are reported as ignored unless [`CHROMIUM`] is set, which
/// `cargo xtask test` does where one is installed.
pub fn run_in_browser(cases: impl IntoIterator<Item = Case>) -> ExitCode {
    run_if(std::env::var_os(CHROMIUM).is_some(), cases)
}

fn run_if(can_run: bool, cases: impl IntoIterator<Item = Case>) -> ExitCode {
    let trials = cases.into_iter().flat_map(|case| case.trials(can_run)).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn attempt(backend: Backend, body: Body) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        if backend != Backend::Embedded {
            // Building the helpers may take longer than any case.
            helpers().await?;
        }
        let case = async { body(TestCluster::start(backend, 1).await?).await };
        tokio::time::timeout(LIMIT, case).await.with_context(|| format!("not finished within {LIMIT:?}"))?
    })
}
