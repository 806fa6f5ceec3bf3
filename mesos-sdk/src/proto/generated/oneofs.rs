#[derive(Default, ::serde::Deserialize)]
#[serde(default)]
pub(crate) struct VolumeCapability {
    access_mode: crate::proto::mesos::v1::volume::source::csi_volume::volume_capability::AccessMode,
    block:
        Option<crate::proto::mesos::v1::volume::source::csi_volume::volume_capability::BlockVolume>,
    mount:
        Option<crate::proto::mesos::v1::volume::source::csi_volume::volume_capability::MountVolume>,
}

impl From<VolumeCapability>
    for crate::proto::mesos::v1::volume::source::csi_volume::VolumeCapability
{
    fn from(fields: VolumeCapability) -> Self {
        Self {
access_mode: fields.access_mode,
access_type: fields.mount.map(crate::proto::mesos::v1::volume::source::csi_volume::volume_capability::AccessType::Mount).or(fields.block.map(crate::proto::mesos::v1::volume::source::csi_volume::volume_capability::AccessType::Block)),
}
    }
}

#[derive(Default, ::serde::Deserialize)]
#[serde(default)]
pub(crate) struct Selector {
    #[serde(
        with = "crate::proto::json::Optional::<crate::proto::json::Enum<crate::proto::mesos::v1::scheduler::attribute_constraint::selector::PseudoattributeType>>"
    )]
    pseudoattribute_type: Option<i32>,
    attribute_name: Option<String>,
}

impl From<Selector> for crate::proto::mesos::v1::scheduler::attribute_constraint::Selector {
    fn from(fields: Selector) -> Self {
        Self {
selector: fields.attribute_name.map(crate::proto::mesos::v1::scheduler::attribute_constraint::selector::Selector::AttributeName).or(fields.pseudoattribute_type.map(crate::proto::mesos::v1::scheduler::attribute_constraint::selector::Selector::PseudoattributeType)),
}
    }
}

#[derive(Default, ::serde::Deserialize)]
#[serde(default)]
pub(crate) struct Predicate {
    exists: Option<crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::Exists>,
    not_exists:
        Option<crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::NotExists>,
    text_equals:
        Option<crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::TextEquals>,
    text_not_equals:
        Option<crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::TextNotEquals>,
    text_matches:
        Option<crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::TextMatches>,
    text_not_matches:
        Option<crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::TextNotMatches>,
}

impl From<Predicate> for crate::proto::mesos::v1::scheduler::attribute_constraint::Predicate {
    fn from(fields: Predicate) -> Self {
        Self {
predicate: fields.text_not_matches.map(crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::Predicate::TextNotMatches).or(fields.text_matches.map(crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::Predicate::TextMatches)).or(fields.text_not_equals.map(crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::Predicate::TextNotEquals)).or(fields.text_equals.map(crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::Predicate::TextEquals)).or(fields.not_exists.map(crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::Predicate::NotExists)).or(fields.exists.map(crate::proto::mesos::v1::scheduler::attribute_constraint::predicate::Predicate::Exists)),
}
    }
}
