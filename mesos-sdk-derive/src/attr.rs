//! The attributes `#[payload(…)]` and `#[resource(…)]`: lists of `key` and `key = value`.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Meta, Path, Token};

/// One key that an attribute may hold, with an example of what to write.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
}

/// The key that both macros know: where mesos-sdk is.
pub(crate) const CRATE: Key = Key { name: "crate", example: "crate = \"my_prelude::mesos_sdk\"" };

/// All mistakes in one type, so that the user sees them at once.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn add(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn or<T>(self, value: T) -> syn::Result<T> {
        self.0.map_or(Ok(value), Err)
    }
}

/// The entries of all attributes of one name on one item: known keys, each once.
pub(crate) struct Entries(Vec<Entry>);

struct Entry {
    key: Ident,
    value: Option<Expr>,
}

impl Entries {
    /// Reads the attributes called `attribute`, which may hold `keys`.
    pub(crate) fn of(attributes: &[Attribute], attribute: &str, keys: &[Key], errors: &mut Errors) -> Self {
        let mut entries = Vec::new();
        for found in attributes.iter().filter(|found| found.path().is_ident(attribute)) {
            for entry in list(found, attribute, keys).unwrap_or_else(|error| {
                errors.push(error);
                Punctuated::new()
            }) {
                match check(&entry, &entries, attribute, keys) {
                    Ok(()) => entries.push(entry),
                    Err(error) => errors.push(error),
                }
            }
        }
        Self(entries)
    }

    /// Returns whether the key stands there; it takes no value.
    pub(crate) fn flag(&self, key: &Key, errors: &mut Errors) -> bool {
        let entry = self.find(key);
        if let Some(value) = entry.and_then(|entry| entry.value.as_ref()) {
            let Key { name, example } = key;
            errors.add(value.span(), format!("`{name}` takes no value; write `{example}`"));
        }
        entry.is_some()
    }

    /// Returns whether the key stands there, whatever its value.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.find(key).is_some()
    }

    /// Returns the literal text of the key.
    pub(crate) fn text(&self, key: &Key, errors: &mut Errors) -> Option<LitStr> {
        match self.literal(key, "a literal text", errors)? {
            (Some(Lit::Str(text)), _) => Some(text.clone()),
            (_, span) => needs(key, "a literal text", span, errors),
        }
    }

    /// Returns the literal whole number of the key.
    pub(crate) fn number(&self, key: &Key, errors: &mut Errors) -> Option<LitInt> {
        match self.literal(key, "a literal whole number", errors)? {
            (Some(Lit::Int(number)), _) => Some(number.clone()),
            (_, span) => needs(key, "a literal whole number", span, errors),
        }
    }

    /// Returns the expression of the key.
    pub(crate) fn expression(&self, key: &Key, errors: &mut Errors) -> Option<Expr> {
        let entry = self.find(key)?;
        match &entry.value {
            Some(value) => Some(value.clone()),
            None => needs(key, "a value", entry.key.span(), errors),
        }
    }

    /// Returns the path to mesos-sdk: `::mesos_sdk` by default.
    pub(crate) fn crate_path(&self, errors: &mut Errors) -> Path {
        let given = self.text(&CRATE, errors);
        let path = given.and_then(|text| match text.parse::<Path>() {
            Ok(path) => Some(path),
            Err(_) => needs(&CRATE, "the path of a crate or module", text.span(), errors),
        });
        path.unwrap_or_else(|| syn::parse_quote!(::mesos_sdk))
    }

    fn find(&self, key: &Key) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key == key.name)
    }

    fn literal(&self, key: &Key, what: &str, errors: &mut Errors) -> Option<(Option<&Lit>, Span)> {
        let entry = self.find(key)?;
        match &entry.value {
            Some(Expr::Lit(ExprLit { lit, .. })) => Some((Some(lit), lit.span())),
            Some(other) => Some((None, other.span())),
            None => needs(key, what, entry.key.span(), errors),
        }
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = Ident::parse_any(input)?;
        if !input.is_empty() && !input.peek(Token![=]) && !input.peek(Token![,]) {
            return Err(input.error(format!("expected `{key}` alone or `{key} = …`")));
        }
        let value = input.parse::<Option<Token![=]>>()?.map(|_| input.parse()).transpose()?;
        Ok(Self { key, value })
    }
}

fn list(found: &Attribute, attribute: &str, keys: &[Key]) -> syn::Result<Punctuated<Entry, Token![,]>> {
    match &found.meta {
        Meta::List(list) if !list.tokens.is_empty() => found.parse_args_with(Punctuated::parse_terminated),
        other => {
            let example = keys.first().map_or("…", |key| key.example);
            Err(syn::Error::new(other.span(), format!("write `#[{attribute}({example})]`, or leave it out")))
        }
    }
}

fn check(entry: &Entry, before: &[Entry], attribute: &str, keys: &[Key]) -> syn::Result<()> {
    let name = &entry.key;
    if !keys.iter().any(|key| name == key.name) {
        let known: Vec<String> = keys.iter().map(|key| format!("`{}`", key.example)).collect();
        let message = format!("`{attribute}` has no key `{name}`; write {}", known.join(" or "));
        return Err(syn::Error::new(name.span(), message));
    }
    if before.iter().any(|earlier| earlier.key == *name) {
        return Err(syn::Error::new(name.span(), format!("`{name}` is given twice; keep one of them")));
    }
    Ok(())
}

fn needs<T>(key: &Key, what: &str, span: Span, errors: &mut Errors) -> Option<T> {
    let Key { name, example } = key;
    errors.add(span, format!("`{name}` needs {what}; write for example `{example}`"));
    None
}
