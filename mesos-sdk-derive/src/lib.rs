//! The derive macros of mesos-sdk. Use them as `mesos_sdk::{Payload, ResourceSpec}`: their
//! documentation is there.
//!
//! Each macro takes three steps: `attr` reads the attributes, `model` checks the user's type into a
//! description that can't be wrong, `expand` writes the implementation.

#![expect(missing_docs, reason = "the macros are documented at their re-exports in mesos-sdk")]

mod attr;
mod expand;
#[cfg(test)]
mod fuzzing;
mod model;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

#[proc_macro_derive(Payload, attributes(payload))]
pub fn derive_payload(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let payload = model::Payload::of(&input);
    payload.map_or_else(syn::Error::into_compile_error, |payload| expand::payload(&payload)).into()
}

#[proc_macro_derive(ResourceSpec, attributes(resource))]
pub fn derive_resource_spec(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let spec = model::ResourceSpec::of(&input);
    spec.map_or_else(syn::Error::into_compile_error, |spec| expand::resource_spec(&spec)).into()
}
