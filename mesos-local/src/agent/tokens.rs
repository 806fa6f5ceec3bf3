//! What executors prove with who they are.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;

use super::machine::{Claims, Launch};
use crate::server::{HttpResponse, authorization, unauthorized};

const REALM: &str = "Bearer realm=\"mesos-agent-executor\"";

/// The tokens that one agent has given out. They outlive its runs, as Mesos' do, which are signed.
#[derive(Clone, Default)]
pub(super) struct Tokens {
    given: Arc<Mutex<BTreeMap<String, Claims>>>,
}

impl Tokens {
    /// Issues a token for a new container.
    pub(super) fn issue(&self, launch: &Launch) -> String {
        let token = uuid::Uuid::new_v4().simple().to_string();
        let claims =
            Claims { framework_id: launch.framework_id.clone(), executor_id: launch.executor_id.clone() };
        self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), claims);
        token
    }

    /// Returns the owner of a request's token.
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<Claims, HttpResponse> {
        let sent = authorization(headers).ok_or_else(|| unauthorized(REALM))?;
        let invalid = |why: &str| {
            unauthorized(&format!("{REALM}, error=\"invalid_token\", error_description=\"{why}\""))
        };
        let (scheme, token) = sent.split_once(' ').unwrap_or((sent, ""));
        if scheme != "Bearer" {
            return Err(invalid(&format!("Scheme '{scheme}' unsupported")));
        }
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.get(token).cloned().ok_or_else(|| invalid("Invalid JWT: Token signature does not match"))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tokens")
    }
}
