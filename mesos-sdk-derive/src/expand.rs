//! The implementations, written out.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use crate::model::{Field, Payload, ResourceSpec, Volume, VolumeDisk};

/// Expands to `impl Payload`: the JSON format of the type and two calls of it.
pub(crate) fn payload(payload: &Payload<'_>) -> TokenStream {
    let Payload { ident, generics, crate_path, prefix, pretty, max_bytes } = payload;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates);
    let limit = max_bytes.map(|bytes| quote!(const LIMIT: usize = #bytes;));
    let name = ident.unraw().to_string();
    // The bound is on the type, not on its parameters: serde's own derive, or `#[serde(bound)]`,
    // decides about these.
    let bound = quote!(#ident #type_generics: #crate_path::payload::JsonPayload);
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
                #crate_path::payload::JsonPayload::to_json(self, #format)
            }

            fn from_bytes(bytes: &[u8]) -> ::core::result::Result<Self, #crate_path::PayloadError> {
                #crate_path::payload::JsonPayload::from_json(bytes, #format)
            }
        }
    }
}

/// Expands to `impl ResourceSpec`: each field to and from its resource.
///
/// Its own variables are `mixed_site`, so that the user's default values do not see them.
pub(crate) fn resource_spec(spec: &ResourceSpec<'_>) -> TokenStream {
    let ResourceSpec { ident, crate_path, fields } = spec;
    let name = ident.unraw().to_string();
    let write =
        fields.iter().filter(|field| field.volume.is_none()).map(|field| write_field(field, crate_path));
    let need = fields.iter().map(|field| need_of(field, crate_path));
    let read = fields.iter().map(|field| read_field(field, crate_path));
    let has_volumes = fields.iter().any(|field| field.volume.is_some());
    let reader = if has_volumes { quote!(with_volumes) } else { quote!(new) };
    let none = quote!(::core::option::Option::<#crate_path::proto::v1::Resource>::None);
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #crate_path::ResourceSpec for #ident {
            fn to_resources(&self) -> ::std::vec::Vec<#crate_path::proto::v1::Resource> {
                ::core::iter::Iterator::collect(::core::iter::Iterator::flatten(
                    ::core::iter::IntoIterator::into_iter([#none, #(#write),*]),
                ))
            }

            fn to_needs(&self) -> ::std::vec::Vec<#crate_path::resource_spec::ResourceNeed> {
                ::core::iter::Iterator::collect(::core::iter::Iterator::flatten(
                    ::core::iter::IntoIterator::into_iter([#(#need),*]),
                ))
            }

            fn from_resources(
                resources: &[#crate_path::proto::v1::Resource],
            ) -> ::core::result::Result<Self, #crate_path::ResourceSpecError> {
                let reader = #crate_path::resource_spec::Reader::#reader(#name, resources);
                ::core::result::Result::Ok(Self { #(#read),* })
            }
        }
    }
}

fn write_field(field: &Field<'_>, crate_path: &Path) -> TokenStream {
    let Field { ident, resource, .. } = field;
    let value = resource_value(field, crate_path);
    quote_spanned!(Span::mixed_site()=> #value::to_resource(&self.#ident, #resource))
}

fn need_of(field: &Field<'_>, crate_path: &Path) -> TokenStream {
    let Field { ident, resource, .. } = field;
    let value = resource_value(field, crate_path);
    let Some(Volume { disk, path, max_size }) = &field.volume else {
        return quote_spanned!(Span::mixed_site()=> #value::to_need(&self.#ident, #resource));
    };
    let (disk, path, max_size) =
        (volume_disk(*disk, crate_path), optional(path.as_ref()), optional(max_size.as_ref()));
    quote_spanned! {Span::mixed_site()=>
        ::core::option::Option::map(
            ::core::option::Option::and_then(#value::to_resource(&self.#ident, #resource), |resource| resource.scalar),
            |size| #crate_path::resource_spec::ResourceNeed::Volume(#crate_path::resource_spec::VolumeSpec::new(
                ::core::convert::From::from(size), #disk, #path, #max_size,
            )),
        )
    }
}

fn volume_disk(disk: VolumeDisk, crate_path: &Path) -> TokenStream {
    match disk {
        VolumeDisk::Path => quote!(#crate_path::resource_spec::VolumeDisk::Path),
        VolumeDisk::Mount => quote!(#crate_path::resource_spec::VolumeDisk::Mount),
    }
}

fn optional(value: Option<&impl ToTokens>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

fn read_field(field: &Field<'_>, crate_path: &Path) -> TokenStream {
    let Field { ident, resource, default, .. } = field;
    let value = resource_value(field, crate_path);
    // Called within a closure, so that the compiler reports the same as for `to_resource`, and only
    // once.
    let read = quote!(|resources, name| #value::from_named(resources, name));
    let (one, or, key) = match &field.volume {
        Some(volume) => (quote!(volume), quote!(volume_or), volume_disk(volume.disk, crate_path)),
        None => (quote!(value), quote!(value_or), quote!(#resource)),
    };
    if let Some(default) = default {
        quote_spanned!(Span::mixed_site()=> #ident: reader.#or(#key, #read, || #default)?)
    } else {
        quote_spanned!(Span::mixed_site()=> #ident: reader.#one(#key, #read)?)
    }
}

/// Returns the field's type as a `ResourceValue`; its span makes the compiler point at a field
/// whose type is none.
fn resource_value(field: &Field<'_>, crate_path: &Path) -> TokenStream {
    let ty = field.ty;
    quote_spanned!(ty.span()=> <#ty as #crate_path::resource_spec::ResourceValue>)
}
