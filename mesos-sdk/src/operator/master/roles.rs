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
    /// Returns the roles with frameworks, weights or quotas.
    Ask get_roles() = GetRoles -> get_roles: GetRoles;

    /// Returns the weights that were set. Other roles have 1.
    Ask get_weights() = GetWeights -> get_weights: GetWeights;

    /// Sets weights of roles. Other roles keep theirs.
    Change update_weights(weight_infos: Vec<WeightInfo>) = UpdateWeights {
        update_weights: UpdateWeights { weight_infos }
    };

    /// Returns the quotas.
    Ask get_quota() = GetQuota -> get_quota: GetQuota;

    /// Sets quotas of roles, all of them or none. Each replaces the role's old quota as a whole.
    /// With `force` they are set even if the cluster may not have enough for the guarantees, or a
    /// role uses more than its limits.
    Change update_quota(quota_configs: Vec<QuotaConfig>, force: bool) = UpdateQuota {
        update_quota: UpdateQuota { force: Some(force), quota_configs }
    };

    /// Sets the guarantee of a role in the older way; [`update_quota`](Self::update_quota) does
    /// more. Fails with `Invalid` if the master would crash, because `force` makes it accept an
    /// amount that it can't count.
    #[expect(deprecated, reason = "the call still exists")]
    Change set_quota(quota_request: QuotaRequest) if (fatal::quota(&quota_request)) = SetQuota { set_quota: SetQuota { quota_request } };
}

impl MasterOperator {
    /// Removes a role's quota in the older way; [`update_quota`](Self::update_quota) does more, and
    /// a configuration without guarantees and limits removes the quota, too.
    ///
    /// A master of Mesos 1.11 crashes at a `REMOVE_QUOTA` for a role without quota, so this method
    /// reads the quotas first. If another operator removes the same quota in between, the master
    /// still crashes. `update_quota` does not have this problem.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Invalid`], without sending the call, if the role has no quota.
    pub async fn remove_quota(&self, role: impl Into<String>) -> Result<(), Error> {
        let role = role.into();
        let quotas = self.get_quota().await?.status;
        #[expect(deprecated, reason = "masters before Mesos 1.9 return no others")]
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
