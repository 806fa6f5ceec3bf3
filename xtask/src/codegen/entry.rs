//! One line of the table of messages: `optional string role = 6, default "*", deprecated true`.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use heck::ToSnakeCase as _;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, ExprLit, GenericArgument, Ident, ItemEnum, ItemStruct, Lit, Meta, PathArguments, Token,
    Type,
};

/// What prost's attributes of a field state.
#[derive(Default)]
struct ProstField {
    label: Option<String>,
    kind: Option<String>,
    /// The type of a message, an enumeration or a `oneof`.
    of: Option<String>,
    tags: Vec<u32>,
    default: Option<String>,
    unpacked: bool,
    deprecated: bool,
    /// The value of the enum for what is not set, or not known.
    or: Option<&'static str>,
    /// The place among the fields as declared, where it is not that among the tags.
    place: Option<usize>,
}

/// Returns the fields of a message in the order of their tags, which is that on the wire.
/// `unknown`: the enums whose first value is `UNKNOWN`.
pub(super) fn fields(
    scope: &[String],
    unknown: &BTreeSet<String>,
    message: &mut ItemStruct,
) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (place, field) in message.fields.iter_mut().enumerate() {
        let name = field.ident.clone().context("a field without a name")?;
        let parsed = parse(scope, &field.ty, &mut field.attrs);
        let parsed = parsed.with_context(|| format!("{}.{name}", message.ident))?;
        found.push((name, ProstField { place: Some(place), or: parsed.or(unknown), ..parsed }));
    }
    found.sort_by_key(|(_, field)| field.tags.iter().min().copied());
    for (index, (_, field)) in found.iter_mut().enumerate() {
        field.place = field.place.filter(|place| *place != index);
    }
    found.iter().map(|(name, field)| field.line(name)).collect()
}

/// Returns the members of a `oneof`.
pub(super) fn members(scope: &[String], oneof: &mut ItemEnum) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for member in &mut oneof.variants {
        let held = member.fields.iter().next().context("a member without a value")?.ty.clone();
        let parsed = parse(scope, &held, &mut member.attrs);
        let parsed = parsed.with_context(|| format!("{}.{}", oneof.ident, member.ident))?;
        let json = member.ident.to_string().to_snake_case();
        lines.push(format!("{} {} as {json} = {}", parsed.kind()?, member.ident, parsed.tags()));
    }
    Ok(lines)
}

/// Returns the values of an enum.
pub(super) fn values(enumeration: &ItemEnum) -> Result<Vec<String>> {
    let value = |variant: &syn::Variant| match &variant.discriminant {
        Some((_, Expr::Lit(ExprLit { lit: Lit::Int(number), .. }))) => {
            Ok(format!("{} = {number}", variant.ident))
        }
        _ => bail!("{}.{} has no plain number", enumeration.ident, variant.ident),
    };
    enumeration.variants.iter().map(value).collect()
}

impl ProstField {
    /// Returns what an enum is taken for where nothing else is declared. A state that is not known
    /// must not pass for the first one, `TASK_STAGING`.
    fn or(&self, unknown: &BTreeSet<String>) -> Option<&'static str> {
        let of = self.of.as_ref().filter(|_| self.default.is_none())?;
        match self.label.as_deref() {
            Some("optional") if unknown.contains(of) => Some("Unknown"),
            Some("required") if of == "v1::TaskState" => Some("Unknown"),
            _ => None,
        }
    }

    fn line(&self, name: &Ident) -> Result<String> {
        let label = self.label.as_deref().unwrap_or("plain");
        let kind = self.kind()?;
        if label == "repeated"
            && !self.unpacked
            && !matches!(self.kind.as_deref(), Some("message" | "boxed" | "string" | "bytes"))
        {
            bail!("numbers that are packed, which the library's macros don't know");
        }
        let default = self.rust_default()?.map(|value| format!(", default {value}")).unwrap_or_default();
        let bare = name.to_string();
        let bare = bare.trim_start_matches("r#");
        let setter = match (kind.starts_with("enumeration"), label) {
            (true, "repeated") => format!(", set push_{bare}"),
            (true, _) => format!(", set set_{bare}"),
            (false, _) => String::new(),
        };
        let or = self.or.map(|value| format!(", or {value}")).unwrap_or_default();
        // It matters to JSON alone, which has a default that is declared unless the field is
        // deprecated.
        let deprecated = if self.deprecated && self.default.is_some() { ", deprecated true" } else { "" };
        let place = self.place.map(|place| format!(", place {place}")).unwrap_or_default();
        Ok(format!("{label} {kind} {name} = {}{default}{setter}{or}{deprecated}{place}", self.tags()))
    }

    fn kind(&self) -> Result<String> {
        let kind = self.kind.as_deref().context("no kind")?;
        Ok(self.of.as_ref().map_or_else(|| kind.to_owned(), |of| format!("{kind}({of})")))
    }

    fn tags(&self) -> String {
        let tags: Vec<_> = self.tags.iter().map(u32::to_string).collect();
        tags.join(" | ")
    }

    /// Returns the default as Rust: prost has it in quotes, and in its own form.
    fn rust_default(&self) -> Result<Option<String>> {
        let Some(text) = &self.default else { return Ok(None) };
        Ok(Some(match (self.kind.as_deref(), &self.of) {
            (Some("enumeration"), Some(of)) => format!("{of}::{text}"),
            (Some("string"), _) => format!("{text:?}"),
            (Some("double"), _) => format!("{:?}", text.parse::<f64>()?),
            (Some("bool"), _) => text.parse::<bool>()?.to_string(),
            (Some("int32" | "int64" | "uint32" | "uint64"), _) => text.parse::<i128>()?.to_string(),
            _ => bail!("a default value that the library's macros don't know: {text}"),
        }))
    }
}

/// Removes prost's attributes from those of a field, and parses them.
fn parse(scope: &[String], held: &Type, attributes: &mut Vec<Attribute>) -> Result<ProstField> {
    let deprecated = attributes.iter().any(|attribute| attribute.path().is_ident("deprecated"));
    let mut field = ProstField { deprecated, ..ProstField::default() };
    for attribute in attributes.extract_if(.., |attribute| attribute.path().is_ident("prost")) {
        for part in attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)? {
            field.parse_part(scope, &part)?;
        }
    }
    if matches!(field.kind.as_deref(), Some("message" | "boxed")) {
        field.of = Some(absolute(scope, &innermost(held)?));
    }
    Ok(field)
}

/// Returns `super::TaskId`, of `Option<super::TaskId>` or whatever else is around it.
fn innermost(held: &Type) -> Result<String> {
    let Type::Path(held) = held else { bail!("a field that is not a path") };
    let last = held.path.segments.last().context("an empty path")?;
    if let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(inner)) = arguments.args.last()
    {
        return innermost(inner);
    }
    let names: Vec<_> = held.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    Ok(names.join("::"))
}

impl ProstField {
    fn parse_part(&mut self, scope: &[String], part: &Meta) -> Result<()> {
        let word = part.path().require_ident()?.to_string();
        match (word.as_str(), value(part)) {
            ("optional" | "required" | "repeated", None) => self.label = Some(word),
            (
                "message" | "string" | "bool" | "double" | "int32" | "int64" | "uint32" | "uint64" | "boxed",
                None,
            )
            | ("bytes", Some(_)) => self.kind = Some(word),
            ("enumeration", Some(of)) => (self.kind, self.of) = (Some(word), Some(absolute(scope, &of))),
            ("oneof", Some(of)) => {
                self.label = Some("optional".to_owned());
                (self.kind, self.of) = (Some(word), Some(absolute(scope, &of)));
            }
            ("btree_map", Some(types)) => {
                let values = types.strip_prefix("string, ").context("a map whose keys are not strings")?;
                (self.label, self.kind) = (Some("map".to_owned()), Some(values.to_owned()));
            }
            ("tag" | "tags", Some(tags)) => {
                self.tags = tags.split(", ").map(str::parse).collect::<Result<_, _>>()?;
            }
            ("default", value @ Some(_)) => self.default = value,
            ("packed", Some(packed)) => self.unpacked = packed == "false",
            _ => bail!("an attribute that the library's macros don't know: {word}"),
        }
        Ok(())
    }
}

fn value(part: &Meta) -> Option<String> {
    let Meta::NameValue(pair) = part else { return None };
    match &pair.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// Returns `v1::Status` for `super::Status` in `v1::offer`.
fn absolute(scope: &[String], path: &str) -> String {
    let up = path.matches("super::").count();
    let from = scope.get(..scope.len().saturating_sub(up)).unwrap_or_default();
    let own = path.trim_start_matches("super::").to_owned();
    from.iter().cloned().chain([own]).collect::<Vec<_>>().join("::")
}
