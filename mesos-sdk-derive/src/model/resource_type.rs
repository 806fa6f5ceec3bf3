//! Which types surely hold no resource.

use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{GenericArgument, Ident, PathArguments, PathSegment, Type};

use crate::attr::Errors;

/// Types of the standard library that people write for a resource and that hold none.
const NO_RESOURCE: [&str; 17] = [
    "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u128", "usize", "f32", "bool", "char",
    "String", "HashMap", "HashSet", "BTreeMap",
];

/// Names the field whose type is surely wrong. A macro sees no further than names: what it lets
/// pass, the compiler holds to the trait `ResourceValue`.
pub(super) fn check_type(field: &Ident, ty: &Type, resource: &str, errors: &mut Errors) {
    let (refused, write) = of_resource(resource);
    let name = innermost(ty).map(|segment| segment.ident.unraw().to_string());
    let wrong = match name.as_deref() {
        Some(name) => NO_RESOURCE.contains(&name) || refused.contains(&name),
        None => !matches!(ty, Type::Macro(_)),
    };
    if wrong {
        let message = format!(
            "field `{field}`: this type can't hold `{resource}`; write {write}, or an `Option` of that"
        );
        errors.add(ty.span(), message);
    }
}

/// Returns whether the field may be absent.
pub(super) fn is_option(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|last| last.ident == "Option")
}

/// Returns what a resource can't be, and what to write.
fn of_resource(resource: &str) -> (&'static [&'static str], &'static str) {
    match resource {
        "cpus" => (&["Vec", "BTreeSet", "Ports"], "`f64`"),
        "mem" | "disk" => (&["Vec", "BTreeSet", "Ports"], "`u64` or `f64` (megabytes)"),
        "gpus" => (&["f64", "Vec", "BTreeSet", "Ports"], "`u32` (Mesos hands out whole GPUs)"),
        "ports" => (
            &["f64", "u64", "u32", "BTreeSet"],
            "`Ports<2>` for any two ports, `Vec<RangeInclusive<u64>>` for these ones",
        ),
        _ => (
            &["Ports"],
            "`f64`, `u64` or `u32` for an amount, `Vec<RangeInclusive<u64>>` for ranges, `BTreeSet<String>` for a set",
        ),
    }
}

/// Returns the name of the type, or of what is in its `Option`.
fn innermost(ty: &Type) -> Option<&PathSegment> {
    let last = last_segment(ty)?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == "Option" => match arguments.args.first()? {
            GenericArgument::Type(inner) => innermost(inner),
            _ => None,
        },
        _ => Some(last),
    }
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        // What a macro_rules macro pastes as `$ty` comes in an invisible group.
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}
