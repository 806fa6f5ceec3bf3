//! Images and resource providers, of which an embedded agent has none.

use http::StatusCode;
use mesos_sdk::proto::v1::ResourceProviderInfo;
use mesos_sdk::proto::v1::agent::Call;
use mesos_sdk::proto::v1::agent::call::Type;

use crate::server::Answer;

/// What a real agent without any answers; `None` for other calls.
pub(super) fn answer(call: &Call) -> Option<Answer> {
    Some(match call.r#type() {
        Type::PruneImages | Type::MarkResourceProviderGone => Answer::ok(),
        Type::AddResourceProviderConfig => unknown(&call.add_resource_provider_config.as_ref()?.info),
        Type::UpdateResourceProviderConfig => unknown(&call.update_resource_provider_config.as_ref()?.info),
        Type::RemoveResourceProviderConfig => {
            let text = "Missing required flag --resource_provider_config_dir";
            Answer::text(StatusCode::INTERNAL_SERVER_ERROR, text)
        }
        _ => return None,
    })
}

fn unknown(info: &ResourceProviderInfo) -> Answer {
    let (kind, name) = (&info.r#type, &info.name);
    Answer::bad_request(format!(
        "Failed to validate resource provider config with type '{kind}' and name '{name}': Unknown local \
         resource provider type '{kind}'"
    ))
}
