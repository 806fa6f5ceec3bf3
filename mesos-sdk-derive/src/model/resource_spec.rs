//! A type that derives `ResourceSpec`.

use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Expr, Fields, Generics, Ident, Path, Type};

use super::resource_type::{check_type, is_option};
use super::volume::{MAX_SIZE, PATH, VOLUME, Volume};
use crate::attr::{CRATE, Entries, Errors, Key};

const ATTRIBUTE: &str = "resource";
const NAME: Key = Key { name: "name", example: "name = \"bandwidth\"" };
const DEFAULT: Key = Key { name: "default", example: "default = 0.1" };

/// The resources that agents of Mesos offer by themselves; all others are named by `name = "…"`.
const KNOWN: [&str; 5] = ["cpus", "mem", "disk", "gpus", "ports"];

/// A struct with named fields, each of them one resource.
pub(crate) struct ResourceSpec<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) crate_path: Path,
    pub(crate) fields: Vec<Field<'a>>,
}

/// A field and the resource that it holds.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) resource: String,
    /// Taken when the resource is absent.
    pub(crate) default: Option<Expr>,
    /// If it is one.
    pub(crate) volume: Option<Volume>,
}

impl<'a> ResourceSpec<'a> {
    pub(crate) fn of(input: &'a DeriveInput) -> syn::Result<Self> {
        let mut errors = Errors::default();
        refuse_generics(&input.generics, &mut errors);
        let entries = Entries::of(&input.attrs, ATTRIBUTE, &[CRATE], &mut errors);
        let crate_path = entries.crate_path(&mut errors);
        let mut fields: Vec<Field<'a>> = Vec::new();
        for field in named_fields(input, &mut errors) {
            if let Some(field) = Field::of(field, &mut errors) {
                refuse_same_resource(&field, &fields, &mut errors);
                fields.push(field);
            }
        }
        errors.or(Self { ident: &input.ident, crate_path, fields })
    }
}

impl<'a> Field<'a> {
    fn of(field: &'a syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        let entries = Entries::of(&field.attrs, ATTRIBUTE, &[NAME, DEFAULT, VOLUME, PATH, MAX_SIZE], errors);
        let volume = Volume::of(ident, &entries, &NAME, errors);
        let resource = match entries.has(&VOLUME) {
            true => "disk".to_owned(),
            false => resource_name(ident, &entries, errors),
        };
        let default = entries.expression(&DEFAULT, errors);
        check_type(ident, &field.ty, &resource, errors);
        if default.is_some() && is_option(&field.ty) {
            let message =
                format!("field `{ident}` has two answers for an absent resource; drop `Option` or `default`");
            errors.add(field.ty.span(), message);
        }
        Some(Self { ident, ty: &field.ty, resource, default, volume })
    }
}

fn refuse_generics(generics: &Generics, errors: &mut Errors) {
    if let Some(parameter) = generics.params.first() {
        errors.add(
            parameter.span(),
            "a resource spec can't be generic; write the type of each field, such as `f64` or `u64`",
        );
    }
}

fn named_fields<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Vec<&'a syn::Field> {
    let ident = &input.ident;
    let found = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => return fields.named.iter().collect(),
            Fields::Unnamed(_) => "a tuple struct gives its resources no names",
            _ => "a struct without fields asks for nothing",
        },
        Data::Enum(_) => "an enum is not a list of resources",
        Data::Union(_) => "a union is not a list of resources",
    };
    errors.add(ident.span(), format!("{found}; write `struct {ident} {{ cpus: f64, mem: u64 }}`"));
    Vec::new()
}

fn resource_name(ident: &Ident, entries: &Entries, errors: &mut Errors) -> String {
    let field = ident.unraw().to_string();
    let Some(given) = entries.text(&NAME, errors) else {
        if !KNOWN.contains(&field.as_str()) && !entries.has(&NAME) {
            errors.add(ident.span(), unknown_name(&field));
        }
        return field;
    };
    if given.value().is_empty() {
        errors.add(given.span(), format!("field `{ident}`: a resource has a name; write `{}`", NAME.example));
    }
    given.value()
}

fn unknown_name(field: &str) -> String {
    let meant = match field {
        "cpu" | "cores" | "vcpus" => Some("cpus"),
        "memory" | "ram" | "mem_mb" => Some("mem"),
        "gpu" => Some("gpus"),
        "port" => Some("ports"),
        "disk_mb" | "storage" => Some("disk"),
        _ => None,
    };
    let standard = meant.map_or_else(String::new, |name| format!("rename it to `{name}`, or "));
    format!(
        "field `{field}` is none of the resources that every Mesos knows ({}); \
         {standard}write `#[resource(name = \"{field}\")]` above it for a resource of your agents",
        KNOWN.join(", ")
    )
}

fn refuse_same_resource(field: &Field<'_>, earlier: &[Field<'_>], errors: &mut Errors) {
    let disk = |field: &Field<'_>| field.volume.as_ref().map(|volume| volume.disk);
    let is_same = |other: &&Field<'_>| other.resource == field.resource && disk(other) == disk(field);
    if let Some(other) = earlier.iter().find(is_same) {
        let (ident, first, resource) = (field.ident, other.ident, &field.resource);
        let what = field.volume.as_ref().map_or_else(
            || format!("the resource `{resource}`"),
            |volume| format!("a volume of type `{}`, and could not be distinguished", volume.disk.name()),
        );
        let message = format!("fields `{first}` and `{ident}` are both {what}; keep one");
        errors.add(ident.span(), message);
    }
}
