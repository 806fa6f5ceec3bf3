//! The macros of mesos-sdk and mesos-launcher. Use them as
//! `mesos_sdk::{Payload, ResourceSpec, main}` and `mesos_launcher::work`: their documentation is
//! there.
//!
//! Each derive macro takes three steps: `attr` reads the attributes, `model` checks the user's type
//! into a description that can't be wrong, `expand` writes the implementation.

#![expect(missing_docs, reason = "the macros are documented at their re-exports")]

mod attr;
mod entry;
mod expand;
#[cfg(test)]
mod fuzzing;
mod model;
mod work;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemFn, parse_macro_input};

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

#[proc_macro_attribute]
pub fn main(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let function = parse_macro_input!(function as ItemFn);
    entry::main(arguments.into(), &function).unwrap_or_else(syn::Error::into_compile_error).into()
}

#[proc_macro_attribute]
pub fn work(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let function = parse_macro_input!(function as ItemFn);
    // The function stays, so that its absence adds no errors.
    let explained = |error: syn::Error| {
        let error = error.into_compile_error();
        quote::quote!(#error #function)
    };
    work::work(arguments.into(), &function).unwrap_or_else(explained).into()
}
