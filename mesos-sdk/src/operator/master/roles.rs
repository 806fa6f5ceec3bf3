//! Roles, their weights and their quotas.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::proto::v1::WeightInfo;
use crate::proto::v1::quota::{QuotaConfig, QuotaRequest};

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

    /// Older way to give a role a guarantee: [`update_quota`](Self::update_quota) does more.
    #[expect(deprecated, reason = "the call still exists")]
    Change set_quota(quota_request: QuotaRequest) = SetQuota { set_quota: SetQuota { quota_request } };

    /// Older way to take a role's guarantee away: [`update_quota`](Self::update_quota) does more.
    #[expect(deprecated, reason = "the call still exists")]
    Change remove_quota(role: impl Into<String>) = RemoveQuota { remove_quota: RemoveQuota { role: role.into() } };
}
