//! Images and resource providers, of which an embedded agent has none.

use http::StatusCode;
use mesos_sdk::proto::v1::ResourceProviderInfo;
use mesos_sdk::proto::v1::agent::Call;
use mesos_sdk::proto::v1::agent::call::Type;

use crate::server::HttpResponse;

/// Returns the response of a real agent without resource providers, or `None` for other calls.
pub(super) fn response(call: &Call) -> Option<HttpResponse> {
    Some(match call.r#type() {
        Type::PruneImages | Type::MarkResourceProviderGone => HttpResponse::ok(),
        Type::AddResourceProviderConfig => unknown(&call.add_resource_provider_config.as_ref()?.info),
        Type::UpdateResourceProviderConfig => unknown(&call.update_resource_provider_config.as_ref()?.info),
        Type::RemoveResourceProviderConfig => {
            let text = "Missing required flag --resource_provider_config_dir";
            HttpResponse::text(StatusCode::INTERNAL_SERVER_ERROR, text)
        }
        _ => return None,
    })
}

/// Checks whether an agent would look at this call; the error is the agent's reason.
pub(super) fn validate(call: &Call) -> Result<(), String> {
    let (field, info) = match call.r#type() {
        Type::AddResourceProviderConfig => {
            ("add_resource_provider_config", call.add_resource_provider_config.as_ref().map(|add| &add.info))
        }
        Type::UpdateResourceProviderConfig => (
            "update_resource_provider_config",
            call.update_resource_provider_config.as_ref().map(|update| &update.info),
        ),
        Type::RemoveResourceProviderConfig if call.remove_resource_provider_config.is_none() => {
            return Err("Expecting 'remove_resource_provider_config' to be present".to_owned());
        }
        Type::MarkResourceProviderGone if call.mark_resource_provider_gone.is_none() => {
            return Err("Expecting 'mark_resource_provider_gone' to be present".to_owned());
        }
        _ => return Ok(()),
    };
    match info {
        None => Err(format!("Expecting '{field}' to be present")),
        Some(ResourceProviderInfo { id: Some(_), .. }) => {
            Err(format!("Expecting '{field}.info.id' to be unset"))
        }
        Some(_) => Ok(()),
    }
}

fn unknown(info: &ResourceProviderInfo) -> HttpResponse {
    let (kind, name) = (&info.r#type, &info.name);
    HttpResponse::bad_request(format!(
        "Failed to validate resource provider config with type '{kind}' and name '{name}': Unknown local \
         resource provider type '{kind}'"
    ))
}
