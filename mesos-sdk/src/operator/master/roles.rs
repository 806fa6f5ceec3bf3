//! Roles, their weights and their quotas.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::operator::line::Mode;
use crate::proto::v1::WeightInfo;
use crate::proto::v1::master::Call;
use crate::proto::v1::master::call::{RemoveQuota, Type};
use crate::proto::v1::quota::{QuotaConfig, QuotaInfo, QuotaRequest};
use crate::validation::fatal;
use crate::{Error, ErrorKind};

calls! { MasterOperator of master;
    /// Roles with frameworks, weights or quotas.
    Ask get_roles() = GetRoles -> get_roles: GetRoles;

    /// Weights that were set; other roles have 1.
    Ask get_weights() = GetWeights -> get_weights: GetWeights;

    /// Sets weights of roles. Roles that are not named keep theirs.
    Change update_weights(weight_infos: Vec<WeightInfo>) = UpdateWeights {
        update_weights: UpdateWeights { weight_infos }
    };

    /// The quotas.
    Ask get_quota() = GetQuota -> get_quota: GetQuota;

    /// Sets quotas of roles, all of them or none; each replaces the role's old one as a whole. With `force` also if the
    /// cluster may not have enough for the guarantees, or a role uses more than its limits.
    Change update_quota(quota_configs: Vec<QuotaConfig>, force: bool) = UpdateQuota {
        update_quota: UpdateQuota { force: Some(force), quota_configs }
    };

    /// Older way to give a role a guarantee: [`update_quota`](Self::update_quota) does more. `Invalid` if the master would
    /// crash, because it is forced to take an amount that it can't count.
    #[expect(deprecated, reason = "the call still exists")]
    Change set_quota(quota_request: QuotaRequest) if (fatal::quota(&quota_request)) = SetQuota { set_quota: SetQuota { quota_request } };
}

impl MasterOperator {
    /// Older way to take a role's quota away: [`update_quota`](Self::update_quota) does more, and a configuration without
    /// guarantees and limits takes the quota away, too.
    ///
    /// A master of Mesos 1.11 crashes at a `REMOVE_QUOTA` of a role that has none, so the quotas are asked for first. If
    /// another operator takes the same quota away in between, the master crashes still; `update_quota` has no such fault.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] if the role has no quota; nothing is sent then.
    pub async fn remove_quota(&self, role: impl Into<String>) -> Result<(), Error> {
        let role = role.into();
        let quotas = self.get_quota().await?.status;
        #[expect(deprecated, reason = "masters before Mesos 1.9 tell no others")]
        let infos = quotas.infos.iter().map(QuotaInfo::role);
        let mut roles = quotas.configs.iter().map(|config| config.role.as_str()).chain(infos);
        if !roles.any(|other| other == role) {
            let text = format!(
                "REMOVE_QUOTA was not sent to the master, because it would crash: role '{role}' has no quota"
            );
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let call = removal(role);
        self.change(call.r#type().as_str_name(), &call, Mode::Change).await
    }
}

#[expect(deprecated, reason = "the call still exists")]
fn removal(role: String) -> Call {
    let remove_quota = Some(RemoveQuota { role });
    Call { r#type: Some(Type::RemoveQuota.into()), remove_quota, ..Call::default() }
}
