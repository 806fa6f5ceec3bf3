//! The serde attributes of the generated types: Mesos' JSON form, behind the feature `json`.

pub(crate) mod oneofs;

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost_build::Config;
use protox::prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use protox::prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet, MessageOptions,
};

const DERIVE: &str =
    "#[cfg_attr(feature = \"json\", derive(::serde::Serialize, ::serde::Deserialize), serde(default))]";
const DERIVE_ONEOF: &str =
    "#[cfg_attr(feature = \"json\", derive(::serde::Serialize), serde(rename_all = \"snake_case\"))]";
const ADAPTERS: &str = "crate::proto::json";

/// Adds to `config` what every message and field of `files` needs.
pub(crate) fn add(config: &mut Config, files: &FileDescriptorSet) {
    config.message_attribute(".", DERIVE);
    for file in &files.file {
        let package = format!(".{}", file.package());
        for message in &file.message_type {
            add_message(config, &package, message);
        }
    }
}

/// Returns the source of `names.rs`: each enum for which JSON needs the names of its values.
pub(crate) fn names(files: &FileDescriptorSet) -> String {
    let mut found = Vec::new();
    for file in &files.file {
        let package = format!(".{}", file.package());
        found.extend(file.enum_type.iter().map(|own| format!("{package}.{}", own.name())));
        file.message_type.iter().for_each(|message| enums_of(&package, message, &mut found));
    }
    let lines: Vec<_> = found.iter().map(|name| format!("    {},\n", rust_path(name))).collect();
    format!("names! {{\n{}}}\n", lines.concat())
}

/// Marks the messages and fields that hold a `oneof`: JSON has its members beside the others.
/// (prost-build applies a field attribute of a `oneof` to its members too, where serde would refuse
/// it.) And those that hold a box, of which there are some that only prost-build knows.
pub(crate) fn mark_oneofs_and_boxes(source: &str) -> String {
    let flatten = format!("{}\n", serde("flatten"));
    let boxed = format!("{}\n", serde(&format!("deserialize_with = \"{ADAPTERS}::boxed\"")));
    let (mut marked, mut message) = (Vec::new(), None);
    for line in source.split_inclusive('\n') {
        let code = line.trim_start();
        if let Some(name) = code.strip_prefix("pub struct ") {
            message = Some((marked.len(), name.trim_end_matches([' ', '{', '\n'])));
        } else if code.starts_with("#[prost(oneof") {
            if let Some((start, name)) = message.take() {
                marked
                    .insert(start, format!("{}\n", serde(&format!("from = \"{}\"", oneofs::read_as(name)))));
            }
            marked.push(flatten.clone());
        } else if code.starts_with("#[prost(message, optional, boxed") {
            marked.push(boxed.clone());
        }
        marked.push(line.to_owned());
    }
    marked.concat()
}

fn enums_of(parent: &str, message: &DescriptorProto, found: &mut Vec<String>) {
    let path = format!("{parent}.{}", message.name());
    found.extend(message.enum_type.iter().map(|own| format!("{path}.{}", own.name())));
    message.nested_type.iter().for_each(|nested| enums_of(&path, nested, found));
}

fn add_message(config: &mut Config, parent: &str, message: &DescriptorProto) {
    if message.options.as_ref().is_some_and(MessageOptions::map_entry) {
        return;
    }
    let path = format!("{parent}.{}", message.name());
    for oneof in &message.oneof_decl {
        config.type_attribute(format!("{path}.{}", oneof.name()), DERIVE_ONEOF);
    }
    for field in &message.field {
        if let Some(attribute) = field_attribute(message, field) {
            config.field_attribute(field_path(&path, message, field), serde(&attribute));
        }
    }
    for nested in &message.nested_type {
        add_message(config, &path, nested);
    }
}

/// Returns the path of a field; a member of a `oneof` lies below it.
fn field_path(path: &str, message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let oneof = field.oneof_index.and_then(|index| message.oneof_decl.get(usize::try_from(index).ok()?));
    match oneof {
        Some(oneof) => format!("{path}.{}.{}", oneof.name(), field.name()),
        None => format!("{path}.{}", field.name()),
    }
}

fn serde(attribute: &str) -> String {
    format!("#[cfg_attr(feature = \"json\", serde({attribute}))]")
}

fn field_attribute(message: &DescriptorProto, field: &FieldDescriptorProto) -> Option<String> {
    let mut parts = Vec::new();
    let adapter = adapter(message, field);
    if let Some(adapter) = &adapter {
        parts.push(format!("with = \"{adapter}\""));
    }
    if field.oneof_index.is_none() {
        match field.label() {
            Label::Optional if has_presence(message) => {
                parts.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            Label::Repeated if is_map(message, field) => {
                parts.push(format!("deserialize_with = \"{ADAPTERS}::map\""));
                parts.push("skip_serializing_if = \"std::collections::BTreeMap::is_empty\"".to_owned());
            }
            Label::Repeated => {
                if adapter.is_none() {
                    parts.push(format!("deserialize_with = \"{ADAPTERS}::list\""));
                }
                parts.push("skip_serializing_if = \"Vec::is_empty\"".to_owned());
            }
            _ => {}
        }
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Fields of the one proto3 message, `google.protobuf.Duration`, have no presence.
fn has_presence(message: &DescriptorProto) -> bool {
    message.name() != "Duration"
}

fn is_map(message: &DescriptorProto, field: &FieldDescriptorProto) -> bool {
    let entry = field.type_name().rsplit('.').next().unwrap_or_default();
    message.nested_type.iter().any(|nested| {
        nested.name() == entry && nested.options.as_ref().is_some_and(MessageOptions::map_entry)
    })
}

/// Returns the form of values that is not the one that serde would choose.
fn form(field: &FieldDescriptorProto) -> Option<String> {
    Some(match field.r#type() {
        Type::Enum => format!("Enum<{}>", rust_path(field.type_name())),
        Type::Bytes => "Base64".to_owned(),
        Type::Double => "Double".to_owned(),
        Type::Int32 => "Number<i32>".to_owned(),
        Type::Uint32 => "Number<u32>".to_owned(),
        Type::Int64 => "Number<i64>".to_owned(),
        Type::Uint64 => "Number<u64>".to_owned(),
        _ => return None,
    })
}

/// Returns the adapter for such values.
fn adapter(message: &DescriptorProto, field: &FieldDescriptorProto) -> Option<String> {
    let form = form(field)?;
    let shape = match field.label() {
        _ if field.oneof_index.is_some() || !has_presence(message) => "Required",
        Label::Optional => "Optional",
        Label::Required => "Required",
        Label::Repeated => "Repeated",
    };
    Some(format!("{ADAPTERS}::{shape}::<{ADAPTERS}::{form}>"))
}

/// Returns `crate::proto::mesos::v1::offer::operation::Type` for `.mesos.v1.Offer.Operation.Type`.
fn rust_path(name: &str) -> String {
    let (scope, own) = name.trim_start_matches('.').rsplit_once('.').unwrap_or(("", name));
    let scope: Vec<_> = scope.split('.').map(ToSnakeCase::to_snake_case).collect();
    format!("crate::proto::{}::{}", scope.join("::"), own.to_upper_camel_case())
}
