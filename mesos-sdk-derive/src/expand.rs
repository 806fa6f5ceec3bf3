//! The implementations, written out.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use crate::model::{Field, Payload, ResourceSpec};

/// `impl Payload`: the JSON format of the type and two calls of it.
pub(crate) fn payload(payload: &Payload<'_>) -> TokenStream {
    let Payload { ident, generics, crate_path, prefix, pretty, max_bytes } = payload;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates);
    let limit = max_bytes.map(|bytes| quote!(const LIMIT: usize = #bytes;));
    let name = ident.unraw().to_string();
    // The bound is on the type, not on its parameters: serde's own derive, or `#[serde(bound)]`, decides about these.
    // Its span makes the compiler point at the type that lacks serde's derives.
    let bound = quote_spanned!(ident.span()=> #ident #type_generics: #crate_path::payload::Json);
    let format = quote! {
        #crate_path::payload::JsonFormat::new(#name, <Self as #crate_path::Payload>::LIMIT)
            .with_prefix(#prefix)
            .with_pretty(#pretty)
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #crate_path::Payload for #ident #type_generics
        where
            #bound,
            #predicates
        {
            #limit

            fn to_bytes(
                &self,
            ) -> ::core::result::Result<#crate_path::payload::Bytes, #crate_path::PayloadError> {
                #format.write(self)
            }

            fn from_bytes(bytes: &[u8]) -> ::core::result::Result<Self, #crate_path::PayloadError> {
                #format.read(bytes)
            }
        }
    }
}

/// `impl ResourceSpec`: each field to and from its resource.
pub(crate) fn resource_spec(spec: &ResourceSpec<'_>) -> TokenStream {
    let ResourceSpec { ident, crate_path, fields } = spec;
    let name = ident.unraw().to_string();
    let write = fields.iter().map(|field| write_field(field, crate_path));
    let read = fields.iter().map(read_field);
    quote! {
        #[automatically_derived]
        impl #crate_path::ResourceSpec for #ident {
            fn to_resources(&self) -> ::std::vec::Vec<#crate_path::proto::v1::Resource> {
                ::core::iter::Iterator::collect(::core::iter::Iterator::flatten(
                    ::core::iter::IntoIterator::into_iter([#(#write),*]),
                ))
            }

            fn from_resources(
                resources: &[#crate_path::proto::v1::Resource],
            ) -> ::core::result::Result<Self, #crate_path::ResourceSpecError> {
                let reader = #crate_path::resource_spec::Reader::new(#name, resources);
                ::core::result::Result::Ok(Self { #(#read),* })
            }
        }
    }
}

fn write_field(field: &Field<'_>, crate_path: &syn::Path) -> TokenStream {
    let Field { ident, ty, resource, .. } = field;
    // The span of the type makes the compiler point at the field whose type is no `ResourceValue`.
    quote_spanned! {ty.span()=>
        <#ty as #crate_path::resource_spec::ResourceValue>::to_resource(&self.#ident, #resource)
    }
}

fn read_field(field: &Field<'_>) -> TokenStream {
    let Field { ident, ty, resource, default } = field;
    if let Some(default) = default {
        quote!(#ident: reader.value_or::<#ty>(#resource, || #default)?)
    } else {
        quote!(#ident: reader.value::<#ty>(#resource)?)
    }
}
