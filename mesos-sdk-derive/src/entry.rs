//! `#[main(…)]`: a program that is a scheduler, and its executors as well.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{ItemFn, MetaList, Path, ReturnType, Token};

use crate::attr::Errors;

const EXAMPLE: &str = "write `work(function)` for work functions, and `executors(Type)` for executors";

/// Expands the attribute above `async fn main`.
pub(crate) fn main(arguments: TokenStream, function: &ItemFn) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    check(function, &mut errors);
    let lists = Punctuated::<MetaList, Token![,]>::parse_terminated.parse2(arguments);
    let lists = lists.unwrap_or_else(|error| {
        errors.add(error.span(), EXAMPLE);
        Punctuated::new()
    });
    let entries: Vec<_> = lists.iter().flat_map(|list| entries(list, &mut errors)).collect();
    let (attributes, block, output) = (&function.attrs, &function.block, &function.sig.output);
    errors.or(quote! {
        #(#attributes)*
        fn main() -> ::std::process::ExitCode {
            async fn scheduler() #output #block
            ::mesos_sdk::entry::run(&[#(#entries),*], scheduler)
        }
    })
}

fn check(function: &ItemFn, errors: &mut Errors) {
    let signature = &function.sig;
    if signature.ident != "main" {
        errors.add(signature.ident.span(), "this attribute belongs above `async fn main`");
    }
    if signature.asyncness.is_none() {
        errors.add(signature.fn_token.span(), "`main` must be async: write `async fn main()`");
    }
    if !signature.inputs.is_empty() {
        let message = "`main` takes no arguments; read those of the program from `std::env::args()`";
        errors.add(signature.inputs.span(), message);
    }
    if matches!(signature.output, ReturnType::Default) {
        let message = "`main` returns nothing; write `-> Result<(), mesos_sdk::Error>`, or another error that can be printed";
        errors.add(signature.ident.span(), message);
    }
}

/// Returns the entries of `work(…)` or `executors(…)`.
fn entries(list: &MetaList, errors: &mut Errors) -> Vec<TokenStream> {
    let paths = list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
    let paths = paths.unwrap_or_else(|error| {
        errors.push(error);
        Punctuated::new()
    });
    match list.path.get_ident().map(ToString::to_string).as_deref() {
        Some("work") => paths.iter().map(work).collect(),
        Some("executors") => paths.iter().filter_map(executor).collect(),
        _ => {
            errors.add(list.path.span(), EXAMPLE);
            Vec::new()
        }
    }
}

fn work(path: &Path) -> TokenStream {
    quote! {
        ::mesos_sdk::entry::Entry::new::<::mesos_launcher::Worker<#path>>(
            <#path as ::mesos_launcher::Work>::NAME,
        )
    }
}

/// Returns the entry of an executor, whose name is that of its type.
fn executor(path: &Path) -> Option<TokenStream> {
    let name = path.segments.last()?.ident.unraw().to_string();
    Some(quote!(::mesos_sdk::entry::Entry::new::<#path>(#name)))
}
