//! What operators ask about the master itself.

use mesos_sdk::duration::format;
use mesos_sdk::proto::v1::master::response::{GetFlags, GetMaster, GetVersion};

use super::super::{Master, limits};
use crate::pages::{flags_of, message, version_info};

impl Master {
    /// Returns the flags of a real master that this one obeys.
    pub(in super::super) fn get_flags(&self) -> GetFlags {
        let always = [
            ("agent_ping_timeout", format(self.config.agent_timeout / 5)),
            ("agent_reregister_timeout", format(limits::AGENT_REREGISTER_TIMEOUT)),
            ("allocation_interval", format(limits::ALLOCATION_INTERVAL)),
            ("authenticate_http_frameworks", self.config.authenticate_frameworks.to_string()),
            ("hostname", self.config.hostname.clone()),
            ("max_agent_ping_timeouts", "5".to_owned()),
            ("max_completed_frameworks", limits::MAX_COMPLETED_FRAMEWORKS.to_string()),
            ("port", self.config.port.to_string()),
            ("root_submissions", self.config.root_submissions.to_string()),
        ];
        let domain = self.config.domain.as_ref().map(|domain| message(domain).to_string());
        GetFlags { flags: flags_of(always, [("domain", domain)]) }
    }

    pub(super) fn get_version() -> GetVersion {
        GetVersion { version_info: version_info() }
    }

    pub(super) fn get_master(&self) -> GetMaster {
        let started = Some(self.started.as_secs_f64());
        GetMaster {
            master_info: Some(Box::new(self.info.clone())),
            start_time: started,
            elected_time: started,
        }
    }
}
