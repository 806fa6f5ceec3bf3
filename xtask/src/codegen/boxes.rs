//! Which fields are boxed: every optional field whose message is larger than a string. The sizes
//! are those that rustc gives the generated types on a 64-bit machine, where fields have no
//! gaps between them but at the end; `mesos-sdk/src/proto/sizes.rs` checks them.

use std::collections::{BTreeMap, BTreeSet};

use protox::prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use protox::prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet, MessageOptions,
};

/// The size of a string, a list or a map.
const STRING: usize = 24;
/// An `Option<Box<…>>`, whose one niche is used.
const POINTER: Layout = Layout { size: 8, align: 8, has_niche: false };

/// Returns the paths of the fields that are boxed.
pub(super) fn boxed(files: &FileDescriptorSet) -> BTreeSet<String> {
    let mut messages = Messages::default();
    for file in &files.file {
        let package = format!(".{}", file.package());
        let has_presence = file.syntax() != "proto3";
        file.message_type.iter().for_each(|message| messages.add(&package, message, has_presence));
    }
    let mut sizes = Sizes { messages: &messages, known: BTreeMap::new(), boxed: BTreeSet::new() };
    for path in messages.0.keys() {
        sizes.of_message(path);
    }
    sizes.boxed
}

/// The messages by their paths, and whether their fields have presence.
#[derive(Default)]
struct Messages<'a>(BTreeMap<String, (&'a DescriptorProto, bool)>);

impl<'a> Messages<'a> {
    fn add(&mut self, parent: &str, message: &'a DescriptorProto, has_presence: bool) {
        let path = format!("{parent}.{}", message.name());
        message.nested_type.iter().for_each(|nested| self.add(&path, nested, has_presence));
        self.0.insert(path, (message, has_presence));
    }

    fn is_map_entry(&self, path: &str) -> bool {
        let options = self.0.get(path).and_then(|(message, _)| message.options.as_ref());
        options.is_some_and(MessageOptions::map_entry)
    }
}

#[derive(Clone, Copy)]
struct Layout {
    size: usize,
    align: usize,
    /// Whether there are bytes that no value has, which then stand for `None`.
    has_niche: bool,
}

impl Layout {
    fn number(size: usize) -> Self {
        Self { size, align: size, has_niche: false }
    }

    fn optional(self) -> Self {
        let size = if self.has_niche { self.size } else { self.size + self.align };
        Self { size, has_niche: true, ..self }
    }

    fn of_struct(fields: &[Self]) -> Self {
        let align = fields.iter().map(|field| field.align).max().unwrap_or(1);
        let size: usize = fields.iter().map(|field| field.size).sum();
        let has_niche = fields.iter().any(|field| field.has_niche);
        Self { size: size.next_multiple_of(align), align, has_niche }
    }

    /// Returns the layout of an optional `oneof`, which uses the niche of its largest member.
    fn of_oneof(members: &[Self]) -> Self {
        let largest = members.iter().copied().max_by_key(|member| member.size);
        largest.unwrap_or(Self::number(1)).optional()
    }
}

struct Sizes<'a> {
    messages: &'a Messages<'a>,
    /// `None` while it is being found, so that a message within itself is boxed.
    known: BTreeMap<String, Option<Layout>>,
    boxed: BTreeSet<String>,
}

impl Sizes<'_> {
    /// Returns `None` for a message that contains the one whose size is being found.
    fn of_message(&mut self, path: &str) -> Option<Layout> {
        if let Some(known) = self.known.get(path) {
            return *known;
        }
        self.known.insert(path.to_owned(), None);
        let (message, has_presence) = *self.messages.0.get(path)?;
        let own = message.field.iter().filter(|field| field.oneof_index.is_none());
        let mut fields: Vec<_> = own.map(|field| self.of_field(path, field, has_presence)).collect();
        for index in 0..message.oneof_decl.len() {
            let members = message.field.iter().filter(|field| field.oneof_index == i32::try_from(index).ok());
            let members: Vec<_> = members.map(|member| self.of_value(member).unwrap_or(POINTER)).collect();
            fields.push(Layout::of_oneof(&members));
        }
        let layout = Layout::of_struct(&fields);
        self.known.insert(path.to_owned(), Some(layout));
        Some(layout)
    }

    fn of_field(&mut self, message: &str, field: &FieldDescriptorProto, has_presence: bool) -> Layout {
        if field.label() == Label::Repeated {
            let has_niche = !self.messages.is_map_entry(field.type_name());
            return Layout { size: STRING, align: 8, has_niche };
        }
        let value = self.of_value(field);
        if field.label() == Label::Required || !(has_presence || field.r#type() == Type::Message) {
            return value.unwrap_or(POINTER);
        }
        match value {
            Some(value) if value.size <= STRING || field.r#type() != Type::Message => value.optional(),
            _ => {
                self.boxed.insert(format!("{message}.{}", field.name()));
                POINTER
            }
        }
    }

    fn of_value(&mut self, field: &FieldDescriptorProto) -> Option<Layout> {
        Some(match field.r#type() {
            Type::Message => return self.of_message(field.type_name()),
            Type::String => Layout { size: STRING, align: 8, has_niche: true },
            Type::Bytes => Layout { size: 32, align: 8, has_niche: true },
            Type::Bool => Layout { size: 1, align: 1, has_niche: true },
            Type::Double | Type::Int64 | Type::Uint64 => Layout::number(8),
            _ => Layout::number(4),
        })
    }
}
