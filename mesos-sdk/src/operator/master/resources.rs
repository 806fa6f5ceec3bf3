//! Reservations and persistent volumes, made by operators.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::proto::v1::value::Scalar;
use crate::proto::v1::{AgentId, Resource};
use crate::validation::fatal;

calls! { MasterOperator of master;
    /// Reserves resources of an agent for a role; they may be on offer, but not in use. `resources` have the new
    /// reservation last; `source` says what they are now, or is empty for resources without that reservation.
    /// `Conflict` if the agent does not have them free; `Invalid` if the master would crash, because all of them amount to
    /// nothing, or one is of type `TEXT`.
    Change reserve_resources(agent_id: AgentId, source: Vec<Resource>, resources: Vec<Resource>)
        if (fatal::resources(&source).and_then(|()| fatal::converted(&resources))) = ReserveResources
    {
        reserve_resources: ReserveResources { agent_id, source, resources }
    };

    /// Undoes the last reservation of resources. `Conflict` if the agent does not have them free, `Invalid` as for
    /// [`reserve_resources`](Self::reserve_resources).
    Change unreserve_resources(agent_id: AgentId, resources: Vec<Resource>)
        if (fatal::converted(&resources)) = UnreserveResources
    {
        unreserve_resources: UnreserveResources { agent_id, resources }
    };

    /// Makes persistent volumes of reserved disk. `Conflict` if the agent does not have it free, `Invalid` as for
    /// [`reserve_resources`](Self::reserve_resources).
    Change create_volumes(agent_id: AgentId, volumes: Vec<Resource>) if (fatal::converted(&volumes)) = CreateVolumes {
        create_volumes: CreateVolumes { agent_id, volumes }
    };

    /// Removes persistent volumes, with all data in them. `Conflict` if one is in use.
    Change destroy_volumes(agent_id: AgentId, volumes: Vec<Resource>) if (fatal::resources(&volumes)) = DestroyVolumes {
        destroy_volumes: DestroyVolumes { agent_id, volumes }
    };

    /// Adds `addition` to a persistent volume, from the same disk and with the same reservation.
    Change grow_volume(agent_id: AgentId, volume: Resource, addition: Resource) = GrowVolume {
        grow_volume: GrowVolume { agent_id: Some(agent_id), volume, addition }
    };

    /// Takes megabytes from a persistent volume: more than 0 and less than all.
    Change shrink_volume(agent_id: AgentId, volume: Resource, megabytes: f64) = ShrinkVolume {
        shrink_volume: ShrinkVolume { agent_id: Some(agent_id), volume, subtract: Scalar { value: megabytes } }
    };
}
