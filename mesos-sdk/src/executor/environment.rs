//! The environment that an agent gives an executor.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::http::MAX_SOCKET_PATH;
use crate::proto::v1::{ExecutorId, FrameworkId};
use crate::security::Bearer;
use crate::{Address, Error, ErrorKind, Scheme, duration};

/// The variable with the token that authenticates the executor.
const TOKEN: &str = "MESOS_EXECUTOR_AUTHENTICATION_TOKEN";

const SOCKET: &str = "MESOS_DOMAIN_SOCKET";
const ENDPOINT: &str = "MESOS_AGENT_ENDPOINT";

/// The `MESOS_*` variables.
///
/// With executor authentication the agent gives its executor a token, in the variable
/// `MESOS_EXECUTOR_AUTHENTICATION_TOKEN`. The driver sends it only to the agent and never prints
/// it, but it stays in the environment of this process, which every child inherits: before you
/// start a program, call [`hide_secrets`](Self::hide_secrets) on its command.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExecutorEnvironment {
    /// `MESOS_FRAMEWORK_ID`.
    pub framework_id: FrameworkId,
    /// `MESOS_EXECUTOR_ID`.
    pub executor_id: ExecutorId,
    /// `MESOS_AGENT_ENDPOINT`, as `https` if `LIBPROCESS_SSL_ENABLED` shows that the agent uses
    /// TLS.
    pub agent: Address,
    /// `LIBPROCESS_SSL_CA_FILE`, of an agent that uses TLS: a file with the authorities to trust.
    pub tls_authorities: Option<PathBuf>,
    /// `LIBPROCESS_SSL_CERT_FILE` and `LIBPROCESS_SSL_KEY_FILE`, of an agent that uses TLS: a
    /// certificate to present to it, and its key.
    pub tls_certificate: Option<(PathBuf, PathBuf)>,
    /// `MESOS_DOMAIN_SOCKET`: where the agent also listens, for executors that cannot reach its
    /// address. If it is set, the driver connects there. At most 107 bytes.
    pub domain_socket: Option<PathBuf>,
    /// `MESOS_EXECUTOR_AUTHENTICATION_TOKEN`.
    pub(crate) authorization: Option<Bearer>,
    /// The path of the executor API: below the agent's own path, which `MESOS_SLAVE_PID` contains.
    pub(crate) path: http::Uri,
    /// `MESOS_DIRECTORY`: the path of the sandbox on the host.
    pub directory: String,
    /// `MESOS_CHECKPOINT`: whether the executor is to survive a restart of its agent.
    pub checkpoint: bool,
    /// `MESOS_RECOVERY_TIMEOUT`: how long to wait for the agent to come back. The default is 15
    /// minutes.
    pub recovery_timeout: Duration,
    /// `MESOS_SUBSCRIPTION_BACKOFF_MAX`: the longest wait between two attempts to subscribe. The
    /// default is 2 s.
    pub subscription_backoff_max: Duration,
    /// `MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD`: how long the executor may take to end. The default
    /// is 5 s.
    pub shutdown_grace_period: Duration,
}

impl ExecutorEnvironment {
    /// Returns the path of the executor API: below the agent's own path, which `MESOS_SLAVE_PID`
    /// contains.
    pub fn path(&self) -> &str {
        self.path.path()
    }

    /// Reads the environment of this process.
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid), with the variable's name, if one is missing or malformed.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| Some(std::env::var_os(name)?.to_string_lossy().into_owned()))
    }

    /// Removes the executor's token from the environment of a program that is about to be started,
    /// which could act as the executor otherwise.
    ///
    /// ```
    /// use mesos_sdk::executor::ExecutorEnvironment;
    ///
    /// let mut command = std::process::Command::new("true");
    /// ExecutorEnvironment::hide_secrets(&mut command);
    /// # drop(command);
    /// ```
    ///
    /// A process of the same user can still read the environment that this one was started with,
    /// where the system shows it, as Linux does in `/proc`.
    pub fn hide_secrets(command: &mut Command) {
        command.env_remove(TOKEN);
    }

    /// Reads an environment through `variable`, which returns a variable's value for its name.
    ///
    /// # Errors
    ///
    /// The same as those of [`from_env`](Self::from_env).
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let required = |name: &str| {
            variable(name).filter(|value| !value.is_empty()).ok_or_else(|| {
                let text = format!("{name} is not set: an executor must be started by a Mesos agent");
                Error::new(ErrorKind::Invalid, text)
            })
        };
        let lasting = |name: &str, default: u64| match variable(name) {
            None => Ok(Duration::from_secs(default)),
            Some(text) => duration::parse(&text).map_err(|error| {
                Error::new(ErrorKind::Invalid, format!("{name} can't be read")).with_source(error)
            }),
        };
        let domain_socket = variable(SOCKET).map(domain_socket).transpose()?;
        // A domain socket does not use TLS.
        let is_tls = domain_socket.is_none() && is_tls(&variable);
        let tls_file =
            |name: &str| variable(name).filter(|path| is_tls && !path.is_empty()).map(PathBuf::from);
        Ok(Self {
            framework_id: FrameworkId::from(required("MESOS_FRAMEWORK_ID")?),
            executor_id: ExecutorId::from(required("MESOS_EXECUTOR_ID")?),
            agent: agent(&required(ENDPOINT)?, is_tls)?,
            tls_authorities: tls_file("LIBPROCESS_SSL_CA_FILE"),
            tls_certificate: tls_file("LIBPROCESS_SSL_CERT_FILE").zip(tls_file("LIBPROCESS_SSL_KEY_FILE")),
            domain_socket,
            authorization: variable(TOKEN).map(bearer).transpose()?,
            path: api_path(variable("MESOS_SLAVE_PID").as_deref())?,
            directory: required("MESOS_DIRECTORY")?,
            checkpoint: variable("MESOS_CHECKPOINT").as_deref() == Some("1"),
            recovery_timeout: lasting("MESOS_RECOVERY_TIMEOUT", 15 * 60)?,
            subscription_backoff_max: lasting("MESOS_SUBSCRIPTION_BACKOFF_MAX", 2)?,
            shutdown_grace_period: lasting("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", 5)?,
        })
    }
}

fn agent(endpoint: &str, is_tls: bool) -> Result<Address, Error> {
    let agent: Address = endpoint.parse().map_err(|error| {
        Error::new(ErrorKind::Invalid, format!("{ENDPOINT} is not the address of an agent"))
            .with_source(error)
    })?;
    Ok(if is_tls { agent.with_scheme(Scheme::Https) } else { agent })
}

/// Returns whether the agent uses TLS, as Mesos' own executors find out: the agent passes on what
/// its operator has set.
fn is_tls(variable: impl Fn(&str) -> Option<String>) -> bool {
    let enabled = variable("SSL_ENABLED").or_else(|| variable("LIBPROCESS_SSL_ENABLED"));
    enabled.is_some_and(|value| matches!(value.as_str(), "1" | "true"))
}

fn domain_socket(path: String) -> Result<PathBuf, Error> {
    if path.len() > MAX_SOCKET_PATH {
        let text = format!(
            "{SOCKET} has {} bytes, but the path of a domain socket may have {MAX_SOCKET_PATH}: give the agent a shorter \
             one",
            path.len()
        );
        return Err(Error::new(ErrorKind::Invalid, text));
    }
    Ok(path.into())
}

fn bearer(token: String) -> Result<Bearer, Error> {
    let no_token = || {
        Error::new(ErrorKind::Invalid, format!("{TOKEN} contains characters that are not allowed in a token"))
    };
    // The original error would contain the token.
    http::HeaderValue::from_str(&token).map_err(|_| no_token())?;
    Ok(Bearer::new(token))
}

/// Returns `/slave(1)/api/v1/executor` for `slave(1)@10.0.0.1:5051`.
fn api_path(pid: Option<&str>) -> Result<http::Uri, Error> {
    let path = match pid.and_then(|pid| pid.split_once('@')) {
        Some((process, _)) => format!("/{process}/api/v1/executor"),
        None => "/api/v1/executor".to_owned(),
    };
    path.parse().map_err(|error: http::uri::InvalidUri| {
        Error::new(
            ErrorKind::Invalid,
            format!(
                "MESOS_SLAVE_PID {pid:?} is not the libprocess PID of an agent, as in slave(1)@10.0.0.1:5051"
            ),
        )
        .with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: [(&str, &str); 9] = [
        ("MESOS_FRAMEWORK_ID", "f"),
        ("MESOS_EXECUTOR_ID", "e"),
        ("MESOS_AGENT_ENDPOINT", "10.0.0.1:5051"),
        ("MESOS_SLAVE_PID", "slave(1)@10.0.0.1:5051"),
        ("MESOS_DIRECTORY", "/sandbox"),
        ("MESOS_CHECKPOINT", "1"),
        ("MESOS_RECOVERY_TIMEOUT", "15mins"),
        ("MESOS_SUBSCRIPTION_BACKOFF_MAX", "250ms"),
        ("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", "5secs"),
    ];

    fn read(variables: &[(&str, &str)]) -> Result<ExecutorEnvironment, Error> {
        let find = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        ExecutorEnvironment::from_variables(find)
    }

    #[statement::proves(env1, env2)]
    #[test]
    fn every_variable_is_read() {
        let environment = read(&FULL).unwrap();
        assert_eq!(environment.agent, Address::new("10.0.0.1", 5051));
        assert_eq!(environment.path(), "/slave(1)/api/v1/executor");
        assert!(environment.checkpoint);
        assert_eq!(environment.recovery_timeout, Duration::from_secs(900));
        assert_eq!(environment.subscription_backoff_max, Duration::from_millis(250));
        assert_eq!(environment.shutdown_grace_period, Duration::from_secs(5));
    }

    #[statement::proves(env1)]
    #[test]
    fn missing_variables_are_named() {
        for missing in ["MESOS_FRAMEWORK_ID", "MESOS_EXECUTOR_ID", "MESOS_AGENT_ENDPOINT", "MESOS_DIRECTORY"]
        {
            let rest: Vec<_> = FULL.into_iter().filter(|(name, _)| *name != missing).collect();
            assert!(read(&rest).unwrap_err().to_string().starts_with(missing));
        }
    }

    #[statement::proves(env1)]
    #[test]
    fn impossible_agent_address_is_refused() {
        let variables = FULL.map(|(name, value)| (name, if name == ENDPOINT { "no agent" } else { value }));
        let error = format!("{:#}", read(&variables).unwrap_err());
        assert!(error.starts_with(ENDPOINT) && error.contains("\"no agent\""), "{error}");
    }

    #[statement::proves(env1)]
    #[test]
    fn checkpoint_is_off_for_0() {
        let variables: Vec<_> = FULL
            .into_iter()
            .map(|(name, value)| (name, if name == "MESOS_CHECKPOINT" { "0" } else { value }))
            .collect();
        assert!(!read(&variables).unwrap().checkpoint);
    }

    fn with(name: &'static str, value: &str) -> Result<ExecutorEnvironment, Error> {
        let variables: Vec<_> = FULL.into_iter().chain([(name, value)]).collect();
        read(&variables)
    }

    fn with_all(more: &[(&str, &str)]) -> ExecutorEnvironment {
        read(&FULL.iter().chain(more).copied().collect::<Vec<_>>()).unwrap()
    }

    #[statement::proves(tls)]
    #[test]
    fn libprocess_tls_decides() {
        let files = [
            ("LIBPROCESS_SSL_CA_FILE", "/tls/ca"),
            ("LIBPROCESS_SSL_CERT_FILE", "/tls/me"),
            ("LIBPROCESS_SSL_KEY_FILE", "/tls/key"),
        ];
        for enabled in [("LIBPROCESS_SSL_ENABLED", "true"), ("SSL_ENABLED", "1")] {
            let environment = with_all(&[&[enabled], &files[..]].concat());
            assert_eq!(environment.agent, Address::new("10.0.0.1", 5051).with_scheme(Scheme::Https));
            assert_eq!(environment.tls_authorities, Some("/tls/ca".into()));
            assert_eq!(environment.tls_certificate, Some(("/tls/me".into(), "/tls/key".into())));
        }
        for disabled in [("LIBPROCESS_SSL_ENABLED", "0"), ("OTHER", "1")] {
            let environment = with_all(&[&[disabled], &files[..]].concat());
            assert_eq!(environment.agent, Address::new("10.0.0.1", 5051));
            assert_eq!((environment.tls_authorities, environment.tls_certificate), (None, None));
        }
        let over_socket = with_all(&[("LIBPROCESS_SSL_ENABLED", "1"), (SOCKET, "/agent.sock")]);
        assert_eq!(over_socket.agent.scheme(), Scheme::Http);
    }

    #[statement::proves(token)]
    #[test]
    fn token_goes_into_a_header_and_is_not_printed() {
        let environment = with(TOKEN, "s3cret.token").unwrap();
        assert_eq!(environment.authorization, Some(Bearer::new("s3cret.token")));
        assert!(!format!("{environment:?}").contains("s3cret"));
        let error = with(TOKEN, "s3cret\n").unwrap_err();
        assert!(format!("{error:#}").contains(TOKEN) && !format!("{error:?}").contains("s3cret"));
    }

    #[statement::proves(token)]
    #[test]
    fn token_is_hidden_from_children() {
        let mut command = Command::new("env");
        command.env_clear().env(TOKEN, "s3cret").env("OTHER", "kept");
        ExecutorEnvironment::hide_secrets(&mut command);
        let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert!(output.contains("OTHER=kept") && !output.contains("s3cret"), "{output}");
    }

    #[statement::proves(sock)]
    #[test]
    fn path_must_fit_into_108_bytes() {
        let longest = format!("/{}", "x".repeat(106));
        assert_eq!(with(SOCKET, &longest).unwrap().domain_socket, Some(PathBuf::from(&longest)));
        let error = with(SOCKET, &format!("{longest}x")).unwrap_err();
        assert!(error.to_string().starts_with("MESOS_DOMAIN_SOCKET has 108 bytes"), "{error}");
    }

    #[statement::proves(rect, backoff)]
    #[test]
    fn backoff_and_grace_have_defaults() {
        let environment = read(&FULL[..6]).unwrap();
        assert_eq!(environment.recovery_timeout, Duration::from_secs(15 * 60));
        assert_eq!(environment.subscription_backoff_max, Duration::from_secs(2));
        assert_eq!(environment.shutdown_grace_period, Duration::from_secs(5));
    }

    #[statement::proves(env3)]
    #[test]
    fn malformed_duration_is_refused_by_name() {
        let variables: Vec<_> = FULL
            .into_iter()
            .map(|(name, value)| (name, if name == "MESOS_RECOVERY_TIMEOUT" { "soon" } else { value }))
            .collect();
        let error = read(&variables).unwrap_err();
        assert!(
            format!("{error:#}").contains("MESOS_RECOVERY_TIMEOUT") && format!("{error:#}").contains("soon")
        );
    }
}
