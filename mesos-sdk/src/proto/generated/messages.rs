messages! {
    message Duration in google::protobuf {
        plain int64 seconds = 1;
        plain int32 nanos = 2;
    }
    message Call in v1::agent {
        optional enumeration(v1::agent::call::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::agent::call::GetMetrics) get_metrics = 2;
        optional message(v1::agent::call::SetLoggingLevel) set_logging_level = 3;
        optional message(v1::agent::call::ListFiles) list_files = 4;
        optional boxed(v1::agent::call::ReadFile) read_file = 5;
        optional boxed(v1::agent::call::LaunchNestedContainer) launch_nested_container = 6, place 6;
        optional boxed(v1::agent::call::WaitNestedContainer) wait_nested_container = 7, place 7;
        optional boxed(v1::agent::call::KillNestedContainer) kill_nested_container = 8, place 8;
        optional boxed(v1::agent::call::LaunchNestedContainerSession) launch_nested_container_session = 9, place 10;
        optional boxed(v1::agent::call::AttachContainerInput) attach_container_input = 10, place 11;
        optional boxed(v1::agent::call::AttachContainerOutput) attach_container_output = 11, place 12;
        optional boxed(v1::agent::call::RemoveNestedContainer) remove_nested_container = 12, place 9;
        optional boxed(v1::agent::call::LaunchContainer) launch_container = 13, place 13;
        optional boxed(v1::agent::call::WaitContainer) wait_container = 14, place 14;
        optional boxed(v1::agent::call::KillContainer) kill_container = 15, place 15;
        optional boxed(v1::agent::call::RemoveContainer) remove_container = 16, place 16;
        optional boxed(v1::agent::call::AddResourceProviderConfig) add_resource_provider_config = 17, place 17;
        optional boxed(v1::agent::call::UpdateResourceProviderConfig) update_resource_provider_config = 18, place 18;
        optional boxed(v1::agent::call::RemoveResourceProviderConfig) remove_resource_provider_config = 19, place 19;
        optional message(v1::agent::call::GetContainers) get_containers = 20, place 5;
        optional message(v1::agent::call::PruneImages) prune_images = 21, place 21;
        optional message(v1::agent::call::MarkResourceProviderGone) mark_resource_provider_gone = 22, place 20;
    }
    message GetMetrics in v1::agent::call {
        optional message(v1::DurationInfo) timeout = 1;
    }
    message SetLoggingLevel in v1::agent::call {
        required uint32 level = 1;
        required message(v1::DurationInfo) duration = 2;
    }
    message ListFiles in v1::agent::call {
        required string path = 1;
    }
    message ReadFile in v1::agent::call {
        required string path = 1;
        required uint64 offset = 2;
        optional uint64 length = 3;
    }
    message GetContainers in v1::agent::call {
        optional bool show_nested = 1;
        optional bool show_standalone = 2;
    }
    message LaunchNestedContainer in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
        optional boxed(v1::CommandInfo) command = 2;
        optional boxed(v1::ContainerInfo) container = 3;
    }
    message WaitNestedContainer in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
    }
    message KillNestedContainer in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
        optional int32 signal = 2;
    }
    message RemoveNestedContainer in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
    }
    message LaunchNestedContainerSession in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
        optional boxed(v1::CommandInfo) command = 2;
        optional boxed(v1::ContainerInfo) container = 3;
    }
    message AttachContainerInput in v1::agent::call {
        optional enumeration(v1::agent::call::attach_container_input::Type) r#type = 1, set set_type, or Unknown;
        optional boxed(v1::ContainerId) container_id = 2;
        optional message(v1::agent::ProcessIo) process_io = 3;
    }
    enumeration Type in v1::agent::call::attach_container_input {
        Unknown = 0;
        ContainerId = 1;
        ProcessIo = 2;
    }
    message AttachContainerOutput in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
    }
    message LaunchContainer in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
        optional boxed(v1::CommandInfo) command = 2;
        repeated message(v1::Resource) resources = 3;
        optional boxed(v1::ContainerInfo) container = 4;
        map message(v1::value::Scalar) limits = 5;
    }
    message WaitContainer in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
    }
    message KillContainer in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
        optional int32 signal = 2;
    }
    message RemoveContainer in v1::agent::call {
        required message(v1::ContainerId) container_id = 1;
    }
    message AddResourceProviderConfig in v1::agent::call {
        required message(v1::ResourceProviderInfo) info = 1;
    }
    message UpdateResourceProviderConfig in v1::agent::call {
        required message(v1::ResourceProviderInfo) info = 1;
    }
    message RemoveResourceProviderConfig in v1::agent::call {
        required string r#type = 1;
        required string name = 2;
    }
    message MarkResourceProviderGone in v1::agent::call {
        required message(v1::ResourceProviderId) resource_provider_id = 1;
    }
    message PruneImages in v1::agent::call {
        repeated message(v1::Image) excluded_images = 1;
    }
    enumeration Type in v1::agent::call {
        Unknown = 0;
        GetHealth = 1;
        GetFlags = 2;
        GetVersion = 3;
        GetMetrics = 4;
        GetLoggingLevel = 5;
        SetLoggingLevel = 6;
        ListFiles = 7;
        ReadFile = 8;
        GetState = 9;
        GetContainers = 10;
        GetFrameworks = 11;
        GetExecutors = 12;
        GetOperations = 31;
        GetTasks = 13;
        GetAgent = 20;
        GetResourceProviders = 26;
        LaunchNestedContainer = 14;
        WaitNestedContainer = 15;
        KillNestedContainer = 16;
        RemoveNestedContainer = 21;
        LaunchNestedContainerSession = 17;
        AttachContainerInput = 18;
        AttachContainerOutput = 19;
        LaunchContainer = 22;
        WaitContainer = 23;
        KillContainer = 24;
        RemoveContainer = 25;
        AddResourceProviderConfig = 27;
        UpdateResourceProviderConfig = 28;
        RemoveResourceProviderConfig = 29;
        MarkResourceProviderGone = 32;
        PruneImages = 30;
    }
    message Response in v1::agent {
        optional enumeration(v1::agent::response::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::agent::response::GetHealth) get_health = 2;
        optional message(v1::agent::response::GetFlags) get_flags = 3;
        optional boxed(v1::agent::response::GetVersion) get_version = 4;
        optional message(v1::agent::response::GetMetrics) get_metrics = 5;
        optional message(v1::agent::response::GetLoggingLevel) get_logging_level = 6;
        optional message(v1::agent::response::ListFiles) list_files = 7;
        optional boxed(v1::agent::response::ReadFile) read_file = 8;
        optional message(v1::agent::response::GetState) get_state = 9;
        optional message(v1::agent::response::GetContainers) get_containers = 10;
        optional boxed(v1::agent::response::GetFrameworks) get_frameworks = 11;
        optional boxed(v1::agent::response::GetExecutors) get_executors = 12;
        optional boxed(v1::agent::response::GetTasks) get_tasks = 13, place 13;
        optional boxed(v1::agent::response::WaitNestedContainer) wait_nested_container = 14, place 16;
        optional boxed(v1::agent::response::GetAgent) get_agent = 15;
        optional boxed(v1::agent::response::WaitContainer) wait_container = 16, place 17;
        optional message(v1::agent::response::GetResourceProviders) get_resource_providers = 17, place 15;
        optional message(v1::agent::response::GetOperations) get_operations = 18, place 12;
    }
    message GetHealth in v1::agent::response {
        required bool healthy = 1;
    }
    message GetFlags in v1::agent::response {
        repeated message(v1::Flag) flags = 1;
    }
    message GetVersion in v1::agent::response {
        required message(v1::VersionInfo) version_info = 1;
    }
    message GetMetrics in v1::agent::response {
        repeated message(v1::Metric) metrics = 1;
    }
    message GetLoggingLevel in v1::agent::response {
        required uint32 level = 1;
    }
    message ListFiles in v1::agent::response {
        repeated message(v1::FileInfo) file_infos = 1;
    }
    message ReadFile in v1::agent::response {
        required uint64 size = 1;
        required bytes data = 2;
    }
    message GetState in v1::agent::response {
        optional boxed(v1::agent::response::GetTasks) get_tasks = 1;
        optional boxed(v1::agent::response::GetExecutors) get_executors = 2;
        optional boxed(v1::agent::response::GetFrameworks) get_frameworks = 3;
    }
    message GetContainers in v1::agent::response {
        repeated message(v1::agent::response::get_containers::Container) containers = 1;
    }
    message Container in v1::agent::response::get_containers {
        optional message(v1::FrameworkId) framework_id = 1;
        optional message(v1::ExecutorId) executor_id = 2;
        optional string executor_name = 3;
        required message(v1::ContainerId) container_id = 4;
        optional boxed(v1::ContainerStatus) container_status = 5;
        optional boxed(v1::ResourceStatistics) resource_statistics = 6;
    }
    message GetFrameworks in v1::agent::response {
        repeated message(v1::agent::response::get_frameworks::Framework) frameworks = 1;
        repeated message(v1::agent::response::get_frameworks::Framework) completed_frameworks = 2;
    }
    message Framework in v1::agent::response::get_frameworks {
        required message(v1::FrameworkInfo) framework_info = 1;
    }
    message GetExecutors in v1::agent::response {
        repeated message(v1::agent::response::get_executors::Executor) executors = 1;
        repeated message(v1::agent::response::get_executors::Executor) completed_executors = 2;
    }
    message Executor in v1::agent::response::get_executors {
        required message(v1::ExecutorInfo) executor_info = 1;
    }
    message GetOperations in v1::agent::response {
        repeated message(v1::Operation) operations = 1;
    }
    message GetTasks in v1::agent::response {
        repeated message(v1::Task) pending_tasks = 1;
        repeated message(v1::Task) queued_tasks = 2;
        repeated message(v1::Task) launched_tasks = 3;
        repeated message(v1::Task) terminated_tasks = 4;
        repeated message(v1::Task) completed_tasks = 5;
    }
    message GetAgent in v1::agent::response {
        optional boxed(v1::AgentInfo) agent_info = 1;
        optional message(v1::DrainConfig) drain_config = 2;
        optional message(v1::TimeInfo) estimated_drain_start_time = 3;
    }
    message GetResourceProviders in v1::agent::response {
        repeated message(v1::agent::response::get_resource_providers::ResourceProvider) resource_providers = 1;
    }
    message ResourceProvider in v1::agent::response::get_resource_providers {
        required message(v1::ResourceProviderInfo) resource_provider_info = 1;
        repeated message(v1::Resource) total_resources = 2;
    }
    message WaitNestedContainer in v1::agent::response {
        optional int32 exit_status = 1;
        optional enumeration(v1::TaskState) state = 2, set set_state;
        optional enumeration(v1::task_status::Reason) reason = 3, set set_reason;
        optional message(v1::TaskResourceLimitation) limitation = 4;
        optional string message = 5;
    }
    message WaitContainer in v1::agent::response {
        optional int32 exit_status = 1;
        optional enumeration(v1::TaskState) state = 2, set set_state;
        optional enumeration(v1::task_status::Reason) reason = 3, set set_reason;
        optional message(v1::TaskResourceLimitation) limitation = 4;
        optional string message = 5;
    }
    enumeration Type in v1::agent::response {
        Unknown = 0;
        GetHealth = 1;
        GetFlags = 2;
        GetVersion = 3;
        GetMetrics = 4;
        GetLoggingLevel = 5;
        ListFiles = 6;
        ReadFile = 7;
        GetState = 8;
        GetContainers = 9;
        GetFrameworks = 10;
        GetExecutors = 11;
        GetOperations = 17;
        GetTasks = 12;
        GetAgent = 14;
        GetResourceProviders = 16;
        WaitNestedContainer = 13;
        WaitContainer = 15;
    }
    message ProcessIo in v1::agent {
        optional enumeration(v1::agent::process_io::Type) r#type = 1, set set_type, or Unknown;
        optional boxed(v1::agent::process_io::Data) data = 2;
        optional boxed(v1::agent::process_io::Control) control = 3;
    }
    message Data in v1::agent::process_io {
        optional enumeration(v1::agent::process_io::data::Type) r#type = 1, set set_type, or Unknown;
        optional bytes data = 2;
    }
    enumeration Type in v1::agent::process_io::data {
        Unknown = 0;
        Stdin = 1;
        Stdout = 2;
        Stderr = 3;
    }
    message Control in v1::agent::process_io {
        optional enumeration(v1::agent::process_io::control::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::TtyInfo) tty_info = 2;
        optional message(v1::agent::process_io::control::Heartbeat) heartbeat = 3;
    }
    message Heartbeat in v1::agent::process_io::control {
        optional message(v1::DurationInfo) interval = 1;
    }
    enumeration Type in v1::agent::process_io::control {
        Unknown = 0;
        TtyInfo = 1;
        Heartbeat = 2;
    }
    enumeration Type in v1::agent::process_io {
        Unknown = 0;
        Data = 1;
        Control = 2;
    }
    message InverseOfferStatus in v1::allocator {
        required enumeration(v1::allocator::inverse_offer_status::Status) status = 1, set set_status;
        required message(v1::FrameworkId) framework_id = 2;
        required message(v1::TimeInfo) timestamp = 3;
    }
    enumeration Status in v1::allocator::inverse_offer_status {
        Unknown = 1;
        Accept = 2;
        Decline = 3;
    }
    message Event in v1::executor {
        optional enumeration(v1::executor::event::Type) r#type = 1, set set_type, or Unknown;
        optional boxed(v1::executor::event::Subscribed) subscribed = 2;
        optional boxed(v1::executor::event::Acknowledged) acknowledged = 3;
        optional boxed(v1::executor::event::Launch) launch = 4;
        optional boxed(v1::executor::event::Kill) kill = 5, place 5;
        optional boxed(v1::executor::event::Message) message = 6, place 6;
        optional message(v1::executor::event::Error) error = 7, place 7;
        optional message(v1::executor::event::LaunchGroup) launch_group = 8, place 4;
    }
    message Subscribed in v1::executor::event {
        required message(v1::ExecutorInfo) executor_info = 1;
        required message(v1::FrameworkInfo) framework_info = 2;
        required message(v1::AgentInfo) agent_info = 3;
        optional boxed(v1::ContainerId) container_id = 4;
    }
    message Launch in v1::executor::event {
        required message(v1::TaskInfo) task = 1;
    }
    message LaunchGroup in v1::executor::event {
        required message(v1::TaskGroupInfo) task_group = 1;
    }
    message Kill in v1::executor::event {
        required message(v1::TaskId) task_id = 1;
        optional message(v1::KillPolicy) kill_policy = 2;
    }
    message Acknowledged in v1::executor::event {
        required message(v1::TaskId) task_id = 1;
        required bytes uuid = 2;
    }
    message Message in v1::executor::event {
        required bytes data = 1;
    }
    message Error in v1::executor::event {
        required string message = 1;
    }
    enumeration Type in v1::executor::event {
        Unknown = 0;
        Subscribed = 1;
        Launch = 2;
        LaunchGroup = 8;
        Kill = 3;
        Acknowledged = 4;
        Message = 5;
        Error = 6;
        Shutdown = 7;
        Heartbeat = 9;
    }
    message Call in v1::executor {
        required message(v1::ExecutorId) executor_id = 1;
        required message(v1::FrameworkId) framework_id = 2;
        optional enumeration(v1::executor::call::Type) r#type = 3, set set_type, or Unknown;
        optional boxed(v1::executor::call::Subscribe) subscribe = 4;
        optional boxed(v1::executor::call::Update) update = 5;
        optional boxed(v1::executor::call::Message) message = 6;
    }
    message Subscribe in v1::executor::call {
        repeated message(v1::TaskInfo) unacknowledged_tasks = 1;
        repeated message(v1::executor::call::Update) unacknowledged_updates = 2;
    }
    message Update in v1::executor::call {
        required message(v1::TaskStatus) status = 1;
    }
    message Message in v1::executor::call {
        required bytes data = 2;
    }
    enumeration Type in v1::executor::call {
        Unknown = 0;
        Subscribe = 1;
        Update = 2;
        Message = 3;
        Heartbeat = 4;
    }
    message Window in v1::maintenance {
        repeated message(v1::MachineId) machine_ids = 1;
        required message(v1::Unavailability) unavailability = 2;
    }
    message Schedule in v1::maintenance {
        repeated message(v1::maintenance::Window) windows = 1;
    }
    message ClusterStatus in v1::maintenance {
        repeated message(v1::maintenance::cluster_status::DrainingMachine) draining_machines = 1;
        repeated message(v1::MachineId) down_machines = 2;
    }
    message DrainingMachine in v1::maintenance::cluster_status {
        required message(v1::MachineId) id = 1;
        repeated message(v1::allocator::InverseOfferStatus) statuses = 2;
    }
    message Call in v1::master {
        optional enumeration(v1::master::call::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::master::call::GetMetrics) get_metrics = 2;
        optional message(v1::master::call::SetLoggingLevel) set_logging_level = 3;
        optional message(v1::master::call::ListFiles) list_files = 4;
        optional boxed(v1::master::call::ReadFile) read_file = 5;
        optional message(v1::master::call::UpdateWeights) update_weights = 6;
        optional boxed(v1::master::call::ReserveResources) reserve_resources = 7;
        optional boxed(v1::master::call::UnreserveResources) unreserve_resources = 8;
        optional boxed(v1::master::call::CreateVolumes) create_volumes = 9;
        optional boxed(v1::master::call::DestroyVolumes) destroy_volumes = 10;
        optional message(v1::master::call::UpdateMaintenanceSchedule) update_maintenance_schedule = 11, place 12;
        optional message(v1::master::call::StartMaintenance) start_maintenance = 12, place 13;
        optional message(v1::master::call::StopMaintenance) stop_maintenance = 13, place 14;
        optional boxed(v1::master::call::SetQuota) set_quota = 14, place 21;
        optional message(v1::master::call::RemoveQuota) remove_quota = 15, place 22;
        optional message(v1::master::call::Teardown) teardown = 16, place 19;
        optional message(v1::master::call::MarkAgentGone) mark_agent_gone = 17, place 20;
        optional boxed(v1::master::call::GrowVolume) grow_volume = 18, place 10;
        optional boxed(v1::master::call::ShrinkVolume) shrink_volume = 19, place 11;
        optional boxed(v1::master::call::UpdateQuota) update_quota = 20, place 18;
        optional boxed(v1::master::call::DrainAgent) drain_agent = 21, place 15;
        optional message(v1::master::call::DeactivateAgent) deactivate_agent = 22, place 16;
        optional message(v1::master::call::ReactivateAgent) reactivate_agent = 23, place 17;
    }
    message GetMetrics in v1::master::call {
        optional message(v1::DurationInfo) timeout = 1;
    }
    message SetLoggingLevel in v1::master::call {
        required uint32 level = 1;
        required message(v1::DurationInfo) duration = 2;
    }
    message ListFiles in v1::master::call {
        required string path = 1;
    }
    message ReadFile in v1::master::call {
        required string path = 1;
        required uint64 offset = 2;
        optional uint64 length = 3;
    }
    message UpdateWeights in v1::master::call {
        repeated message(v1::WeightInfo) weight_infos = 1;
    }
    message ReserveResources in v1::master::call {
        required message(v1::AgentId) agent_id = 1;
        repeated message(v1::Resource) resources = 2, place 2;
        repeated message(v1::Resource) source = 3, place 1;
    }
    message UnreserveResources in v1::master::call {
        required message(v1::AgentId) agent_id = 1;
        repeated message(v1::Resource) resources = 2;
    }
    message CreateVolumes in v1::master::call {
        required message(v1::AgentId) agent_id = 1;
        repeated message(v1::Resource) volumes = 2;
    }
    message DestroyVolumes in v1::master::call {
        required message(v1::AgentId) agent_id = 1;
        repeated message(v1::Resource) volumes = 2;
    }
    message GrowVolume in v1::master::call {
        optional message(v1::AgentId) agent_id = 1;
        required message(v1::Resource) volume = 2;
        required message(v1::Resource) addition = 3;
    }
    message ShrinkVolume in v1::master::call {
        optional message(v1::AgentId) agent_id = 1;
        required message(v1::Resource) volume = 2;
        required message(v1::value::Scalar) subtract = 3;
    }
    message UpdateMaintenanceSchedule in v1::master::call {
        required message(v1::maintenance::Schedule) schedule = 1;
    }
    message StartMaintenance in v1::master::call {
        repeated message(v1::MachineId) machines = 1;
    }
    message StopMaintenance in v1::master::call {
        repeated message(v1::MachineId) machines = 1;
    }
    message DrainAgent in v1::master::call {
        required message(v1::AgentId) agent_id = 1;
        optional message(google::protobuf::Duration) max_grace_period = 2;
        optional bool mark_gone = 3, default false;
    }
    message DeactivateAgent in v1::master::call {
        required message(v1::AgentId) agent_id = 1;
    }
    message ReactivateAgent in v1::master::call {
        required message(v1::AgentId) agent_id = 1;
    }
    message UpdateQuota in v1::master::call {
        optional bool force = 1;
        repeated message(v1::quota::QuotaConfig) quota_configs = 2;
    }
    message SetQuota in v1::master::call {
        required message(v1::quota::QuotaRequest) quota_request = 1;
    }
    message RemoveQuota in v1::master::call {
        required string role = 1;
    }
    message Teardown in v1::master::call {
        required message(v1::FrameworkId) framework_id = 1;
    }
    message MarkAgentGone in v1::master::call {
        required message(v1::AgentId) agent_id = 1;
    }
    enumeration Type in v1::master::call {
        Unknown = 0;
        GetHealth = 1;
        GetFlags = 2;
        GetVersion = 3;
        GetMetrics = 4;
        GetLoggingLevel = 5;
        SetLoggingLevel = 6;
        ListFiles = 7;
        ReadFile = 8;
        GetState = 9;
        GetAgents = 10;
        GetFrameworks = 11;
        GetExecutors = 12;
        GetOperations = 33;
        GetTasks = 13;
        GetRoles = 14;
        GetWeights = 15;
        UpdateWeights = 16;
        GetMaster = 17;
        Subscribe = 18;
        ReserveResources = 19;
        UnreserveResources = 20;
        CreateVolumes = 21;
        DestroyVolumes = 22;
        GrowVolume = 34;
        ShrinkVolume = 35;
        GetMaintenanceStatus = 23;
        GetMaintenanceSchedule = 24;
        UpdateMaintenanceSchedule = 25;
        StartMaintenance = 26;
        StopMaintenance = 27;
        DrainAgent = 37;
        DeactivateAgent = 38;
        ReactivateAgent = 39;
        GetQuota = 28;
        UpdateQuota = 36;
        SetQuota = 29;
        RemoveQuota = 30;
        Teardown = 31;
        MarkAgentGone = 32;
    }
    message Response in v1::master {
        optional enumeration(v1::master::response::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::master::response::GetHealth) get_health = 2;
        optional message(v1::master::response::GetFlags) get_flags = 3;
        optional boxed(v1::master::response::GetVersion) get_version = 4;
        optional message(v1::master::response::GetMetrics) get_metrics = 5;
        optional message(v1::master::response::GetLoggingLevel) get_logging_level = 6;
        optional message(v1::master::response::ListFiles) list_files = 7;
        optional boxed(v1::master::response::ReadFile) read_file = 8;
        optional boxed(v1::master::response::GetState) get_state = 9;
        optional boxed(v1::master::response::GetAgents) get_agents = 10;
        optional boxed(v1::master::response::GetFrameworks) get_frameworks = 11;
        optional boxed(v1::master::response::GetExecutors) get_executors = 12;
        optional boxed(v1::master::response::GetTasks) get_tasks = 13, place 13;
        optional message(v1::master::response::GetRoles) get_roles = 14, place 14;
        optional message(v1::master::response::GetWeights) get_weights = 15, place 15;
        optional boxed(v1::master::response::GetMaster) get_master = 16, place 16;
        optional boxed(v1::master::response::GetMaintenanceStatus) get_maintenance_status = 17, place 17;
        optional message(v1::master::response::GetMaintenanceSchedule) get_maintenance_schedule = 18, place 18;
        optional boxed(v1::master::response::GetQuota) get_quota = 19, place 19;
        optional message(v1::master::response::GetOperations) get_operations = 20, place 12;
    }
    message GetHealth in v1::master::response {
        required bool healthy = 1;
    }
    message GetFlags in v1::master::response {
        repeated message(v1::Flag) flags = 1;
    }
    message GetVersion in v1::master::response {
        required message(v1::VersionInfo) version_info = 1;
    }
    message GetMetrics in v1::master::response {
        repeated message(v1::Metric) metrics = 1;
    }
    message GetLoggingLevel in v1::master::response {
        required uint32 level = 1;
    }
    message ListFiles in v1::master::response {
        repeated message(v1::FileInfo) file_infos = 1;
    }
    message ReadFile in v1::master::response {
        required uint64 size = 1;
        required bytes data = 2;
    }
    message GetState in v1::master::response {
        optional boxed(v1::master::response::GetTasks) get_tasks = 1;
        optional boxed(v1::master::response::GetExecutors) get_executors = 2;
        optional boxed(v1::master::response::GetFrameworks) get_frameworks = 3;
        optional boxed(v1::master::response::GetAgents) get_agents = 4;
    }
    message GetAgents in v1::master::response {
        repeated message(v1::master::response::get_agents::Agent) agents = 1;
        repeated message(v1::AgentInfo) recovered_agents = 2;
    }
    message Agent in v1::master::response::get_agents {
        required message(v1::AgentInfo) agent_info = 1;
        required bool active = 2;
        required string version = 3, place 3;
        optional string pid = 4, place 4;
        optional message(v1::TimeInfo) registered_time = 5, place 5;
        optional message(v1::TimeInfo) reregistered_time = 6, place 6;
        repeated message(v1::Resource) total_resources = 7, place 7;
        repeated message(v1::Resource) allocated_resources = 8, place 8;
        repeated message(v1::Resource) offered_resources = 9, place 9;
        repeated message(v1::agent_info::Capability) capabilities = 10, place 10;
        repeated message(v1::master::response::get_agents::agent::ResourceProvider) resource_providers = 11, place 11;
        optional bool deactivated = 12, place 2;
        optional boxed(v1::DrainInfo) drain_info = 13;
        optional message(v1::TimeInfo) estimated_drain_start_time = 14;
    }
    message ResourceProvider in v1::master::response::get_agents::agent {
        required message(v1::ResourceProviderInfo) resource_provider_info = 1;
        repeated message(v1::Resource) total_resources = 2;
    }
    message GetFrameworks in v1::master::response {
        repeated message(v1::master::response::get_frameworks::Framework) frameworks = 1;
        repeated message(v1::master::response::get_frameworks::Framework) completed_frameworks = 2;
        repeated message(v1::FrameworkInfo) recovered_frameworks = 3;
    }
    message Framework in v1::master::response::get_frameworks {
        required message(v1::FrameworkInfo) framework_info = 1;
        required bool active = 2;
        required bool connected = 3;
        optional message(v1::TimeInfo) registered_time = 4, place 4;
        optional message(v1::TimeInfo) reregistered_time = 5, place 5;
        optional message(v1::TimeInfo) unregistered_time = 6, place 6;
        repeated message(v1::Offer) offers = 7, place 7;
        repeated message(v1::InverseOffer) inverse_offers = 8, place 8;
        repeated message(v1::Resource) allocated_resources = 9, place 9;
        repeated message(v1::Resource) offered_resources = 10, place 10;
        required bool recovered = 11, place 3;
        optional message(v1::scheduler::OfferConstraints) offer_constraints = 12;
    }
    message GetExecutors in v1::master::response {
        repeated message(v1::master::response::get_executors::Executor) executors = 1;
        repeated message(v1::master::response::get_executors::Executor) orphan_executors = 2;
    }
    message Executor in v1::master::response::get_executors {
        required message(v1::ExecutorInfo) executor_info = 1;
        required message(v1::AgentId) agent_id = 2;
    }
    message GetOperations in v1::master::response {
        repeated message(v1::Operation) operations = 1;
    }
    message GetTasks in v1::master::response {
        repeated message(v1::Task) pending_tasks = 1;
        repeated message(v1::Task) tasks = 2;
        repeated message(v1::Task) completed_tasks = 3, place 3;
        repeated message(v1::Task) orphan_tasks = 4, place 4;
        repeated message(v1::Task) unreachable_tasks = 5, place 2;
    }
    message GetRoles in v1::master::response {
        repeated message(v1::Role) roles = 1;
    }
    message GetWeights in v1::master::response {
        repeated message(v1::WeightInfo) weight_infos = 1;
    }
    message GetMaster in v1::master::response {
        optional boxed(v1::MasterInfo) master_info = 1;
        optional double start_time = 2;
        optional double elected_time = 3;
    }
    message GetMaintenanceStatus in v1::master::response {
        required message(v1::maintenance::ClusterStatus) status = 1;
    }
    message GetMaintenanceSchedule in v1::master::response {
        required message(v1::maintenance::Schedule) schedule = 1;
    }
    message GetQuota in v1::master::response {
        required message(v1::quota::QuotaStatus) status = 1;
    }
    enumeration Type in v1::master::response {
        Unknown = 0;
        GetHealth = 1;
        GetFlags = 2;
        GetVersion = 3;
        GetMetrics = 4;
        GetLoggingLevel = 5;
        ListFiles = 6;
        ReadFile = 7;
        GetState = 8;
        GetAgents = 9;
        GetFrameworks = 10;
        GetExecutors = 11;
        GetOperations = 19;
        GetTasks = 12;
        GetRoles = 13;
        GetWeights = 14;
        GetMaster = 15;
        GetMaintenanceStatus = 16;
        GetMaintenanceSchedule = 17;
        GetQuota = 18;
    }
    message Event in v1::master {
        optional enumeration(v1::master::event::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::master::event::Subscribed) subscribed = 2;
        optional boxed(v1::master::event::TaskAdded) task_added = 3;
        optional boxed(v1::master::event::TaskUpdated) task_updated = 4;
        optional boxed(v1::master::event::AgentAdded) agent_added = 5;
        optional message(v1::master::event::AgentRemoved) agent_removed = 6;
        optional boxed(v1::master::event::FrameworkAdded) framework_added = 7;
        optional boxed(v1::master::event::FrameworkUpdated) framework_updated = 8;
        optional boxed(v1::master::event::FrameworkRemoved) framework_removed = 9;
    }
    message Subscribed in v1::master::event {
        optional boxed(v1::master::response::GetState) get_state = 1;
        optional double heartbeat_interval_seconds = 2;
    }
    message TaskAdded in v1::master::event {
        required message(v1::Task) task = 1;
    }
    message TaskUpdated in v1::master::event {
        required message(v1::FrameworkId) framework_id = 1;
        required message(v1::TaskStatus) status = 2;
        required enumeration(v1::TaskState) state = 3, set set_state, or Unknown;
    }
    message FrameworkAdded in v1::master::event {
        required message(v1::master::response::get_frameworks::Framework) framework = 1;
    }
    message FrameworkUpdated in v1::master::event {
        required message(v1::master::response::get_frameworks::Framework) framework = 1;
    }
    message FrameworkRemoved in v1::master::event {
        required message(v1::FrameworkInfo) framework_info = 1;
    }
    message AgentAdded in v1::master::event {
        required message(v1::master::response::get_agents::Agent) agent = 1;
    }
    message AgentRemoved in v1::master::event {
        required message(v1::AgentId) agent_id = 1;
    }
    enumeration Type in v1::master::event {
        Unknown = 0;
        Subscribed = 1;
        TaskAdded = 2;
        TaskUpdated = 3;
        AgentAdded = 4;
        AgentRemoved = 5;
        FrameworkAdded = 6;
        FrameworkUpdated = 7;
        FrameworkRemoved = 8;
        Heartbeat = 9;
    }
    message QuotaInfo in v1::quota {
        optional string role = 1;
        optional string principal = 2;
        repeated message(v1::Resource) guarantee = 3;
    }
    message QuotaRequest in v1::quota {
        optional bool force = 1;
        optional string role = 2;
        repeated message(v1::Resource) guarantee = 3;
    }
    message QuotaConfig in v1::quota {
        required string role = 1;
        map message(v1::value::Scalar) guarantees = 2;
        map message(v1::value::Scalar) limits = 3;
    }
    message QuotaStatus in v1::quota {
        repeated message(v1::quota::QuotaInfo) infos = 1;
        repeated message(v1::quota::QuotaConfig) configs = 2;
    }
    message Event in v1::resource_provider {
        optional enumeration(v1::resource_provider::event::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::resource_provider::event::Subscribed) subscribed = 2;
        optional boxed(v1::resource_provider::event::ApplyOperation) apply_operation = 3;
        optional boxed(v1::resource_provider::event::PublishResources) publish_resources = 4;
        optional boxed(v1::resource_provider::event::AcknowledgeOperationStatus) acknowledge_operation_status = 5;
        optional message(v1::resource_provider::event::ReconcileOperations) reconcile_operations = 6;
    }
    message Subscribed in v1::resource_provider::event {
        required message(v1::ResourceProviderId) provider_id = 1;
    }
    message ApplyOperation in v1::resource_provider::event {
        optional message(v1::FrameworkId) framework_id = 1;
        required message(v1::offer::Operation) info = 2;
        required message(v1::Uuid) operation_uuid = 3;
        required message(v1::Uuid) resource_version_uuid = 4;
    }
    message PublishResources in v1::resource_provider::event {
        required message(v1::Uuid) uuid = 1;
        repeated message(v1::Resource) resources = 2;
    }
    message AcknowledgeOperationStatus in v1::resource_provider::event {
        required message(v1::Uuid) status_uuid = 1;
        required message(v1::Uuid) operation_uuid = 2;
    }
    message ReconcileOperations in v1::resource_provider::event {
        repeated message(v1::Uuid) operation_uuids = 1;
    }
    enumeration Type in v1::resource_provider::event {
        Unknown = 0;
        Subscribed = 1;
        ApplyOperation = 2;
        PublishResources = 3;
        AcknowledgeOperationStatus = 4;
        ReconcileOperations = 5;
        Teardown = 6;
    }
    message Call in v1::resource_provider {
        optional message(v1::ResourceProviderId) resource_provider_id = 1;
        optional enumeration(v1::resource_provider::call::Type) r#type = 2, set set_type, or Unknown;
        optional boxed(v1::resource_provider::call::Subscribe) subscribe = 3;
        optional boxed(v1::resource_provider::call::UpdateOperationStatus) update_operation_status = 4;
        optional boxed(v1::resource_provider::call::UpdateState) update_state = 5;
        optional boxed(v1::resource_provider::call::UpdatePublishResourcesStatus) update_publish_resources_status = 6;
    }
    message Subscribe in v1::resource_provider::call {
        required message(v1::ResourceProviderInfo) resource_provider_info = 1;
    }
    message UpdateOperationStatus in v1::resource_provider::call {
        optional message(v1::FrameworkId) framework_id = 1;
        required message(v1::OperationStatus) status = 2;
        optional boxed(v1::OperationStatus) latest_status = 3;
        required message(v1::Uuid) operation_uuid = 4;
    }
    message UpdateState in v1::resource_provider::call {
        repeated message(v1::Operation) operations = 1;
        repeated message(v1::Resource) resources = 2;
        required message(v1::Uuid) resource_version_uuid = 3;
    }
    message UpdatePublishResourcesStatus in v1::resource_provider::call {
        required message(v1::Uuid) uuid = 1;
        required enumeration(v1::resource_provider::call::update_publish_resources_status::Status) status = 2, set set_status;
    }
    enumeration Status in v1::resource_provider::call::update_publish_resources_status {
        Unknown = 0;
        Ok = 1;
        Failed = 2;
    }
    enumeration Type in v1::resource_provider::call {
        Unknown = 0;
        Subscribe = 1;
        UpdateOperationStatus = 2;
        UpdateState = 3;
        UpdatePublishResourcesStatus = 4;
    }
    message FrameworkId in v1 {
        required string value = 1;
    }
    message OfferId in v1 {
        required string value = 1;
    }
    message AgentId in v1 {
        required string value = 1;
    }
    message TaskId in v1 {
        required string value = 1;
    }
    message ExecutorId in v1 {
        required string value = 1;
    }
    message ContainerId in v1 {
        required string value = 1;
        optional boxed(v1::ContainerId) parent = 2;
    }
    message ResourceProviderId in v1 {
        required string value = 1;
    }
    message OperationId in v1 {
        required string value = 1;
    }
    message TimeInfo in v1 {
        required int64 nanoseconds = 1;
    }
    message DurationInfo in v1 {
        required int64 nanoseconds = 1;
    }
    message Address in v1 {
        optional string hostname = 1;
        optional string ip = 2;
        required int32 port = 3;
    }
    message Url in v1 {
        required string scheme = 1;
        required message(v1::Address) address = 2;
        optional string path = 3;
        repeated message(v1::Parameter) query = 4;
        optional string fragment = 5;
    }
    message Unavailability in v1 {
        required message(v1::TimeInfo) start = 1;
        optional message(v1::DurationInfo) duration = 2;
    }
    message MachineId in v1 {
        optional string hostname = 1;
        optional string ip = 2;
    }
    message MachineInfo in v1 {
        required message(v1::MachineId) id = 1;
        optional enumeration(v1::machine_info::Mode) mode = 2, set set_mode;
        optional message(v1::Unavailability) unavailability = 3;
    }
    enumeration Mode in v1::machine_info {
        Up = 1;
        Draining = 2;
        Down = 3;
    }
    message FrameworkInfo in v1 {
        required string user = 1;
        required string name = 2;
        optional message(v1::FrameworkId) id = 3;
        optional double failover_timeout = 4, default 0.0;
        optional bool checkpoint = 5, default false;
        optional string role = 6, default "*", deprecated true;
        optional string hostname = 7, place 7;
        optional string principal = 8, place 8;
        optional string webui_url = 9, place 9;
        repeated message(v1::framework_info::Capability) capabilities = 10, place 10;
        optional message(v1::Labels) labels = 11, place 11;
        repeated string roles = 12, place 6;
        map message(v1::OfferFilters) offer_filters = 13;
    }
    message Capability in v1::framework_info {
        optional enumeration(v1::framework_info::capability::Type) r#type = 1, set set_type, or Unknown;
    }
    enumeration Type in v1::framework_info::capability {
        Unknown = 0;
        RevocableResources = 1;
        TaskKillingState = 2;
        GpuResources = 3;
        SharedResources = 4;
        PartitionAware = 5;
        MultiRole = 6;
        ReservationRefinement = 7;
        RegionAware = 8;
    }
    message CheckInfo in v1 {
        optional enumeration(v1::check_info::Type) r#type = 1, set set_type, or Unknown;
        optional boxed(v1::check_info::Command) command = 2;
        optional boxed(v1::check_info::Http) http = 3;
        optional double delay_seconds = 4, default 15.0, place 4;
        optional double interval_seconds = 5, default 10.0, place 5;
        optional double timeout_seconds = 6, default 20.0, place 6;
        optional message(v1::check_info::Tcp) tcp = 7, place 3;
    }
    message Command in v1::check_info {
        required message(v1::CommandInfo) command = 1;
    }
    message Http in v1::check_info {
        required uint32 port = 1;
        optional string path = 2;
    }
    message Tcp in v1::check_info {
        required uint32 port = 1;
    }
    enumeration Type in v1::check_info {
        Unknown = 0;
        Command = 1;
        Http = 2;
        Tcp = 3;
    }
    message HealthCheck in v1 {
        optional boxed(v1::health_check::HttpCheckInfo) http = 1, place 7;
        optional double delay_seconds = 2, default 15.0, place 0;
        optional double interval_seconds = 3, default 10.0, place 1;
        optional double timeout_seconds = 4, default 20.0, place 2;
        optional uint32 consecutive_failures = 5, default 3, place 3;
        optional double grace_period_seconds = 6, default 10.0, place 4;
        optional boxed(v1::CommandInfo) command = 7;
        optional enumeration(v1::health_check::Type) r#type = 8, set set_type, or Unknown, place 5;
        optional message(v1::health_check::TcpCheckInfo) tcp = 9;
    }
    message HttpCheckInfo in v1::health_check {
        required uint32 port = 1, place 2;
        optional string path = 2, place 3;
        optional string scheme = 3, place 1;
        repeated uint32 statuses = 4, place 4;
        optional enumeration(v1::network_info::Protocol) protocol = 5, default v1::network_info::Protocol::IPv4, set set_protocol, place 0;
    }
    message TcpCheckInfo in v1::health_check {
        required uint32 port = 1, place 1;
        optional enumeration(v1::network_info::Protocol) protocol = 2, default v1::network_info::Protocol::IPv4, set set_protocol, place 0;
    }
    enumeration Type in v1::health_check {
        Unknown = 0;
        Command = 1;
        Http = 2;
        Tcp = 3;
    }
    message KillPolicy in v1 {
        optional message(v1::DurationInfo) grace_period = 1;
    }
    message CommandInfo in v1 {
        repeated message(v1::command_info::Uri) uris = 1;
        optional message(v1::Environment) environment = 2;
        optional string value = 3, place 3;
        optional string user = 5, place 5;
        optional bool shell = 6, default true, place 2;
        repeated string arguments = 7, place 4;
    }
    message Uri in v1::command_info {
        required string value = 1;
        optional bool executable = 2;
        optional bool extract = 3, default true;
        optional bool cache = 4;
        optional string output_file = 5;
    }
    message ExecutorInfo in v1 {
        required message(v1::ExecutorId) executor_id = 1, place 1;
        optional bytes data = 4, place 8;
        repeated message(v1::Resource) resources = 5, place 5;
        optional boxed(v1::CommandInfo) command = 7;
        optional message(v1::FrameworkId) framework_id = 8, place 2;
        optional string name = 9, place 6;
        optional string source = 10, place 7;
        optional boxed(v1::ContainerInfo) container = 11, place 4;
        optional boxed(v1::DiscoveryInfo) discovery = 12, place 9;
        optional message(v1::DurationInfo) shutdown_grace_period = 13, place 10;
        optional message(v1::Labels) labels = 14, place 11;
        optional enumeration(v1::executor_info::Type) r#type = 15, set set_type, or Unknown, place 0;
    }
    enumeration Type in v1::executor_info {
        Unknown = 0;
        Default = 1;
        Custom = 2;
    }
    message DomainInfo in v1 {
        optional boxed(v1::domain_info::FaultDomain) fault_domain = 1;
    }
    message FaultDomain in v1::domain_info {
        required message(v1::domain_info::fault_domain::RegionInfo) region = 1;
        required message(v1::domain_info::fault_domain::ZoneInfo) zone = 2;
    }
    message RegionInfo in v1::domain_info::fault_domain {
        required string name = 1;
    }
    message ZoneInfo in v1::domain_info::fault_domain {
        required string name = 1;
    }
    message MasterInfo in v1 {
        required string id = 1;
        required uint32 ip = 2;
        required uint32 port = 3, default 5050;
        optional string pid = 4;
        optional string hostname = 5;
        optional string version = 6;
        optional boxed(v1::Address) address = 7;
        optional message(v1::DomainInfo) domain = 8;
        repeated message(v1::master_info::Capability) capabilities = 9;
    }
    message Capability in v1::master_info {
        optional enumeration(v1::master_info::capability::Type) r#type = 1, set set_type, or Unknown;
    }
    enumeration Type in v1::master_info::capability {
        Unknown = 0;
        AgentUpdate = 1;
        AgentDraining = 2;
    }
    message AgentInfo in v1 {
        required string hostname = 1;
        repeated message(v1::Resource) resources = 3, place 2;
        repeated message(v1::Attribute) attributes = 5, place 3;
        optional message(v1::AgentId) id = 6, place 4;
        optional int32 port = 8, default 5051, place 1;
        optional message(v1::DomainInfo) domain = 10;
    }
    message Capability in v1::agent_info {
        optional enumeration(v1::agent_info::capability::Type) r#type = 1, set set_type, or Unknown;
    }
    enumeration Type in v1::agent_info::capability {
        Unknown = 0;
        MultiRole = 1;
        HierarchicalRole = 2;
        ReservationRefinement = 3;
        ResourceProvider = 4;
        ResizeVolume = 5;
        AgentOperationFeedback = 6;
        AgentDraining = 7;
        TaskResourceLimits = 8;
    }
    message CsiPluginContainerInfo in v1 {
        repeated enumeration(v1::csi_plugin_container_info::Service) services = 1, set push_services;
        optional boxed(v1::CommandInfo) command = 2;
        repeated message(v1::Resource) resources = 3;
        optional boxed(v1::ContainerInfo) container = 4;
    }
    enumeration Service in v1::csi_plugin_container_info {
        Unknown = 0;
        ControllerService = 1;
        NodeService = 2;
    }
    message CsiPluginEndpoint in v1 {
        required enumeration(v1::csi_plugin_container_info::Service) csi_service = 1, set set_csi_service;
        required string endpoint = 2;
    }
    message CsiPluginInfo in v1 {
        required string r#type = 1;
        optional string name = 2, default "default";
        repeated message(v1::CsiPluginContainerInfo) containers = 3;
        repeated message(v1::CsiPluginEndpoint) endpoints = 4;
        optional string target_path_root = 5;
        optional bool target_path_exists = 6;
    }
    message ResourceProviderInfo in v1 {
        optional message(v1::ResourceProviderId) id = 1;
        repeated message(v1::Attribute) attributes = 2;
        required string r#type = 3;
        required string name = 4;
        repeated message(v1::resource::ReservationInfo) default_reservations = 5;
        optional boxed(v1::resource_provider_info::Storage) storage = 6;
    }
    message Storage in v1::resource_provider_info {
        required message(v1::CsiPluginInfo) plugin = 1;
        optional double reconciliation_interval_seconds = 2;
    }
    message Value in v1 {
        required enumeration(v1::value::Type) r#type = 1, set set_type;
        optional message(v1::value::Scalar) scalar = 2;
        optional message(v1::value::Ranges) ranges = 3;
        optional message(v1::value::Set) set = 4;
        optional message(v1::value::Text) text = 5;
    }
    message Scalar in v1::value {
        required double value = 1;
    }
    message Range in v1::value {
        required uint64 begin = 1;
        required uint64 end = 2;
    }
    message Ranges in v1::value {
        repeated message(v1::value::Range) range = 1;
    }
    message Set in v1::value {
        repeated string item = 1;
    }
    message Text in v1::value {
        required string value = 1;
    }
    enumeration Type in v1::value {
        Scalar = 0;
        Ranges = 1;
        Set = 2;
        Text = 3;
    }
    message Attribute in v1 {
        required string name = 1;
        required enumeration(v1::value::Type) r#type = 2, set set_type;
        optional message(v1::value::Scalar) scalar = 3;
        optional message(v1::value::Ranges) ranges = 4;
        optional message(v1::value::Text) text = 5, place 5;
        optional message(v1::value::Set) set = 6, place 4;
    }
    message Resource in v1 {
        required string name = 1, place 1;
        required enumeration(v1::value::Type) r#type = 2, set set_type, place 2;
        optional message(v1::value::Scalar) scalar = 3, place 3;
        optional message(v1::value::Ranges) ranges = 4, place 4;
        optional message(v1::value::Set) set = 5, place 5;
        optional string role = 6, default "*", deprecated true, place 6;
        optional message(v1::resource::DiskInfo) disk = 7, place 10;
        optional boxed(v1::resource::ReservationInfo) reservation = 8, place 8;
        optional message(v1::resource::RevocableInfo) revocable = 9, place 11;
        optional message(v1::resource::SharedInfo) shared = 10, place 12;
        optional message(v1::resource::AllocationInfo) allocation_info = 11, place 7;
        optional message(v1::ResourceProviderId) provider_id = 12, place 0;
        repeated message(v1::resource::ReservationInfo) reservations = 13, place 9;
    }
    message AllocationInfo in v1::resource {
        optional string role = 1;
    }
    message ReservationInfo in v1::resource {
        optional string principal = 1, place 2;
        optional message(v1::Labels) labels = 2, place 3;
        optional string role = 3, place 1;
        optional enumeration(v1::resource::reservation_info::Type) r#type = 4, set set_type, or Unknown, place 0;
    }
    enumeration Type in v1::resource::reservation_info {
        Unknown = 0;
        Static = 1;
        Dynamic = 2;
    }
    message DiskInfo in v1::resource {
        optional boxed(v1::resource::disk_info::Persistence) persistence = 1;
        optional boxed(v1::Volume) volume = 2;
        optional boxed(v1::resource::disk_info::Source) source = 3;
    }
    message Persistence in v1::resource::disk_info {
        required string id = 1;
        optional string principal = 2;
    }
    message Source in v1::resource::disk_info {
        required enumeration(v1::resource::disk_info::source::Type) r#type = 1, set set_type;
        optional message(v1::resource::disk_info::source::Path) path = 2;
        optional message(v1::resource::disk_info::source::Mount) mount = 3;
        optional string id = 4, place 4;
        optional message(v1::Labels) metadata = 5, place 5;
        optional string profile = 6, place 6;
        optional string vendor = 7, place 3;
    }
    message Path in v1::resource::disk_info::source {
        optional string root = 1;
    }
    message Mount in v1::resource::disk_info::source {
        optional string root = 1;
    }
    enumeration Type in v1::resource::disk_info::source {
        Unknown = 0;
        Path = 1;
        Mount = 2;
        Block = 3;
        Raw = 4;
    }
    message RevocableInfo in v1::resource {
    }
    message SharedInfo in v1::resource {
    }
    message TrafficControlStatistics in v1 {
        required string id = 1;
        optional uint64 backlog = 2;
        optional uint64 bytes = 3;
        optional uint64 drops = 4;
        optional uint64 overlimits = 5;
        optional uint64 packets = 6;
        optional uint64 qlen = 7;
        optional uint64 ratebps = 8;
        optional uint64 ratepps = 9;
        optional uint64 requeues = 10;
    }
    message IpStatistics in v1 {
        optional int64 forwarding = 1;
        optional int64 default_ttl = 2;
        optional int64 in_receives = 3;
        optional int64 in_hdr_errors = 4;
        optional int64 in_addr_errors = 5;
        optional int64 forw_datagrams = 6;
        optional int64 in_unknown_protos = 7;
        optional int64 in_discards = 8;
        optional int64 in_delivers = 9;
        optional int64 out_requests = 10;
        optional int64 out_discards = 11;
        optional int64 out_no_routes = 12;
        optional int64 reasm_timeout = 13;
        optional int64 reasm_reqds = 14;
        optional int64 reasm_o_ks = 15;
        optional int64 reasm_fails = 16;
        optional int64 frag_o_ks = 17;
        optional int64 frag_fails = 18;
        optional int64 frag_creates = 19;
    }
    message IcmpStatistics in v1 {
        optional int64 in_msgs = 1;
        optional int64 in_errors = 2;
        optional int64 in_csum_errors = 3;
        optional int64 in_dest_unreachs = 4;
        optional int64 in_time_excds = 5;
        optional int64 in_parm_probs = 6;
        optional int64 in_src_quenchs = 7;
        optional int64 in_redirects = 8;
        optional int64 in_echos = 9;
        optional int64 in_echo_reps = 10;
        optional int64 in_timestamps = 11;
        optional int64 in_timestamp_reps = 12;
        optional int64 in_addr_masks = 13;
        optional int64 in_addr_mask_reps = 14;
        optional int64 out_msgs = 15;
        optional int64 out_errors = 16;
        optional int64 out_dest_unreachs = 17;
        optional int64 out_time_excds = 18;
        optional int64 out_parm_probs = 19;
        optional int64 out_src_quenchs = 20;
        optional int64 out_redirects = 21;
        optional int64 out_echos = 22;
        optional int64 out_echo_reps = 23;
        optional int64 out_timestamps = 24;
        optional int64 out_timestamp_reps = 25;
        optional int64 out_addr_masks = 26;
        optional int64 out_addr_mask_reps = 27;
    }
    message TcpStatistics in v1 {
        optional int64 rto_algorithm = 1;
        optional int64 rto_min = 2;
        optional int64 rto_max = 3;
        optional int64 max_conn = 4;
        optional int64 active_opens = 5;
        optional int64 passive_opens = 6;
        optional int64 attempt_fails = 7;
        optional int64 estab_resets = 8;
        optional int64 curr_estab = 9;
        optional int64 in_segs = 10;
        optional int64 out_segs = 11;
        optional int64 retrans_segs = 12;
        optional int64 in_errs = 13;
        optional int64 out_rsts = 14;
        optional int64 in_csum_errors = 15;
    }
    message UdpStatistics in v1 {
        optional int64 in_datagrams = 1;
        optional int64 no_ports = 2;
        optional int64 in_errors = 3;
        optional int64 out_datagrams = 4;
        optional int64 rcvbuf_errors = 5;
        optional int64 sndbuf_errors = 6;
        optional int64 in_csum_errors = 7;
        optional int64 ignored_multi = 8;
    }
    message SnmpStatistics in v1 {
        optional boxed(v1::IpStatistics) ip_stats = 1;
        optional boxed(v1::IcmpStatistics) icmp_stats = 2;
        optional boxed(v1::TcpStatistics) tcp_stats = 3;
        optional boxed(v1::UdpStatistics) udp_stats = 4;
    }
    message DiskStatistics in v1 {
        optional boxed(v1::resource::disk_info::Source) source = 1;
        optional boxed(v1::resource::disk_info::Persistence) persistence = 2;
        optional uint64 limit_bytes = 3;
        optional uint64 used_bytes = 4;
    }
    message ResourceStatistics in v1 {
        required double timestamp = 1;
        optional double cpus_user_time_secs = 2, place 3;
        optional double cpus_system_time_secs = 3, place 4;
        optional double cpus_limit = 4, place 5;
        optional uint64 mem_rss_bytes = 5, place 17;
        optional uint64 mem_limit_bytes = 6, place 12;
        optional uint32 cpus_nr_periods = 7, place 7;
        optional uint32 cpus_nr_throttled = 8, place 8;
        optional double cpus_throttled_time_secs = 9, place 9;
        optional uint64 mem_file_bytes = 10, place 14;
        optional uint64 mem_anon_bytes = 11, place 15;
        optional uint64 mem_mapped_file_bytes = 12, place 18;
        optional boxed(v1::PerfStatistics) perf = 13, place 28;
        optional uint64 net_rx_packets = 14, place 29;
        optional uint64 net_rx_bytes = 15, place 30;
        optional uint64 net_rx_errors = 16, place 31;
        optional uint64 net_rx_dropped = 17, place 32;
        optional uint64 net_tx_packets = 18, place 33;
        optional uint64 net_tx_bytes = 19, place 34;
        optional uint64 net_tx_errors = 20, place 35;
        optional uint64 net_tx_dropped = 21, place 36;
        optional double net_tcp_rtt_microsecs_p50 = 22, place 37;
        optional double net_tcp_rtt_microsecs_p90 = 23, place 38;
        optional double net_tcp_rtt_microsecs_p95 = 24, place 39;
        optional double net_tcp_rtt_microsecs_p99 = 25, place 40;
        optional uint64 disk_limit_bytes = 26, place 24;
        optional uint64 disk_used_bytes = 27, place 25;
        optional double net_tcp_active_connections = 28, place 41;
        optional double net_tcp_time_wait_connections = 29, place 42;
        optional uint32 processes = 30, place 1;
        optional uint32 threads = 31, place 2;
        optional uint64 mem_low_pressure_counter = 32, place 21;
        optional uint64 mem_medium_pressure_counter = 33, place 22;
        optional uint64 mem_critical_pressure_counter = 34, place 23;
        repeated message(v1::TrafficControlStatistics) net_traffic_control_statistics = 35, place 43;
        optional uint64 mem_total_bytes = 36, place 10;
        optional uint64 mem_total_memsw_bytes = 37, place 11;
        optional uint64 mem_soft_limit_bytes = 38, place 13;
        optional uint64 mem_cache_bytes = 39, place 16;
        optional uint64 mem_swap_bytes = 40, place 19;
        optional uint64 mem_unevictable_bytes = 41, place 20;
        optional boxed(v1::SnmpStatistics) net_snmp_statistics = 42, place 44;
        repeated message(v1::DiskStatistics) disk_statistics = 43, place 26;
        optional boxed(v1::cgroup_info::blkio::Statistics) blkio_statistics = 44, place 27;
        optional double cpus_soft_limit = 45, place 6;
    }
    message ResourceUsage in v1 {
        repeated message(v1::resource_usage::Executor) executors = 1;
        repeated message(v1::Resource) total = 2;
    }
    message Executor in v1::resource_usage {
        required message(v1::ExecutorInfo) executor_info = 1;
        repeated message(v1::Resource) allocated = 2;
        optional boxed(v1::ResourceStatistics) statistics = 3;
        required message(v1::ContainerId) container_id = 4;
        repeated message(v1::resource_usage::executor::Task) tasks = 5;
    }
    message Task in v1::resource_usage::executor {
        required string name = 1;
        required message(v1::TaskId) id = 2;
        repeated message(v1::Resource) resources = 3;
        optional message(v1::Labels) labels = 4;
    }
    message PerfStatistics in v1 {
        required double timestamp = 1;
        required double duration = 2;
        optional uint64 cycles = 3;
        optional uint64 stalled_cycles_frontend = 4;
        optional uint64 stalled_cycles_backend = 5;
        optional uint64 instructions = 6;
        optional uint64 cache_references = 7;
        optional uint64 cache_misses = 8;
        optional uint64 branches = 9;
        optional uint64 branch_misses = 10;
        optional uint64 bus_cycles = 11;
        optional uint64 ref_cycles = 12;
        optional double cpu_clock = 13;
        optional double task_clock = 14;
        optional uint64 page_faults = 15;
        optional uint64 minor_faults = 16;
        optional uint64 major_faults = 17;
        optional uint64 context_switches = 18;
        optional uint64 cpu_migrations = 19;
        optional uint64 alignment_faults = 20;
        optional uint64 emulation_faults = 21;
        optional uint64 l1_dcache_loads = 22;
        optional uint64 l1_dcache_load_misses = 23;
        optional uint64 l1_dcache_stores = 24;
        optional uint64 l1_dcache_store_misses = 25;
        optional uint64 l1_dcache_prefetches = 26;
        optional uint64 l1_dcache_prefetch_misses = 27;
        optional uint64 l1_icache_loads = 28;
        optional uint64 l1_icache_load_misses = 29;
        optional uint64 l1_icache_prefetches = 30;
        optional uint64 l1_icache_prefetch_misses = 31;
        optional uint64 llc_loads = 32;
        optional uint64 llc_load_misses = 33;
        optional uint64 llc_stores = 34;
        optional uint64 llc_store_misses = 35;
        optional uint64 llc_prefetches = 36;
        optional uint64 llc_prefetch_misses = 37;
        optional uint64 dtlb_loads = 38;
        optional uint64 dtlb_load_misses = 39;
        optional uint64 dtlb_stores = 40;
        optional uint64 dtlb_store_misses = 41;
        optional uint64 dtlb_prefetches = 42;
        optional uint64 dtlb_prefetch_misses = 43;
        optional uint64 itlb_loads = 44;
        optional uint64 itlb_load_misses = 45;
        optional uint64 branch_loads = 46;
        optional uint64 branch_load_misses = 47;
        optional uint64 node_loads = 48;
        optional uint64 node_load_misses = 49;
        optional uint64 node_stores = 50;
        optional uint64 node_store_misses = 51;
        optional uint64 node_prefetches = 52;
        optional uint64 node_prefetch_misses = 53;
    }
    message OfferFilters in v1 {
        optional message(v1::offer_filters::MinAllocatableResources) min_allocatable_resources = 1;
    }
    message ResourceQuantities in v1::offer_filters {
        map message(v1::value::Scalar) quantities = 1;
    }
    message MinAllocatableResources in v1::offer_filters {
        repeated message(v1::offer_filters::ResourceQuantities) quantities = 1;
    }
    message Request in v1 {
        optional message(v1::AgentId) agent_id = 1;
        repeated message(v1::Resource) resources = 2;
    }
    message Offer in v1 {
        required message(v1::OfferId) id = 1;
        required message(v1::FrameworkId) framework_id = 2;
        required message(v1::AgentId) agent_id = 3;
        required string hostname = 4;
        repeated message(v1::Resource) resources = 5, place 6;
        repeated message(v1::ExecutorId) executor_ids = 6, place 8;
        repeated message(v1::Attribute) attributes = 7, place 7;
        optional boxed(v1::Url) url = 8, place 4;
        optional message(v1::Unavailability) unavailability = 9, place 9;
        optional message(v1::resource::AllocationInfo) allocation_info = 10, place 10;
        optional message(v1::DomainInfo) domain = 11, place 5;
    }
    message Operation in v1::offer {
        optional enumeration(v1::offer::operation::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::offer::operation::Launch) launch = 2, place 2;
        optional boxed(v1::offer::operation::Reserve) reserve = 3, place 4;
        optional message(v1::offer::operation::Unreserve) unreserve = 4, place 5;
        optional message(v1::offer::operation::Create) create = 5, place 6;
        optional message(v1::offer::operation::Destroy) destroy = 6, place 7;
        optional boxed(v1::offer::operation::LaunchGroup) launch_group = 7, place 3;
        optional message(v1::OperationId) id = 12, place 1;
        optional boxed(v1::offer::operation::GrowVolume) grow_volume = 13;
        optional boxed(v1::offer::operation::ShrinkVolume) shrink_volume = 14;
        optional boxed(v1::offer::operation::CreateDisk) create_disk = 15;
        optional boxed(v1::offer::operation::DestroyDisk) destroy_disk = 16;
    }
    message Launch in v1::offer::operation {
        repeated message(v1::TaskInfo) task_infos = 1;
    }
    message LaunchGroup in v1::offer::operation {
        required message(v1::ExecutorInfo) executor = 1;
        required message(v1::TaskGroupInfo) task_group = 2;
    }
    message Reserve in v1::offer::operation {
        repeated message(v1::Resource) resources = 1, place 1;
        repeated message(v1::Resource) source = 2, place 0;
    }
    message Unreserve in v1::offer::operation {
        repeated message(v1::Resource) resources = 1;
    }
    message Create in v1::offer::operation {
        repeated message(v1::Resource) volumes = 1;
    }
    message Destroy in v1::offer::operation {
        repeated message(v1::Resource) volumes = 1;
    }
    message GrowVolume in v1::offer::operation {
        required message(v1::Resource) volume = 1;
        required message(v1::Resource) addition = 2;
    }
    message ShrinkVolume in v1::offer::operation {
        required message(v1::Resource) volume = 1;
        required message(v1::value::Scalar) subtract = 2;
    }
    message CreateDisk in v1::offer::operation {
        required message(v1::Resource) source = 1;
        required enumeration(v1::resource::disk_info::source::Type) target_type = 2, set set_target_type;
        optional string target_profile = 3;
    }
    message DestroyDisk in v1::offer::operation {
        required message(v1::Resource) source = 1;
    }
    enumeration Type in v1::offer::operation {
        Unknown = 0;
        Launch = 1;
        LaunchGroup = 6;
        Reserve = 2;
        Unreserve = 3;
        Create = 4;
        Destroy = 5;
        GrowVolume = 11;
        ShrinkVolume = 12;
        CreateDisk = 13;
        DestroyDisk = 14;
    }
    message InverseOffer in v1 {
        required message(v1::OfferId) id = 1;
        optional boxed(v1::Url) url = 2;
        required message(v1::FrameworkId) framework_id = 3;
        optional message(v1::AgentId) agent_id = 4;
        required message(v1::Unavailability) unavailability = 5;
        repeated message(v1::Resource) resources = 6;
    }
    message TaskInfo in v1 {
        required string name = 1;
        required message(v1::TaskId) task_id = 2;
        required message(v1::AgentId) agent_id = 3;
        repeated message(v1::Resource) resources = 4;
        optional boxed(v1::ExecutorInfo) executor = 5;
        optional bytes data = 6, place 10;
        optional boxed(v1::CommandInfo) command = 7, place 5;
        optional boxed(v1::HealthCheck) health_check = 8;
        optional boxed(v1::ContainerInfo) container = 9, place 6;
        optional message(v1::Labels) labels = 10, place 11;
        optional boxed(v1::DiscoveryInfo) discovery = 11, place 12;
        optional message(v1::KillPolicy) kill_policy = 12, place 9;
        optional boxed(v1::CheckInfo) check = 13, place 8;
        optional message(v1::DurationInfo) max_completion_time = 14;
        map message(v1::value::Scalar) limits = 15;
    }
    message TaskGroupInfo in v1 {
        repeated message(v1::TaskInfo) tasks = 1;
    }
    message Task in v1 {
        required string name = 1;
        required message(v1::TaskId) task_id = 2;
        required message(v1::FrameworkId) framework_id = 3;
        optional message(v1::ExecutorId) executor_id = 4;
        required message(v1::AgentId) agent_id = 5;
        required enumeration(v1::TaskState) state = 6, set set_state, or Unknown;
        repeated message(v1::Resource) resources = 7;
        repeated message(v1::TaskStatus) statuses = 8;
        optional enumeration(v1::TaskState) status_update_state = 9, set set_status_update_state;
        optional bytes status_update_uuid = 10;
        optional message(v1::Labels) labels = 11;
        optional boxed(v1::DiscoveryInfo) discovery = 12;
        optional boxed(v1::ContainerInfo) container = 13;
        optional string user = 14, place 15;
        optional boxed(v1::HealthCheck) health_check = 15, place 13;
        optional message(v1::KillPolicy) kill_policy = 16, place 14;
        map message(v1::value::Scalar) limits = 17;
    }
    message TaskResourceLimitation in v1 {
        repeated message(v1::Resource) resources = 1;
    }
    message Uuid in v1 {
        required bytes value = 1;
    }
    message Operation in v1 {
        optional message(v1::FrameworkId) framework_id = 1;
        optional message(v1::AgentId) agent_id = 2;
        required message(v1::offer::Operation) info = 3;
        required message(v1::OperationStatus) latest_status = 4;
        repeated message(v1::OperationStatus) statuses = 5;
        required message(v1::Uuid) uuid = 6;
    }
    message OperationStatus in v1 {
        optional message(v1::OperationId) operation_id = 1;
        required enumeration(v1::OperationState) state = 2, set set_state;
        optional string message = 3;
        repeated message(v1::Resource) converted_resources = 4;
        optional boxed(v1::Uuid) uuid = 5;
        optional message(v1::AgentId) agent_id = 6;
        optional message(v1::ResourceProviderId) resource_provider_id = 7;
    }
    message CheckStatusInfo in v1 {
        optional enumeration(v1::check_info::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::check_status_info::Command) command = 2;
        optional message(v1::check_status_info::Http) http = 3;
        optional message(v1::check_status_info::Tcp) tcp = 4;
    }
    message Command in v1::check_status_info {
        optional int32 exit_code = 1;
    }
    message Http in v1::check_status_info {
        optional uint32 status_code = 1;
    }
    message Tcp in v1::check_status_info {
        optional bool succeeded = 1;
    }
    message TaskStatus in v1 {
        required message(v1::TaskId) task_id = 1;
        required enumeration(v1::TaskState) state = 2, set set_state, or Unknown;
        optional bytes data = 3, place 5;
        optional string message = 4, place 2;
        optional message(v1::AgentId) agent_id = 5, place 6;
        optional double timestamp = 6, place 8;
        optional message(v1::ExecutorId) executor_id = 7, place 7;
        optional bool healthy = 8, place 10;
        optional enumeration(v1::task_status::Source) source = 9, set set_source, place 3;
        optional enumeration(v1::task_status::Reason) reason = 10, set set_reason, place 4;
        optional bytes uuid = 11, place 9;
        optional message(v1::Labels) labels = 12, place 12;
        optional boxed(v1::ContainerStatus) container_status = 13, place 13;
        optional message(v1::TimeInfo) unreachable_time = 14, place 14;
        optional boxed(v1::CheckStatusInfo) check_status = 15, place 11;
        optional message(v1::TaskResourceLimitation) limitation = 16;
    }
    enumeration Source in v1::task_status {
        Master = 0;
        Agent = 1;
        Executor = 2;
    }
    enumeration Reason in v1::task_status {
        CommandExecutorFailed = 0;
        ContainerLaunchFailed = 21;
        ContainerLimitation = 19;
        ContainerLimitationDisk = 20;
        ContainerLimitationMemory = 8;
        ContainerPreempted = 17;
        ContainerUpdateFailed = 22;
        MaxCompletionTimeReached = 33;
        ExecutorRegistrationTimeout = 23;
        ExecutorReregistrationTimeout = 24;
        ExecutorTerminated = 1;
        ExecutorUnregistered = 2;
        FrameworkRemoved = 3;
        GcError = 4;
        InvalidFrameworkid = 5;
        InvalidOffers = 6;
        IoSwitchboardExited = 27;
        MasterDisconnected = 7;
        Reconciliation = 9;
        ResourcesUnknown = 18;
        AgentDisconnected = 10;
        AgentDraining = 34;
        AgentRemoved = 11;
        AgentRemovedByOperator = 31;
        AgentReregistered = 32;
        AgentRestarted = 12;
        AgentUnknown = 13;
        TaskKilledDuringLaunch = 30;
        TaskCheckStatusUpdated = 28;
        TaskHealthCheckStatusUpdated = 29;
        TaskGroupInvalid = 25;
        TaskGroupUnauthorized = 26;
        TaskInvalid = 14;
        TaskUnauthorized = 15;
        TaskUnknown = 16;
    }
    message Filters in v1 {
        optional double refuse_seconds = 1, default 5.0;
    }
    message Environment in v1 {
        repeated message(v1::environment::Variable) variables = 1;
    }
    message Variable in v1::environment {
        required string name = 1;
        optional string value = 2, place 2;
        optional enumeration(v1::environment::variable::Type) r#type = 3, default v1::environment::variable::Type::Value, set set_type, place 1;
        optional message(v1::Secret) secret = 4;
    }
    enumeration Type in v1::environment::variable {
        Unknown = 0;
        Value = 1;
        Secret = 2;
    }
    message Parameter in v1 {
        required string key = 1;
        required string value = 2;
    }
    message Parameters in v1 {
        repeated message(v1::Parameter) parameter = 1;
    }
    message Credential in v1 {
        required string principal = 1;
        optional string secret = 2;
    }
    message Credentials in v1 {
        repeated message(v1::Credential) credentials = 1;
    }
    message Secret in v1 {
        optional enumeration(v1::secret::Type) r#type = 1, set set_type, or Unknown;
        optional boxed(v1::secret::Reference) reference = 2;
        optional boxed(v1::secret::Value) value = 3;
    }
    message Reference in v1::secret {
        required string name = 1;
        optional string key = 2;
    }
    message Value in v1::secret {
        required bytes data = 1;
    }
    enumeration Type in v1::secret {
        Unknown = 0;
        Reference = 1;
        Value = 2;
    }
    message RateLimit in v1 {
        optional double qps = 1;
        required string principal = 2;
        optional uint64 capacity = 3;
    }
    message RateLimits in v1 {
        repeated message(v1::RateLimit) limits = 1;
        optional double aggregate_default_qps = 2;
        optional uint64 aggregate_default_capacity = 3;
    }
    message Image in v1 {
        required enumeration(v1::image::Type) r#type = 1, set set_type;
        optional boxed(v1::image::Appc) appc = 2;
        optional boxed(v1::image::Docker) docker = 3;
        optional bool cached = 4, default true;
    }
    message Appc in v1::image {
        required string name = 1;
        optional string id = 2;
        optional message(v1::Labels) labels = 3;
    }
    message Docker in v1::image {
        required string name = 1;
        optional boxed(v1::Credential) credential = 2;
        optional message(v1::Secret) config = 3;
    }
    enumeration Type in v1::image {
        Appc = 1;
        Docker = 2;
    }
    message MountPropagation in v1 {
        optional enumeration(v1::mount_propagation::Mode) mode = 1, set set_mode, or Unknown;
    }
    enumeration Mode in v1::mount_propagation {
        Unknown = 0;
        HostToContainer = 1;
        Bidirectional = 2;
    }
    message Volume in v1 {
        required string container_path = 1, place 1;
        optional string host_path = 2, place 2;
        required enumeration(v1::volume::Mode) mode = 3, set set_mode, place 0;
        optional message(v1::Image) image = 4;
        optional boxed(v1::volume::Source) source = 5;
    }
    message Source in v1::volume {
        optional enumeration(v1::volume::source::Type) r#type = 1, set set_type, or Unknown;
        optional boxed(v1::volume::source::DockerVolume) docker_volume = 2;
        optional boxed(v1::volume::source::SandboxPath) sandbox_path = 3, place 3;
        optional message(v1::Secret) secret = 4, place 4;
        optional boxed(v1::volume::source::HostPath) host_path = 5, place 2;
        optional boxed(v1::volume::source::CsiVolume) csi_volume = 6;
    }
    message DockerVolume in v1::volume::source {
        optional string driver = 1;
        required string name = 2;
        optional message(v1::Parameters) driver_options = 3;
    }
    message HostPath in v1::volume::source {
        required string path = 1;
        optional message(v1::MountPropagation) mount_propagation = 2;
    }
    message SandboxPath in v1::volume::source {
        optional enumeration(v1::volume::source::sandbox_path::Type) r#type = 1, set set_type, or Unknown;
        required string path = 2;
    }
    enumeration Type in v1::volume::source::sandbox_path {
        Unknown = 0;
        Self_ = 1;
        Parent = 2;
    }
    message CsiVolume in v1::volume::source {
        required string plugin_name = 1;
        optional boxed(v1::volume::source::csi_volume::StaticProvisioning) static_provisioning = 2;
    }
    message VolumeCapability in v1::volume::source::csi_volume {
        optional oneof(v1::volume::source::csi_volume::volume_capability::AccessType) access_type = 1 | 2, place 1;
        required message(v1::volume::source::csi_volume::volume_capability::AccessMode) access_mode = 3, place 0;
    }
    message BlockVolume in v1::volume::source::csi_volume::volume_capability {
    }
    message MountVolume in v1::volume::source::csi_volume::volume_capability {
        optional string fs_type = 1;
        repeated string mount_flags = 2;
    }
    message AccessMode in v1::volume::source::csi_volume::volume_capability {
        required enumeration(v1::volume::source::csi_volume::volume_capability::access_mode::Mode) mode = 1, set set_mode;
    }
    enumeration Mode in v1::volume::source::csi_volume::volume_capability::access_mode {
        Unknown = 0;
        SingleNodeWriter = 1;
        SingleNodeReaderOnly = 2;
        MultiNodeReaderOnly = 3;
        MultiNodeSingleWriter = 4;
        MultiNodeMultiWriter = 5;
    }
    oneof AccessType in v1::volume::source::csi_volume::volume_capability {
        message(v1::volume::source::csi_volume::volume_capability::BlockVolume) Block as block = 1;
        message(v1::volume::source::csi_volume::volume_capability::MountVolume) Mount as mount = 2;
    }
    message StaticProvisioning in v1::volume::source::csi_volume {
        required string volume_id = 1;
        required message(v1::volume::source::csi_volume::VolumeCapability) volume_capability = 2;
        map message(v1::Secret) node_stage_secrets = 3;
        map message(v1::Secret) node_publish_secrets = 4;
        map string volume_context = 5;
    }
    enumeration Type in v1::volume::source {
        Unknown = 0;
        DockerVolume = 1;
        HostPath = 4;
        SandboxPath = 2;
        Secret = 3;
        CsiVolume = 5;
    }
    enumeration Mode in v1::volume {
        Rw = 1;
        Ro = 2;
    }
    message NetworkInfo in v1 {
        repeated string groups = 3, place 2;
        optional message(v1::Labels) labels = 4, place 3;
        repeated message(v1::network_info::IpAddress) ip_addresses = 5, place 0;
        optional string name = 6, place 1;
        repeated message(v1::network_info::PortMapping) port_mappings = 7;
    }
    message IpAddress in v1::network_info {
        optional enumeration(v1::network_info::Protocol) protocol = 1, default v1::network_info::Protocol::IPv4, set set_protocol;
        optional string ip_address = 2;
    }
    message PortMapping in v1::network_info {
        required uint32 host_port = 1;
        required uint32 container_port = 2;
        optional string protocol = 3;
    }
    enumeration Protocol in v1::network_info {
        IPv4 = 1;
        IPv6 = 2;
    }
    message CapabilityInfo in v1 {
        repeated enumeration(v1::capability_info::Capability) capabilities = 1, set push_capabilities;
    }
    enumeration Capability in v1::capability_info {
        Unknown = 0;
        Chown = 1000;
        DacOverride = 1001;
        DacReadSearch = 1002;
        Fowner = 1003;
        Fsetid = 1004;
        Kill = 1005;
        Setgid = 1006;
        Setuid = 1007;
        Setpcap = 1008;
        LinuxImmutable = 1009;
        NetBindService = 1010;
        NetBroadcast = 1011;
        NetAdmin = 1012;
        NetRaw = 1013;
        IpcLock = 1014;
        IpcOwner = 1015;
        SysModule = 1016;
        SysRawio = 1017;
        SysChroot = 1018;
        SysPtrace = 1019;
        SysPacct = 1020;
        SysAdmin = 1021;
        SysBoot = 1022;
        SysNice = 1023;
        SysResource = 1024;
        SysTime = 1025;
        SysTtyConfig = 1026;
        Mknod = 1027;
        Lease = 1028;
        AuditWrite = 1029;
        AuditControl = 1030;
        Setfcap = 1031;
        MacOverride = 1032;
        MacAdmin = 1033;
        Syslog = 1034;
        WakeAlarm = 1035;
        BlockSuspend = 1036;
        AuditRead = 1037;
    }
    message SeccompInfo in v1 {
        optional string profile_name = 1;
        optional bool unconfined = 2;
    }
    message LinuxInfo in v1 {
        optional message(v1::CapabilityInfo) capability_info = 1;
        optional message(v1::CapabilityInfo) bounding_capabilities = 2;
        optional message(v1::CapabilityInfo) effective_capabilities = 3;
        optional bool share_pid_namespace = 4;
        optional boxed(v1::SeccompInfo) seccomp = 5;
        optional enumeration(v1::linux_info::IpcMode) ipc_mode = 6, set set_ipc_mode, or Unknown;
        optional uint32 shm_size = 7;
        optional bool share_cgroups = 8, default true;
    }
    enumeration IpcMode in v1::linux_info {
        Unknown = 0;
        Private = 1;
        ShareParent = 2;
    }
    message RLimitInfo in v1 {
        repeated message(v1::r_limit_info::RLimit) rlimits = 1;
    }
    message RLimit in v1::r_limit_info {
        optional enumeration(v1::r_limit_info::r_limit::Type) r#type = 1, set set_type, or Unknown;
        optional uint64 hard = 2;
        optional uint64 soft = 3;
    }
    enumeration Type in v1::r_limit_info::r_limit {
        Unknown = 0;
        RlmtAs = 1;
        RlmtCore = 2;
        RlmtCpu = 3;
        RlmtData = 4;
        RlmtFsize = 5;
        RlmtLocks = 6;
        RlmtMemlock = 7;
        RlmtMsgqueue = 8;
        RlmtNice = 9;
        RlmtNofile = 10;
        RlmtNproc = 11;
        RlmtRss = 12;
        RlmtRtprio = 13;
        RlmtRttime = 14;
        RlmtSigpending = 15;
        RlmtStack = 16;
    }
    message TtyInfo in v1 {
        optional message(v1::tty_info::WindowSize) window_size = 1;
    }
    message WindowSize in v1::tty_info {
        required uint32 rows = 1;
        required uint32 columns = 2;
    }
    message ContainerInfo in v1 {
        required enumeration(v1::container_info::Type) r#type = 1, set set_type;
        repeated message(v1::Volume) volumes = 2;
        optional boxed(v1::container_info::DockerInfo) docker = 3, place 3;
        optional string hostname = 4, place 2;
        optional message(v1::container_info::MesosInfo) mesos = 5;
        repeated message(v1::NetworkInfo) network_infos = 7;
        optional boxed(v1::LinuxInfo) linux_info = 8;
        optional message(v1::RLimitInfo) rlimit_info = 9;
        optional message(v1::TtyInfo) tty_info = 10;
    }
    message DockerInfo in v1::container_info {
        required string image = 1;
        optional enumeration(v1::container_info::docker_info::Network) network = 2, default v1::container_info::docker_info::Network::Host, set set_network;
        repeated message(v1::container_info::docker_info::PortMapping) port_mappings = 3;
        optional bool privileged = 4, default false;
        repeated message(v1::Parameter) parameters = 5;
        optional bool force_pull_image = 6;
        optional string volume_driver = 7;
    }
    message PortMapping in v1::container_info::docker_info {
        required uint32 host_port = 1;
        required uint32 container_port = 2;
        optional string protocol = 3;
    }
    enumeration Network in v1::container_info::docker_info {
        Host = 1;
        Bridge = 2;
        None = 3;
        User = 4;
    }
    message MesosInfo in v1::container_info {
        optional message(v1::Image) image = 1;
    }
    enumeration Type in v1::container_info {
        Docker = 1;
        Mesos = 2;
    }
    message ContainerStatus in v1 {
        repeated message(v1::NetworkInfo) network_infos = 1, place 1;
        optional message(v1::CgroupInfo) cgroup_info = 2, place 2;
        optional uint32 executor_pid = 3, place 3;
        optional boxed(v1::ContainerId) container_id = 4, place 0;
    }
    message CgroupInfo in v1 {
        optional message(v1::cgroup_info::NetCls) net_cls = 1;
    }
    message Blkio in v1::cgroup_info {
    }
    message Value in v1::cgroup_info::blkio {
        optional enumeration(v1::cgroup_info::blkio::Operation) op = 1, set set_op, or Unknown;
        optional uint64 value = 2;
    }
    message Cfq in v1::cgroup_info::blkio {
    }
    message Statistics in v1::cgroup_info::blkio::cfq {
        optional message(v1::device::Number) device = 1;
        optional uint64 sectors = 2;
        optional uint64 time = 3;
        repeated message(v1::cgroup_info::blkio::Value) io_serviced = 4;
        repeated message(v1::cgroup_info::blkio::Value) io_service_bytes = 5;
        repeated message(v1::cgroup_info::blkio::Value) io_service_time = 6;
        repeated message(v1::cgroup_info::blkio::Value) io_wait_time = 7;
        repeated message(v1::cgroup_info::blkio::Value) io_merged = 8;
        repeated message(v1::cgroup_info::blkio::Value) io_queued = 9;
    }
    message Throttling in v1::cgroup_info::blkio {
    }
    message Statistics in v1::cgroup_info::blkio::throttling {
        optional message(v1::device::Number) device = 1;
        repeated message(v1::cgroup_info::blkio::Value) io_serviced = 2;
        repeated message(v1::cgroup_info::blkio::Value) io_service_bytes = 3;
    }
    message Statistics in v1::cgroup_info::blkio {
        repeated message(v1::cgroup_info::blkio::cfq::Statistics) cfq = 1;
        repeated message(v1::cgroup_info::blkio::cfq::Statistics) cfq_recursive = 2;
        repeated message(v1::cgroup_info::blkio::throttling::Statistics) throttling = 3;
    }
    enumeration Operation in v1::cgroup_info::blkio {
        Unknown = 0;
        Total = 1;
        Read = 2;
        Write = 3;
        Sync = 4;
        Async = 5;
        Discard = 6;
    }
    message NetCls in v1::cgroup_info {
        optional uint32 classid = 1;
    }
    message Labels in v1 {
        repeated message(v1::Label) labels = 1;
    }
    message Label in v1 {
        required string key = 1;
        optional string value = 2;
    }
    message Port in v1 {
        required uint32 number = 1;
        optional string name = 2;
        optional string protocol = 3;
        optional enumeration(v1::discovery_info::Visibility) visibility = 4, set set_visibility;
        optional message(v1::Labels) labels = 5;
    }
    message Ports in v1 {
        repeated message(v1::Port) ports = 1;
    }
    message DiscoveryInfo in v1 {
        required enumeration(v1::discovery_info::Visibility) visibility = 1, set set_visibility;
        optional string name = 2;
        optional string environment = 3;
        optional string location = 4;
        optional string version = 5;
        optional message(v1::Ports) ports = 6;
        optional message(v1::Labels) labels = 7;
    }
    enumeration Visibility in v1::discovery_info {
        Framework = 0;
        Cluster = 1;
        External = 2;
    }
    message WeightInfo in v1 {
        required double weight = 1;
        optional string role = 2;
    }
    message VersionInfo in v1 {
        required string version = 1;
        optional string build_date = 2;
        optional double build_time = 3;
        optional string build_user = 4;
        optional string git_sha = 5;
        optional string git_branch = 6;
        optional string git_tag = 7;
    }
    message Flag in v1 {
        required string name = 1;
        optional string value = 2;
    }
    message Role in v1 {
        required string name = 1;
        required double weight = 2;
        repeated message(v1::FrameworkId) frameworks = 3;
        repeated message(v1::Resource) resources = 4;
    }
    message Metric in v1 {
        required string name = 1;
        optional double value = 2;
    }
    message FileInfo in v1 {
        required string path = 1;
        optional int32 nlink = 2;
        optional uint64 size = 3;
        optional message(v1::TimeInfo) mtime = 4;
        optional uint32 mode = 5;
        optional string uid = 6;
        optional string gid = 7;
    }
    message Device in v1 {
        optional string path = 1;
        optional message(v1::device::Number) number = 2;
    }
    message Number in v1::device {
        required uint64 major_number = 1;
        required uint64 minor_number = 2;
    }
    message DeviceAccess in v1 {
        required message(v1::Device) device = 1;
        required message(v1::device_access::Access) access = 2;
    }
    message Access in v1::device_access {
        optional bool read = 1;
        optional bool write = 2;
        optional bool mknod = 3;
    }
    message DeviceWhitelist in v1 {
        repeated message(v1::DeviceAccess) allowed_devices = 1;
    }
    message DrainConfig in v1 {
        optional message(v1::DurationInfo) max_grace_period = 1;
        optional bool mark_gone = 2, default false;
    }
    message DrainInfo in v1 {
        required enumeration(v1::DrainState) state = 1, set set_state;
        required message(v1::DrainConfig) config = 2;
    }
    enumeration Status in v1 {
        NotStarted = 1;
        Running = 2;
        Aborted = 3;
        Stopped = 4;
    }
    enumeration TaskState in v1 {
        Staging = 6;
        Starting = 0;
        Running = 1;
        Killing = 8;
        Finished = 2;
        Failed = 3;
        Killed = 4;
        Error = 7;
        Lost = 5;
        Dropped = 9;
        Unreachable = 10;
        Gone = 11;
        GoneByOperator = 12;
        Unknown = 13;
    }
    enumeration OperationState in v1 {
        Unsupported = 0;
        Pending = 1;
        Finished = 2;
        Failed = 3;
        Error = 4;
        Dropped = 5;
        Unreachable = 6;
        GoneByOperator = 7;
        Recovering = 8;
        Unknown = 9;
    }
    enumeration DrainState in v1 {
        Unknown = 0;
        Draining = 1;
        Drained = 2;
    }
    message Event in v1::scheduler {
        optional enumeration(v1::scheduler::event::Type) r#type = 1, set set_type, or Unknown;
        optional boxed(v1::scheduler::event::Subscribed) subscribed = 2;
        optional message(v1::scheduler::event::Offers) offers = 3;
        optional message(v1::scheduler::event::Rescind) rescind = 4, place 4;
        optional boxed(v1::scheduler::event::Update) update = 5, place 6;
        optional boxed(v1::scheduler::event::Message) message = 6, place 8;
        optional boxed(v1::scheduler::event::Failure) failure = 7, place 9;
        optional message(v1::scheduler::event::Error) error = 8, place 10;
        optional message(v1::scheduler::event::InverseOffers) inverse_offers = 9, place 3;
        optional message(v1::scheduler::event::RescindInverseOffer) rescind_inverse_offer = 10, place 5;
        optional boxed(v1::scheduler::event::UpdateOperationStatus) update_operation_status = 11, place 7;
    }
    message Subscribed in v1::scheduler::event {
        required message(v1::FrameworkId) framework_id = 1;
        optional double heartbeat_interval_seconds = 2;
        optional boxed(v1::MasterInfo) master_info = 3;
    }
    message Offers in v1::scheduler::event {
        repeated message(v1::Offer) offers = 1;
    }
    message InverseOffers in v1::scheduler::event {
        repeated message(v1::InverseOffer) inverse_offers = 1;
    }
    message Rescind in v1::scheduler::event {
        required message(v1::OfferId) offer_id = 1;
    }
    message RescindInverseOffer in v1::scheduler::event {
        required message(v1::OfferId) inverse_offer_id = 1;
    }
    message Update in v1::scheduler::event {
        required message(v1::TaskStatus) status = 1;
    }
    message UpdateOperationStatus in v1::scheduler::event {
        required message(v1::OperationStatus) status = 1;
    }
    message Message in v1::scheduler::event {
        required message(v1::AgentId) agent_id = 1;
        required message(v1::ExecutorId) executor_id = 2;
        required bytes data = 3;
    }
    message Failure in v1::scheduler::event {
        optional message(v1::AgentId) agent_id = 1;
        optional message(v1::ExecutorId) executor_id = 2;
        optional int32 status = 3;
    }
    message Error in v1::scheduler::event {
        required string message = 1;
    }
    enumeration Type in v1::scheduler::event {
        Unknown = 0;
        Subscribed = 1;
        Offers = 2;
        InverseOffers = 9;
        Rescind = 3;
        RescindInverseOffer = 10;
        Update = 4;
        UpdateOperationStatus = 11;
        Message = 5;
        Failure = 6;
        Error = 7;
        Heartbeat = 8;
    }
    message Response in v1::scheduler {
        optional enumeration(v1::scheduler::response::Type) r#type = 1, set set_type, or Unknown;
        optional message(v1::scheduler::response::ReconcileOperations) reconcile_operations = 2;
    }
    message ReconcileOperations in v1::scheduler::response {
        repeated message(v1::OperationStatus) operation_statuses = 1;
    }
    enumeration Type in v1::scheduler::response {
        Unknown = 0;
        ReconcileOperations = 1;
    }
    message AttributeConstraint in v1::scheduler {
        required message(v1::scheduler::attribute_constraint::Selector) selector = 1;
        required message(v1::scheduler::attribute_constraint::Predicate) predicate = 2;
    }
    message Selector in v1::scheduler::attribute_constraint {
        optional oneof(v1::scheduler::attribute_constraint::selector::Selector) selector = 1 | 2;
    }
    enumeration PseudoattributeType in v1::scheduler::attribute_constraint::selector {
        Unknown = 0;
        Hostname = 1;
        Region = 2;
        Zone = 3;
    }
    oneof Selector in v1::scheduler::attribute_constraint::selector {
        enumeration(v1::scheduler::attribute_constraint::selector::PseudoattributeType) PseudoattributeType as pseudoattribute_type = 1;
        string AttributeName as attribute_name = 2;
    }
    message Predicate in v1::scheduler::attribute_constraint {
        optional oneof(v1::scheduler::attribute_constraint::predicate::Predicate) predicate = 1 | 2 | 3 | 4 | 5 | 6;
    }
    message Exists in v1::scheduler::attribute_constraint::predicate {
    }
    message NotExists in v1::scheduler::attribute_constraint::predicate {
    }
    message TextEquals in v1::scheduler::attribute_constraint::predicate {
        required string value = 1;
    }
    message TextNotEquals in v1::scheduler::attribute_constraint::predicate {
        required string value = 1;
    }
    message TextMatches in v1::scheduler::attribute_constraint::predicate {
        required string regex = 1;
    }
    message TextNotMatches in v1::scheduler::attribute_constraint::predicate {
        required string regex = 1;
    }
    oneof Predicate in v1::scheduler::attribute_constraint::predicate {
        message(v1::scheduler::attribute_constraint::predicate::Exists) Exists as exists = 1;
        message(v1::scheduler::attribute_constraint::predicate::NotExists) NotExists as not_exists = 2;
        message(v1::scheduler::attribute_constraint::predicate::TextEquals) TextEquals as text_equals = 3;
        message(v1::scheduler::attribute_constraint::predicate::TextNotEquals) TextNotEquals as text_not_equals = 4;
        message(v1::scheduler::attribute_constraint::predicate::TextMatches) TextMatches as text_matches = 5;
        message(v1::scheduler::attribute_constraint::predicate::TextNotMatches) TextNotMatches as text_not_matches = 6;
    }
    message OfferConstraints in v1::scheduler {
        map message(v1::scheduler::offer_constraints::RoleConstraints) role_constraints = 1;
    }
    message RoleConstraints in v1::scheduler::offer_constraints {
        repeated message(v1::scheduler::offer_constraints::role_constraints::Group) groups = 1;
    }
    message Group in v1::scheduler::offer_constraints::role_constraints {
        repeated message(v1::scheduler::AttributeConstraint) attribute_constraints = 1;
    }
    message Call in v1::scheduler {
        optional message(v1::FrameworkId) framework_id = 1;
        optional enumeration(v1::scheduler::call::Type) r#type = 2, set set_type, or Unknown;
        optional boxed(v1::scheduler::call::Subscribe) subscribe = 3;
        optional boxed(v1::scheduler::call::Accept) accept = 4;
        optional boxed(v1::scheduler::call::Decline) decline = 5;
        optional boxed(v1::scheduler::call::Kill) kill = 6, place 8;
        optional boxed(v1::scheduler::call::Shutdown) shutdown = 7, place 9;
        optional boxed(v1::scheduler::call::Acknowledge) acknowledge = 8, place 10;
        optional message(v1::scheduler::call::Reconcile) reconcile = 9, place 12;
        optional boxed(v1::scheduler::call::Message) message = 10, place 14;
        optional message(v1::scheduler::call::Request) request = 11, place 15;
        optional boxed(v1::scheduler::call::AcceptInverseOffers) accept_inverse_offers = 13, place 5;
        optional boxed(v1::scheduler::call::DeclineInverseOffers) decline_inverse_offers = 14, place 6;
        optional message(v1::scheduler::call::Revive) revive = 15, place 7;
        optional message(v1::scheduler::call::Suppress) suppress = 16, place 16;
        optional boxed(v1::scheduler::call::AcknowledgeOperationStatus) acknowledge_operation_status = 17, place 11;
        optional message(v1::scheduler::call::ReconcileOperations) reconcile_operations = 18, place 13;
        optional boxed(v1::scheduler::call::UpdateFramework) update_framework = 19;
    }
    message Subscribe in v1::scheduler::call {
        required message(v1::FrameworkInfo) framework_info = 1;
        repeated string suppressed_roles = 2;
        optional message(v1::scheduler::OfferConstraints) offer_constraints = 3;
    }
    message Accept in v1::scheduler::call {
        repeated message(v1::OfferId) offer_ids = 1;
        repeated message(v1::offer::Operation) operations = 2;
        optional message(v1::Filters) filters = 3;
    }
    message Decline in v1::scheduler::call {
        repeated message(v1::OfferId) offer_ids = 1;
        optional message(v1::Filters) filters = 2;
    }
    message AcceptInverseOffers in v1::scheduler::call {
        repeated message(v1::OfferId) inverse_offer_ids = 1;
        optional message(v1::Filters) filters = 2;
    }
    message DeclineInverseOffers in v1::scheduler::call {
        repeated message(v1::OfferId) inverse_offer_ids = 1;
        optional message(v1::Filters) filters = 2;
    }
    message Revive in v1::scheduler::call {
        repeated string roles = 1;
    }
    message Kill in v1::scheduler::call {
        required message(v1::TaskId) task_id = 1;
        optional message(v1::AgentId) agent_id = 2;
        optional message(v1::KillPolicy) kill_policy = 3;
    }
    message Shutdown in v1::scheduler::call {
        required message(v1::ExecutorId) executor_id = 1;
        required message(v1::AgentId) agent_id = 2;
    }
    message Acknowledge in v1::scheduler::call {
        required message(v1::AgentId) agent_id = 1;
        required message(v1::TaskId) task_id = 2;
        required bytes uuid = 3;
    }
    message AcknowledgeOperationStatus in v1::scheduler::call {
        optional message(v1::AgentId) agent_id = 1;
        optional message(v1::ResourceProviderId) resource_provider_id = 2;
        required bytes uuid = 3;
        required message(v1::OperationId) operation_id = 4;
    }
    message Reconcile in v1::scheduler::call {
        repeated message(v1::scheduler::call::reconcile::Task) tasks = 1;
    }
    message Task in v1::scheduler::call::reconcile {
        required message(v1::TaskId) task_id = 1;
        optional message(v1::AgentId) agent_id = 2;
    }
    message ReconcileOperations in v1::scheduler::call {
        repeated message(v1::scheduler::call::reconcile_operations::Operation) operations = 1;
    }
    message Operation in v1::scheduler::call::reconcile_operations {
        required message(v1::OperationId) operation_id = 1;
        optional message(v1::AgentId) agent_id = 2;
        optional message(v1::ResourceProviderId) resource_provider_id = 3;
    }
    message Message in v1::scheduler::call {
        required message(v1::AgentId) agent_id = 1;
        required message(v1::ExecutorId) executor_id = 2;
        required bytes data = 3;
    }
    message Request in v1::scheduler::call {
        repeated message(v1::Request) requests = 1;
    }
    message Suppress in v1::scheduler::call {
        repeated string roles = 1;
    }
    message UpdateFramework in v1::scheduler::call {
        required message(v1::FrameworkInfo) framework_info = 1;
        repeated string suppressed_roles = 2;
        optional message(v1::scheduler::OfferConstraints) offer_constraints = 3;
    }
    enumeration Type in v1::scheduler::call {
        Unknown = 0;
        Subscribe = 1;
        Teardown = 2;
        Accept = 3;
        Decline = 4;
        AcceptInverseOffers = 13;
        DeclineInverseOffers = 14;
        Revive = 5;
        Kill = 6;
        Shutdown = 7;
        Acknowledge = 8;
        AcknowledgeOperationStatus = 15;
        Reconcile = 9;
        ReconcileOperations = 16;
        Message = 10;
        Request = 11;
        Suppress = 12;
        UpdateFramework = 17;
    }
    message ApiResult in v1::scheduler {
        required uint32 status_code = 1;
        optional boxed(v1::scheduler::Response) response = 2;
        optional string error = 3;
    }
}
