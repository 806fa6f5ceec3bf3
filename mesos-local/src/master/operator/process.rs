//! What operators ask about the master itself.

use mesos_sdk::proto::v1::Flag;
use mesos_sdk::proto::v1::master::response::{GetFlags, GetMaster, GetVersion};

use super::super::{Master, limits};
use crate::pages::version_info;

impl Master {
    /// Returns the flags of a real master that this one obeys.
    pub(in super::super) fn get_flags(&self) -> GetFlags {
        let text = |duration| mesos_sdk::duration::format(duration);
        let flags = [
            ("agent_ping_timeout", text(self.config.agent_timeout / 5)),
            ("agent_reregister_timeout", text(limits::AGENT_REREGISTER_TIMEOUT)),
            ("allocation_interval", text(limits::ALLOCATION_INTERVAL)),
            ("hostname", self.config.hostname.clone()),
            ("max_agent_ping_timeouts", "5".to_owned()),
            ("max_completed_frameworks", limits::MAX_COMPLETED_FRAMEWORKS.to_string()),
            ("port", self.config.port.to_string()),
        ];
        let flag = |(name, value): (&str, String)| Flag { name: name.to_owned(), value: Some(value) };
        GetFlags { flags: flags.into_iter().map(flag).collect() }
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
