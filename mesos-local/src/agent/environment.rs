//! The environment variables of executors and commands.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mesos_executor::machine::ALLOCATION_ROLE;
use mesos_sdk::duration;
use mesos_sdk::proto::v1::CommandInfo;
use mesos_sdk::proto::v1::environment::variable;

use super::machine::Launch;
use super::tokens::Tokens;

/// How long an executor of a checkpointed framework waits for its agent to return.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// The variable by which an executor proves its identity to the agent.
const TOKEN: &str = "MESOS_EXECUTOR_AUTHENTICATION_TOKEN";

/// The search path for programs, unless the command sets another one.
pub(super) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What the agent writes about itself into the environment of its executors.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The agent's libprocess id: `slave(1)`.
    pub(super) name: String,
    pub(super) address: SocketAddr,
    /// The Unix domain socket on which the agent listens, too.
    pub(super) domain_socket: Option<PathBuf>,
    /// The longest that an executor waits between two attempts to resubscribe.
    pub(super) subscription_backoff_max: Duration,
    /// Issues tokens to executors, if they need them.
    pub(super) tokens: Option<Tokens>,
}

/// Returns the variables of one container. Those of the command win over the agent's, except for
/// its role.
pub(super) fn variables(launch: &Launch, sandbox: &Path, origin: &Origin) -> BTreeMap<String, String> {
    let sandbox = sandbox.display().to_string();
    let grace = duration::format(launch.shutdown_grace_period);
    let mut variables = vec![
        ("PATH", PATH.to_owned()),
        ("LIBPROCESS_PORT", "0".to_owned()),
        ("LIBPROCESS_IP", origin.address.ip().to_string()),
        ("MESOS_FRAMEWORK_ID", launch.framework_id.clone()),
        ("MESOS_EXECUTOR_ID", launch.executor_id.clone()),
        ("MESOS_DIRECTORY", sandbox.clone()),
        ("MESOS_SANDBOX", sandbox),
        ("MESOS_SLAVE_ID", launch.agent_id.clone()),
        ("MESOS_SLAVE_PID", format!("{}@{}", origin.name, origin.address)),
        ("MESOS_AGENT_ENDPOINT", origin.address.to_string()),
        ("MESOS_CHECKPOINT", String::from(if launch.checkpoint { "1" } else { "0" })),
        ("MESOS_HTTP_COMMAND_EXECUTOR", "0".to_owned()),
        ("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", grace),
    ];
    if launch.checkpoint {
        let backoff = duration::format(origin.subscription_backoff_max);
        variables.push(("MESOS_RECOVERY_TIMEOUT", duration::format(RECOVERY_TIMEOUT)));
        variables.push(("MESOS_SUBSCRIPTION_BACKOFF_MAX", backoff));
    }
    let socket = origin.domain_socket.as_deref();
    variables.extend(socket.map(|path| ("MESOS_DOMAIN_SOCKET", path.display().to_string())));
    // A command has a role but no token: the token belongs to its executor, which the agent plays.
    let tokens = origin.tokens.as_ref().filter(|_| launch.role.is_none());
    variables.extend(tokens.map(|tokens| (TOKEN, tokens.issue(launch))));
    let mut variables: BTreeMap<String, String> =
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    variables.extend(of_command(&launch.command));
    variables.extend(launch.role.clone().map(|role| (ALLOCATION_ROLE.to_owned(), role)));
    variables
}

/// Returns the variables that a command sets.
pub(super) fn of_command(command: &CommandInfo) -> impl Iterator<Item = (String, String)> {
    let environment = command.environment.iter().flat_map(|environment| &environment.variables);
    let plain = environment.filter(|variable| variable.r#type() != variable::Type::Secret);
    plain.map(|variable| (variable.name.clone(), variable.value.clone().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use mesos_sdk::proto::v1::{Environment, environment::Variable};

    use super::*;

    fn launch(checkpoint: bool) -> Launch {
        let variable = |name: &str, value: &str| Variable {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            ..Variable::default()
        };
        let variables = vec![variable("OWN", "yes"), variable("MESOS_EXECUTOR_ID", "mine")];
        Launch {
            container: "c1".into(),
            agent_id: "S0".into(),
            framework_id: "F0".into(),
            executor_id: "e1".into(),
            executor_name: String::new(),
            user: String::new(),
            command: CommandInfo { environment: Some(Environment { variables }), ..CommandInfo::default() },
            is_default: false,
            unsupported: None,
            terminal: false,
            checkpoint,
            shutdown_grace_period: Duration::from_secs(5),
            role: None,
            volumes: Vec::new(),
        }
    }

    fn of(launch: &Launch) -> BTreeMap<String, String> {
        with(launch, None)
    }

    fn with(launch: &Launch, tokens: Option<Tokens>) -> BTreeMap<String, String> {
        let origin = Origin {
            name: "slave(1)".into(),
            address: SocketAddr::from(([127, 0, 0, 1], 5051)),
            domain_socket: None,
            subscription_backoff_max: Duration::from_secs(2),
            tokens,
        };
        variables(launch, Path::new("/agent/run"), &origin)
    }

    #[statement::proves(env1)]
    #[test]
    fn variables_of_every_executor() {
        let variables = of(&launch(false));
        for (name, value) in [
            ("MESOS_FRAMEWORK_ID", "F0"),
            ("MESOS_DIRECTORY", "/agent/run"),
            ("MESOS_SLAVE_ID", "S0"),
            ("MESOS_SLAVE_PID", "slave(1)@127.0.0.1:5051"),
            ("MESOS_AGENT_ENDPOINT", "127.0.0.1:5051"),
            ("MESOS_CHECKPOINT", "0"),
            ("MESOS_HTTP_COMMAND_EXECUTOR", "0"),
            ("LIBPROCESS_PORT", "0"),
        ] {
            assert_eq!(variables.get(name).map(String::as_str), Some(value), "{name}");
        }
    }

    #[statement::proves(env2)]
    #[test]
    fn recovery_variables_need_checkpointing() {
        let without = of(&launch(false));
        assert_eq!(without["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"], "5secs");
        assert!(!without.contains_key("MESOS_RECOVERY_TIMEOUT"));
        assert!(!without.contains_key("MESOS_SUBSCRIPTION_BACKOFF_MAX"));
        let with = of(&launch(true));
        assert_eq!(with["MESOS_CHECKPOINT"], "1");
        assert_eq!(with["MESOS_RECOVERY_TIMEOUT"], "15mins");
        assert_eq!(with["MESOS_SUBSCRIPTION_BACKOFF_MAX"], "2secs");
    }

    #[statement::proves(env2, token)]
    #[test]
    fn token_is_set_where_executors_have_tokens() {
        assert!(!of(&launch(false)).contains_key(TOKEN));
        let tokens = Tokens::default();
        let [one, other] = [(); 2].map(|()| with(&launch(false), Some(tokens.clone()))[TOKEN].clone());
        assert_ne!(one, other);
        let header = format!("Bearer {one}").parse().unwrap();
        let claims = tokens.admit(&[(http::header::AUTHORIZATION, header)].into_iter().collect()).unwrap();
        assert_eq!((claims.framework_id.as_str(), claims.executor_id.as_str()), ("F0", "e1"));
    }

    #[statement::proves(env4)]
    #[test]
    fn sandbox_is_the_directory_without_an_image() {
        let variables = of(&launch(false));
        assert_eq!(variables["MESOS_SANDBOX"], variables["MESOS_DIRECTORY"]);
    }

    #[test]
    fn the_commands_own_variables_win() {
        let variables = of(&launch(false));
        assert_eq!(variables["OWN"], "yes");
        assert_eq!(variables["MESOS_EXECUTOR_ID"], "mine");
    }

    #[test]
    fn a_command_can_not_hide_its_role() {
        let mut launch = launch(false);
        launch.role = Some("dev".to_owned());
        launch.command.environment.as_mut().unwrap().variables[1].name = ALLOCATION_ROLE.to_owned();
        assert_eq!(of(&launch)[ALLOCATION_ROLE], "dev");
    }
}
