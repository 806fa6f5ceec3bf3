//! How agents get the program whose functions they run.

use std::path::Path;

use mesos_sdk::entry::EXECUTOR_ARGUMENT;

use crate::error::{Error, ErrorKind};
use crate::task::Command;

/// How agents get the program whose functions they run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Binary(Source);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    SamePath,
    Uri(String),
    Image { image: String, path: String },
}

/// What starts an executor.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) command: Command,
    pub(crate) uri: Option<String>,
    pub(crate) image: Option<String>,
}

impl Binary {
    /// Agents have this program at the same path as this machine, as on the embedded cluster and
    /// with a shared file system. This is the default.
    pub fn same_path() -> Self {
        Self(Source::SamePath)
    }

    /// Agents fetch the program, which the last part of the path names, from a URI such as
    /// `http://files/count-words`. It has to be an executable for their machines, and not an
    /// archive.
    pub fn uri(uri: impl Into<String>) -> Self {
        Self(Source::Uri(uri.into()))
    }

    /// Agents run the program at an absolute path in a Docker image.
    pub fn image(image: impl Into<String>, path: impl Into<String>) -> Self {
        Self(Source::Image { image: image.into(), path: path.into() })
    }

    /// Returns what starts the executor of this name.
    pub(crate) fn start(&self, name: &str) -> Result<Start, Error> {
        let argv = |path: String| Command::Argv(vec![path, EXECUTOR_ARGUMENT.to_owned(), name.to_owned()]);
        Ok(match &self.0 {
            Source::SamePath => Start { command: argv(own_path()?), uri: None, image: None },
            Source::Uri(uri) => {
                let file = file_of(uri)?;
                let line = format!("chmod +x ./{file} && exec ./{file} {EXECUTOR_ARGUMENT} {name}");
                Start { command: Command::Shell(line), uri: Some(uri.clone()), image: None }
            }
            Source::Image { path, .. } if !path.starts_with('/') => {
                return Err(invalid(format!("the path {path:?} in the image must begin with /")));
            }
            Source::Image { image, path } => {
                Start { command: argv(path.clone()), uri: None, image: Some(image.clone()) }
            }
        })
    }
}

impl Default for Binary {
    fn default() -> Self {
        Self::same_path()
    }
}

/// Returns the path of this program, if it is there.
fn own_path() -> Result<String, Error> {
    let path = std::env::current_exe().map_err(|error| {
        invalid(format!("the path of this program is not known: {error}; name a `Binary::uri` or `image`"))
    })?;
    is_there(&path)?;
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| {
        invalid(format!("the path of this program, {}, is not UTF-8: move it", path.display()))
    })
}

fn is_there(path: &Path) -> Result<(), Error> {
    match path.is_file() {
        true => Ok(()),
        false => Err(invalid(format!(
            "{} does not exist, although agents start this program from there: restart it after a build or an update",
            path.display()
        ))),
    }
}

/// Returns the name of the file that a URI is fetched to.
fn file_of(uri: &str) -> Result<&str, Error> {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let is_fine = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    match !file.is_empty() && file.chars().all(is_fine) {
        true => Ok(file),
        false => Err(invalid(format!(
            "the last part of the URI {path:?} must name the program with letters, digits, -, _ and ."
        ))),
    }
}

fn invalid(text: String) -> Error {
    Error::new(ErrorKind::Invalid, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_path_must_exist() {
        let Command::Argv(arguments) = Binary::same_path().start("count").unwrap().command else { panic!() };
        assert_eq!(Path::new(&arguments[0]), std::env::current_exe().unwrap());
        assert_eq!(arguments[1..], ["mesos-executor", "count"]);
        let error = is_there(Path::new("/no/such/program")).unwrap_err();
        assert!(error.to_string().starts_with("/no/such/program does not exist"), "{error}");
    }

    #[test]
    fn uri_names_a_file() {
        let start = Binary::uri("http://files/v2/count-words?x=1").start("count").unwrap();
        let line = "chmod +x ./count-words && exec ./count-words mesos-executor count";
        assert_eq!(start.command, Command::Shell(line.to_owned()));
        for uri in ["", "http://files/", "http://files/a b", "http://files/$(reboot)"] {
            assert_eq!(Binary::uri(uri).start("count").unwrap_err().kind(), ErrorKind::Invalid, "{uri}");
        }
    }

    #[test]
    fn path_in_an_image_is_absolute() {
        let start = Binary::image("acme/count:2", "/bin/count").start("count").unwrap();
        assert_eq!(start.image.as_deref(), Some("acme/count:2"));
        assert!(Binary::image("acme/count:2", "count").start("count").is_err());
    }
}
