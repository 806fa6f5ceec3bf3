//! Reservations and persistent volumes that operators make.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::proto::v1::value::Scalar;
use crate::proto::v1::{AgentId, Resource};
use crate::validation::fatal;

calls! { MasterOperator of master;
    /// Reserves resources of an agent for a role. They may be on offer, but not in use. `resources`
    /// carry the new reservation last. `source` holds the resources as they are now, or is empty if
    /// they lack only that reservation. Fails with `Conflict` if the agent does not have them free,
    /// and with `Invalid` if the master would crash, because all of them amount to nothing or one
    /// is of type `TEXT`.
    Change reserve_resources(agent_id: AgentId, source: Vec<Resource>, resources: Vec<Resource>)
        if (fatal::resources(&source).and_then(|()| fatal::converted(&resources))) = ReserveResources
    {
        reserve_resources: ReserveResources { agent_id, source, resources }
    };

    /// Undoes the last reservation of resources. Fails with `Conflict` if the agent does not have
    /// them free, and with `Invalid` as [`reserve_resources`](Self::reserve_resources) does.
    Change unreserve_resources(agent_id: AgentId, resources: Vec<Resource>)
        if (fatal::converted(&resources)) = UnreserveResources
    {
        unreserve_resources: UnreserveResources { agent_id, resources }
    };

    /// Creates persistent volumes on reserved disk. Fails with `Conflict` if the agent does not
    /// have it free, and with `Invalid` as [`reserve_resources`](Self::reserve_resources) does.
    Change create_volumes(agent_id: AgentId, volumes: Vec<Resource>) if (fatal::volumes(&volumes)) = CreateVolumes {
        create_volumes: CreateVolumes { agent_id, volumes }
    };

    /// Destroys persistent volumes, with all data in them. Fails with `Conflict` if one is in use.
    Change destroy_volumes(agent_id: AgentId, volumes: Vec<Resource>) if (fatal::resources(&volumes)) = DestroyVolumes {
        destroy_volumes: DestroyVolumes { agent_id, volumes }
    };

    /// Adds `addition`, from the same disk and with the same reservation, to a persistent volume.
    Change grow_volume(agent_id: AgentId, volume: Resource, addition: Resource) = GrowVolume {
        grow_volume: GrowVolume { agent_id: Some(agent_id), volume, addition }
    };

    /// Takes megabytes from a persistent volume: more than 0 and less than all.
    Change shrink_volume(agent_id: AgentId, volume: Resource, megabytes: f64) = ShrinkVolume {
        shrink_volume: ShrinkVolume { agent_id: Some(agent_id), volume, subtract: Scalar { value: megabytes } }
    };
}
