//! A whole run: the site, the cluster, the driver, the clock, and what is left at the end.

use std::{
    io,
    process::ExitCode,
    time::{Duration, Instant},
};

use futures::stream;
use mesos_sdk::{
    ClientOptions, Error, ErrorKind, Master, SchedulerDriver, build,
    duration::from_secs,
    proto::v1::{FrameworkInfo, framework_info::capability::Type as Capability},
    scheduler::Reconciliation,
    security::{Basic, Tls},
};
use tokio::{
    signal::{
        ctrl_c,
        unix::{Signal, SignalKind, signal},
    },
    sync::mpsc,
    task::spawn_blocking,
    time::interval,
};

use crate::{
    cli::CrawlArgs,
    counts::counted,
    crawl::{Crawl, FAILOVER_TIME},
    credentials::Credentials,
    environment::{Environment, EnvironmentError},
    error_line::error_line,
    output::{
        Output, json,
        printer::Printer,
        report::{Report, Source},
        result_file::{FileError, ResultFile},
    },
    page_url::{PageUrl, PageUrlError},
    scheduler::{Notice, PinScheduler},
    site::Site,
};

/// How long to try for a first subscription.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the master may take to confirm the end of the framework.
const STOP_TIME: Duration = Duration::from_secs(5);
/// How often the master is asked how the tasks are.
const RECONCILIATION: Duration = Duration::from_secs(10);
/// The exit status after Ctrl-C, as shells expect it.
const INTERRUPTED: u8 = 130;

/// Why there was no crawl, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The environment can't be followed.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The URL is not that of a page.
    #[error(transparent)]
    Url(#[from] PageUrlError),
    /// A file for results can't be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The JSON would replace the report.
    #[error("--json and --report name the same file: give each another one")]
    OneFile,
    /// The built-in site can't be served.
    #[error("can't serve the built-in site")]
    Site(#[source] io::Error),
    /// The path of this program, which agents are to start, is unknown.
    #[error("can't find the path of this program for the agents")]
    Program(#[source] io::Error),
    /// The system refuses to deliver signals to this program.
    #[error("can't listen for Ctrl-C")]
    Signals(#[source] io::Error),
    /// The embedded cluster or the framework has failed.
    #[error(transparent)]
    Mesos(#[from] Error),
    /// Results can't be printed.
    #[error("can't print the results")]
    Output(#[source] io::Error),
    /// The results have no JSON form.
    #[error("can't write the results as JSON")]
    Json(#[from] serde_json::Error),
}

impl RunError {
    /// Returns which option of this program has to do with it, as a further sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Mesos(error) if error.kind() == ErrorKind::Unauthorized => {
                " (pinspider takes credentials by --credentials FILE, or from the environment: see --help)"
            }
            Self::Mesos(error) if error.kind() == ErrorKind::Untrusted => {
                " (pinspider takes authorities by --ca FILE, and hosts by --trust HOSTS)"
            }
            _ => "",
        }
    }
}

/// Crawls; the exit status reports the outcome.
///
/// # Errors
/// When it could not begin, or broke off.
pub async fn crawl(arguments: CrawlArgs) -> Result<ExitCode, RunError> {
    // Before the first line: who has seen that may press Ctrl-C.
    let signals = Signals::listen().map_err(RunError::Signals)?;
    let url = arguments.url.as_deref().map(PageUrl::parse).transpose()?;
    let environment = Environment::read(|name| std::env::var(name).ok())?;
    let credentials = arguments.credentials.as_deref().map(Credentials::read).transpose()?;
    let credentials = credentials.or_else(|| environment.credentials.clone());
    let framework = framework(&environment, credentials.as_ref())?;
    let master = mesos_local::master(&arguments.master)?;
    let on = master.to_string();
    let driver = driver(master, &arguments, framework, credentials.as_ref())?;
    let json = arguments.json.as_deref().map(ResultFile::open).transpose()?;
    let report = arguments.report.as_deref().map(ResultFile::open).transpose()?;
    if let (Some(json), Some(report)) = (&json, &report)
        && json.is_same(report).map_err(RunError::Output)?
    {
        return Err(RunError::OneFile);
    }
    let program = std::env::current_exe().map_err(RunError::Program)?;
    let (site, start) = site(url).await?;
    let gap = if site.is_some() { Duration::ZERO } else { from_secs(1.0 / arguments.rate) };
    let wanted = usize::from(arguments.tasks);
    let output = Output::new(wanted);
    if environment.checkpoint {
        output.line("Enabling checkpoint for the framework");
    }
    output.line(&format!("visiting up to {} from {start} on {on}", counted(wanted, "user")));
    let mut scheduler = PinScheduler::new(Crawl::new(start.clone(), wanted, gap), output, &program);
    let began = Instant::now();
    let ended = drive(driver, &mut scheduler, signals).await;
    let PinScheduler { crawl, mut output, .. } = scheduler;
    let printed = print_all(output.finish()).await;
    if ended.is_ok() || crawl.frontier().visited().next().is_some() {
        let source = if site.is_some() { Source::BuiltIn } else { Source::Web };
        save(&crawl, &output, (json, report), &start, source)?;
    }
    printed.map_err(RunError::Output)?;
    ended?;
    let status = conclude(&crawl, &output, wanted, began);
    match &arguments.report {
        Some(path) => output.line(&format!("the report is in {}", path.display())),
        None if status == ExitCode::SUCCESS => output.line("to see them as a page: --report pins.html"),
        None => {}
    }
    Ok(status)
}

/// Waits until all results are printed; Ctrl-C cuts it short.
async fn print_all(to_print: Option<Printer>) -> io::Result<()> {
    let Some(printer) = to_print else { return Ok(()) };
    tokio::select! {
        ended = spawn_blocking(|| printer.finish()) => ended.unwrap_or_else(|error| Err(io::Error::other(error))),
        _ = ctrl_c() => std::process::exit(i32::from(INTERRUPTED)),
    }
}

async fn site(url: Option<PageUrl>) -> Result<(Option<Site>, PageUrl), RunError> {
    if let Some(url) = url {
        return Ok((None, url));
    }
    let site = Site::start().await.map_err(RunError::Site)?;
    let start = site.first_page().clone();
    Ok((Some(site), start))
}

fn save(
    crawl: &Crawl,
    output: &Output,
    (json, report): (Option<ResultFile>, Option<ResultFile>),
    start: &PageUrl,
    source: Source,
) -> Result<(), RunError> {
    let visited = crawl.frontier().visited();
    let json = json.map_or(Ok(()), |file| Ok(file.write(&json::document(visited)?)?));
    // Whatever has become of the other one.
    let report = report.map_or(Ok(()), |file| {
        let users = crawl.frontier().visited().collect();
        file.write(&Report { users, failures: output.failures(), start, source }.to_string())
    });
    if let (Err(error), Err(_)) = (&report, &json) {
        output.line(&error_line(error));
    }
    json.and(report.map_err(RunError::from))
}

/// Returns a driver that speaks with the master as the user wants it to.
fn driver(
    master: Master,
    arguments: &CrawlArgs,
    framework: FrameworkInfo,
    credentials: Option<&Credentials>,
) -> Result<SchedulerDriver, Error> {
    let mut options = ClientOptions::new().trusted_hosts(arguments.trust.iter().map(String::as_str))?;
    if let Some(Credentials { principal, secret }) = credentials {
        options = options.authenticator(Basic::new(principal, secret.clone())?);
    }
    if let Some(ca) = &arguments.ca {
        options = options.tls(Tls::new().ca_file(ca)?);
    }
    Ok(SchedulerDriver::new(master, framework)
        .client_options(options)
        .reconciliation(Reconciliation::new().interval(RECONCILIATION))
        .subscribe_timeout(PATIENCE)
        .stop_timeout(STOP_TIME))
}

/// Runs the framework to its end.
async fn drive(driver: SchedulerDriver, scheduler: &mut PinScheduler, signals: Signals) -> Result<(), Error> {
    let (sender, mut interrupts) = mpsc::channel(1);
    let listener = tokio::spawn(signals.pass_on(sender));
    let interrupts = stream::poll_fn(move |context| interrupts.poll_recv(context));
    let seconds = stream::unfold(interval(Duration::from_secs(1)), |mut seconds| async {
        seconds.tick().await;
        Some((Notice::Second, seconds))
    });
    let ended = driver.run_with(scheduler, stream::select(interrupts, seconds)).await;
    listener.abort();
    // Who interrupts wants no error about it.
    if scheduler.crawl.is_interrupted() { Ok(()) } else { ended }
}

/// What the user or the system asks a crawl to end with.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Passes on the first signal. The second one ends this program.
    async fn pass_on(mut self, interrupts: mpsc::Sender<Notice>) {
        self.next().await;
        // The crawl may just have ended.
        let _ = interrupts.send(Notice::Interrupt).await;
        self.next().await;
        std::process::exit(i32::from(INTERRUPTED));
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn framework(environment: &Environment, credentials: Option<&Credentials>) -> Result<FrameworkInfo, Error> {
    let principal = credentials.map_or("test-framework-rust", |credentials| &credentials.principal);
    let framework = build::Framework::new("Pinspider Framework", &environment.user)
        .failover_timeout(FAILOVER_TIME)
        .principal(principal)
        .capability(Capability::PartitionAware);
    let framework = if environment.checkpoint { framework.checkpoint() } else { framework };
    Ok(framework.build()?)
}

/// Prints the outcome.
fn conclude(crawl: &Crawl, output: &Output, wanted: usize, began: Instant) -> ExitCode {
    let visited = crawl.frontier().visited().count();
    let boards = crawl.frontier().visited().map(|user| user.boards.len()).sum();
    let seconds = began.elapsed().as_secs_f64();
    let sum = format!("{} and {} in {seconds:.1} s", counted(visited, "user"), counted(boards, "board"));
    let (text, status) = match output.failures().len() {
        _ if crawl.is_interrupted() => (format!("interrupted: {sum}"), ExitCode::from(INTERRUPTED)),
        _ if visited >= wanted => (sum, ExitCode::SUCCESS),
        _ if !crawl.frontier().is_finished() => (format!("broken off: {sum}"), ExitCode::FAILURE),
        0 => (format!("{sum}; no more can be reached, though {wanted} were wanted"), ExitCode::SUCCESS),
        failed => {
            (format!("{sum}; {failed} could not be visited, and {wanted} were wanted"), ExitCode::FAILURE)
        }
    };
    output.line(&text);
    status
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::Start;

    async fn refused(arguments: [&str; 3]) -> String {
        let all = ["pinspider"].into_iter().chain(arguments).map(OsString::from);
        let Start::Crawl(arguments) = Start::parse(all).unwrap() else { panic!("an executor") };
        error_line(&crawl(*arguments).await.unwrap_err())
    }

    #[tokio::test]
    async fn password_is_not_printed() {
        for url in ["http://me:secret@a/b", "me:secret@a/b", "http://me:secret@a:70000"] {
            let error = refused(["local", "1", url]).await;
            assert!(error.contains("password") && !error.contains("secret"), "{error}");
        }
        for master in ["http://me:secret@h:1", "zk://me:secret@h", "ZK://me:secret@h"] {
            let error = refused([master, "1", "http://a/b"]).await;
            assert!(error.contains("***@h") && !error.contains("secret"), "{error}");
        }
        let error = refused(["local", "1", "www.pinterest.com/x"]).await;
        assert!(error.contains("http://"), "{error}");
    }
}
