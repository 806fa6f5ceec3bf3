//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::Parser;

use crate::work::Kind;

/// How many users are visited by default.
pub const DEFAULT_TASKS: u16 = 5;

/// What the program is to do.
#[derive(Debug)]
pub enum Start {
    /// Crawl.
    Crawl(Box<CrawlArgs>),
    /// Run tasks of a kind; agents start the program so, as `pinspider executor profile`.
    Executor(Kind),
}

/// Visits the pages of Pinterest users on a Mesos cluster, and prints their profiles and boards.
#[derive(Debug, Parser)]
#[command(name = "pinspider", version, after_long_help = AFTER_HELP)]
pub struct CrawlArgs {
    /// Where the Mesos master is: `local`, host:port, a list host:port,host:port, or
    /// zk://host:port/path
    ///
    /// With https:// before host:port it is spoken with in TLS.
    ///
    /// `local` starts a cluster inside this process and ends it with the crawl: nothing has to be
    /// installed. Of a list, pinspider finds the master that leads. Agents start this very program,
    /// so they must have it at the same path.
    #[arg(default_value = "local", verbatim_doc_comment)]
    pub master: String,

    /// How many users to visit
    ///
    /// Each takes two tasks of 1 CPU and 128 MB: one fetches the user's page and reads the
    /// profile, one reads the boards. A task that is lost or fails is tried up to three times.
    #[arg(default_value_t = DEFAULT_TASKS, value_parser = tasks, verbatim_doc_comment)]
    pub tasks: u16,

    /// The page of the user to begin with, as `http://www.pinterest.com/techcrunch`
    ///
    /// From there pinspider follows links to other users of the same site, breadth-first.
    /// Without a URL it serves its own small site on 127.0.0.1, with two dozen invented
    /// people, and visits that. Agents on other machines can't reach it: name a URL for them.
    #[arg(verbatim_doc_comment)]
    // Read later, as `master` is: errors of the command line print what was given, and there may be
    // a password in it.
    pub url: Option<String>,

    /// Write the results to FILE as JSON: a list of users, each with user, url, profile and boards
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Write a page to FILE that shows the results, to be opened in a browser
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,

    /// How many requests a second the site gets, from all agents together
    ///
    /// The built-in site gets as many as there are.
    #[arg(long, value_name = "NUMBER", default_value_t = 2.0, value_parser = rate)]
    pub rate: f64,

    /// Authenticate with the principal and the secret in FILE: {"principal": "…", "secret": "…"},
    /// as Mesos' agents take it
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,

    /// Speak TLS with masters, and believe the authorities in FILE (PEM) instead of those of this
    /// machine
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// Hosts that may have the credentials though MASTER does not name them, as 10.0.0.0/8 or
    /// *.example.com
    ///
    /// Needed with zk://, where others decide which host is named.
    #[arg(long, value_name = "HOSTS")]
    pub trust: Vec<String>,
}

/// The arguments that agents give.
#[derive(Debug, Parser)]
#[command(name = "pinspider executor")]
struct ExecutorArgs {
    /// What kind of tasks.
    kind: Kind,
}

impl Start {
    /// Reads the program's arguments, its name first.
    ///
    /// # Errors
    /// When they make no sense, or ask for help or the version.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut arguments: Vec<OsString> = arguments.into_iter().collect();
        if arguments.get(1).is_some_and(|first| first == "executor") {
            arguments.remove(0);
            return ExecutorArgs::try_parse_from(arguments).map(|executor| Self::Executor(executor.kind));
        }
        CrawlArgs::try_parse_from(arguments).map(|arguments| Self::Crawl(Box::new(arguments)))
    }
}

const AFTER_HELP: &str = "\
Output:
  Results go to standard output, as `userprofile :` with a JSON object and `userboard :` with a list of
  JSON objects; each user comes once. Everything else goes to standard error: progress bars on a
  terminal, otherwise a line for each thing that happens.

Manners:
  Pages that the site's robots.txt forbids are left alone, no page is fetched twice, and requests name
  pinspider as their User-Agent. A request may take 10 seconds.

Environment:
  MESOS_CHECKPOINT     set to anything: tasks survive a restart of their agent
  MESOS_AUTHENTICATE   set to anything: authenticate with DEFAULT_PRINCIPAL and DEFAULT_SECRET
                       (--credentials comes before them)

Exit status:
  0    TASKS users were visited, or all that can be reached if they are fewer (it prints that)
  1    anything else: bad arguments, no master, users that could not be visited
  130  interrupted with Ctrl-C; its tasks were killed

Examples:
  pinspider                                          five users, on an embedded cluster
  pinspider local 20 --report pins.html              twenty users, and a page to look at
  pinspider 127.0.0.1:5050 10                        on a Mesos master
  pinspider https://mesos.example.com --ca ca.pem --credentials me.json
  pinspider local 3 http://www.pinterest.com/techcrunch --rate 0.5";

fn tasks(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(tasks) if (1..=10_000).contains(&tasks) => Ok(tasks),
        _ => Err("it is not a whole number from 1 to 10000".to_owned()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.001..=1000.0).contains(&rate) => Ok(rate),
        _ => Err("it is not a number from 0.001 to 1000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<CrawlArgs, String> {
        let all = std::iter::once(&"pinspider").chain(arguments).map(OsString::from);
        match Start::parse(all).map_err(|error| error.to_string())? {
            Start::Crawl(arguments) => Ok(*arguments),
            Start::Executor(kind) => Err(format!("executor {kind:?}")),
        }
    }

    #[test]
    fn it_is_well_formed() {
        CrawlArgs::command().debug_assert();
    }

    #[test]
    fn defaults_are_as_documented() {
        let crawl = parse(&[]).unwrap();
        assert_eq!((crawl.master.as_str(), crawl.tasks, crawl.url), ("local", 5, None));
    }

    #[test]
    fn one_two_or_three_arguments() {
        assert_eq!(parse(&["h:5050"]).unwrap().master, "h:5050");
        assert_eq!(parse(&["h:5050", "7"]).unwrap().tasks, 7);
        assert_eq!(parse(&["h:5050", "7", "http://a/b"]).unwrap().url.unwrap(), "http://a/b");
        assert!(parse(&["h:5050", "7", "http://a/b", "more"]).is_err());
    }

    #[test]
    fn mistakes_are_refused() {
        for tasks in ["0", "abc", "10001", "1.5"] {
            assert!(parse(&["local", tasks]).unwrap_err().contains("TASKS"), "{tasks}");
        }
        assert!(parse(&["--rate", "0"]).unwrap_err().contains("0.001"));
    }

    #[test]
    fn agents_start_executors() {
        assert_eq!(parse(&["executor", "board"]).unwrap_err(), "executor Boards");
        for kind in [Kind::Profile, Kind::Boards] {
            assert_eq!(parse(&["executor", kind.executor().1]).unwrap_err(), format!("executor {kind:?}"));
        }
        assert!(parse(&["executor"]).unwrap_err().contains("KIND"));
    }
}
