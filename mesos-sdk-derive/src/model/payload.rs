//! A type that derives `Payload`.

use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, LitInt, Path, Type};

use crate::attr::{CRATE, Entries, Errors, Key};

const ATTRIBUTE: &str = "payload";
const PREFIX: Key = Key { name: "prefix", example: "prefix = \"userprofile :\"" };
const PRETTY: Key = Key { name: "pretty", example: "pretty" };
const MAX_BYTES: Key = Key { name: "max_bytes", example: "max_bytes = 65536" };

/// A struct or enum that is written as JSON.
pub(crate) struct Payload<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) crate_path: Path,
    /// Stands before the JSON; empty for none.
    pub(crate) prefix: String,
    pub(crate) pretty: bool,
    /// Instead of the default of the trait.
    pub(crate) max_bytes: Option<usize>,
}

impl<'a> Payload<'a> {
    pub(crate) fn of(input: &'a DeriveInput) -> syn::Result<Self> {
        let mut errors = Errors::default();
        check_data(&input.data, &input.ident, &mut errors);
        let keys = [PREFIX, PRETTY, MAX_BYTES, CRATE];
        let entries = Entries::of(&input.attrs, ATTRIBUTE, &keys, &mut errors);
        let prefix = prefix(&entries, &mut errors);
        let payload = Self {
            ident: &input.ident,
            generics: &input.generics,
            crate_path: entries.crate_path(&mut errors),
            pretty: entries.flag(&PRETTY, &mut errors),
            max_bytes: max_bytes(&entries, prefix.len(), &mut errors),
            prefix,
        };
        errors.or(payload)
    }
}

fn check_data(data: &Data, ident: &Ident, errors: &mut Errors) {
    match data {
        Data::Struct(data) => check_fields(&data.fields, errors),
        Data::Enum(data) => {
            for variant in &data.variants {
                refuse_inside(&variant.attrs, errors);
                check_fields(&variant.fields, errors);
            }
        }
        Data::Union(_) => {
            errors.add(ident.span(), format!("a union can't be written as JSON; make `{ident}` an enum"));
        }
    }
}

fn check_fields(fields: &Fields, errors: &mut Errors) {
    for (index, field) in fields.iter().enumerate() {
        refuse_inside(&field.attrs, errors);
        // serde's own attributes may well make a reference readable, by leaving it out for example.
        let plain = !field.attrs.iter().any(|found| found.path().is_ident("serde"));
        if plain && matches!(field.ty, Type::Reference(_)) {
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), Ident::to_string);
            let message = format!(
                "field `{name}` would borrow from bytes that are gone when `from_bytes` returns; \
                 write an owned type such as `String` or `Vec<u8>`"
            );
            errors.add(field.ty.span(), message);
        }
    }
}

fn refuse_inside(attributes: &[Attribute], errors: &mut Errors) {
    for found in attributes.iter().filter(|found| found.path().is_ident(ATTRIBUTE)) {
        errors.add(
            found.span(),
            "`payload` describes the whole type; write it above the type, \
             and `#[serde(…)]` for a single field or variant",
        );
    }
}

fn prefix(entries: &Entries, errors: &mut Errors) -> String {
    let Some(prefix) = entries.text(&PREFIX, errors) else { return String::new() };
    if prefix.value().is_empty() {
        errors.add(prefix.span(), "an empty `prefix` distinguishes nothing; leave it out");
    }
    prefix.value()
}

fn max_bytes(entries: &Entries, prefix: usize, errors: &mut Errors) -> Option<usize> {
    let number: LitInt = entries.number(&MAX_BYTES, errors)?;
    match number.base10_parse::<usize>() {
        Ok(bytes) if bytes > prefix => return Some(bytes),
        Ok(bytes) => {
            let message =
                format!("`max_bytes` of {bytes} leaves no room for JSON after {prefix} bytes of prefix");
            errors.add(number.span(), message);
        }
        Err(error) => errors.add(number.span(), format!("`max_bytes` is not a number of bytes: {error}")),
    }
    None
}
