//! How messages with a `oneof` are read from JSON, which has its members beside the other fields.
//! serde's `flatten` would keep all of the object in memory first, what is not known included.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use heck::ToUpperCamelCase as _;
use protox::prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use protox::prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet, OneofDescriptorProto,
};

use super::{ADAPTERS, form, rust_path};

/// Where the types are that such messages are read as.
const MODULE: &str = "crate::proto::oneofs";

/// Returns what a message with a `oneof` is read as.
pub(super) fn read_as(message: &str) -> String {
    format!("{MODULE}::{message}")
}

/// Returns the source of `oneofs.rs`.
pub(crate) fn source(files: &FileDescriptorSet) -> Result<String> {
    let mut out = String::new();
    for file in &files.file {
        let package = format!(".{}", file.package());
        for message in &file.message_type {
            add(&package, message, &mut out)?;
        }
    }
    Ok(out)
}

fn add(parent: &str, message: &DescriptorProto, out: &mut String) -> Result<()> {
    let path = format!("{parent}.{}", message.name());
    if !message.oneof_decl.is_empty() {
        let (name, target) = (message.name().to_upper_camel_case(), rust_path(&path));
        let (mut fields, mut taken) = (String::new(), String::new());
        for field in message.field.iter().filter(|field| field.oneof_index.is_none()) {
            let (Label::Required, Type::Message) = (field.label(), field.r#type()) else {
                bail!("{path}.{}: beside a oneof only required messages can be read", field.name());
            };
            writeln!(fields, "{}: {},", field.name(), rust_path(field.type_name()))?;
            writeln!(taken, "{0}: fields.{0},", field.name())?;
        }
        for (index, oneof) in message.oneof_decl.iter().enumerate() {
            let members = message.field.iter().filter(|field| field.oneof_index == i32::try_from(index).ok());
            add_oneof(&path, oneof, members, (&mut fields, &mut taken))?;
        }
        writeln!(
            out,
            "#[derive(Default, ::serde::Deserialize)]\n#[serde(default)]\npub(crate) struct {name} {{\n{fields}}}\n
             impl From<{name}> for {target} {{\nfn from(fields: {name}) -> Self {{\nSelf {{\n{taken}}}\n}}\n}}\n"
        )?;
    }
    message.nested_type.iter().try_for_each(|nested| add(&path, nested, out))
}

/// Adds a oneof. Of two members the later one counts.
fn add_oneof<'a>(
    path: &str,
    oneof: &OneofDescriptorProto,
    members: impl DoubleEndedIterator<Item = &'a FieldDescriptorProto>,
    (fields, taken): (&mut String, &mut String),
) -> Result<()> {
    let union = rust_path(&format!("{path}.{}", oneof.name()));
    let mut choices = Vec::new();
    for member in members {
        let (name, variant) = (member.name(), member.name().to_upper_camel_case());
        if let Some(form) = form(member) {
            writeln!(fields, "#[serde(with = \"{ADAPTERS}::Optional::<{ADAPTERS}::{form}>\")]")?;
        }
        writeln!(fields, "{name}: Option<{}>,", member_type(path, member)?)?;
        choices.insert(0, format!("fields.{name}.map({union}::{variant})"));
    }
    let choice = choices.into_iter().reduce(|first, other| format!("{first}.or({other})"));
    let choice = choice.unwrap_or_else(|| "None".to_owned());
    writeln!(taken, "{}: {choice},", oneof.name())?;
    Ok(())
}

fn member_type(path: &str, member: &FieldDescriptorProto) -> Result<String> {
    Ok(match member.r#type() {
        Type::Enum => "i32".to_owned(),
        Type::String => "String".to_owned(),
        Type::Message => rust_path(member.type_name()),
        other => bail!("{path}.{}: a oneof's member of type {other:?} can't be read", member.name()),
    })
}
