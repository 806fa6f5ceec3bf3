//! `#[work]`: an async function as a type that implements `Work`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::spanned::Spanned as _;
use syn::{FnArg, Ident, ItemFn, LitInt, MetaNameValue, ReturnType, Signature, Type};

use crate::attr::Errors;

/// Expands the attribute above a function. It stays as it is; beside it, a type of the same name
/// implements `Work`: types and functions have separate names.
pub(crate) fn work(arguments: TokenStream, function: &ItemFn) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let limit = limit(arguments, &mut errors);
    let parts = parts(&function.sig, &mut errors);
    let Some((input, context, output)) = parts else { return errors.or(TokenStream::new()) };
    let (visibility, name) = (&function.vis, &function.sig.ident);
    let (text, limit) = (name.unraw().to_string(), limit.into_iter());
    let input_type = quote_spanned!(input.span()=> type Input = #input;);
    let output_type =
        quote_spanned!(output.span()=> type Output = <#output as ::mesos_launcher::Returned>::Output;);
    // Their names do not hide a function that is called like them.
    let [first, second] = ["input", "context"].map(|name| Ident::new(name, Span::mixed_site()));
    let context = context.then(|| quote!(, #second));
    let documentation = format!("The work `{text}`, for a map.");
    errors.or(quote! {
        #function

        #[doc = #documentation]
        #[allow(non_camel_case_types)]
        #[derive(Debug)]
        #visibility enum #name {}

        #[automatically_derived]
        impl ::mesos_launcher::Work for #name {
            const NAME: &'static str = #text;
            #(const MAX_CONCURRENT: usize = #limit;)*
            #input_type
            #output_type

            #[allow(unused_variables)]
            async fn run(#first: Self::Input, #second: ::mesos_launcher::Context) -> #output {
                #name(#first #context).await
            }
        }
    })
}

/// Returns the number in `max_concurrent = 8`.
fn limit(arguments: TokenStream, errors: &mut Errors) -> Option<LitInt> {
    if arguments.is_empty() {
        return None;
    }
    let span = arguments.span();
    let read = |input: syn::parse::ParseStream<'_>| input.parse::<MetaNameValue>();
    match read.parse2(arguments) {
        Ok(MetaNameValue {
            path,
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(limit), .. }),
            ..
        }) if path.is_ident("max_concurrent") => {
            return Some(limit);
        }
        _ => errors.add(span, "`work` takes nothing but a number of tasks, as in `max_concurrent = 8`"),
    }
    None
}

/// Returns the type of the input, whether there is a context, and the type of the result.
fn parts<'f>(signature: &'f Signature, errors: &mut Errors) -> Option<(&'f Type, bool, &'f Type)> {
    let name = &signature.ident;
    if signature.asyncness.is_none() {
        let message = format!(
            "`{name}` must be async: write `async fn {name}`, and await `tokio::task::spawn_blocking` for \
             what blocks"
        );
        errors.add(signature.fn_token.span(), message);
    }
    if !signature.generics.params.is_empty() {
        let message = format!("`{name}` can't be generic: an agent has to know what to run");
        errors.add(signature.generics.span(), message);
    }
    let ReturnType::Type(_, output) = &signature.output else {
        let message = format!(
            "`{name}` returns nothing; write `-> Result<Output, WorkError>`, whose `Output` is a payload"
        );
        errors.add(name.span(), message);
        return None;
    };
    match signature.inputs.iter().collect::<Vec<_>>()[..] {
        [FnArg::Typed(input)] => Some((&input.ty, false, output)),
        [FnArg::Typed(input), FnArg::Typed(_)] => Some((&input.ty, true, output)),
        ref others => {
            let message =
                format!("write `async fn {name}(input: Input, context: Context)`, or leave `context` out");
            errors.add(span_of(others).unwrap_or_else(|| name.span()), message);
            None
        }
    }
}

fn span_of(arguments: &[&FnArg]) -> Option<Span> {
    let (first, others) = arguments.split_first()?;
    let last = others.last().unwrap_or(first);
    Some(first.span().join(last.span()).unwrap_or_else(|| first.span()))
}
