//! The fetcher: brings the files of a command into its sandbox.
//!
//! Nothing is cached: what an agent wants from its cache is fetched anew, which the agent takes well.

mod bring;
mod info;
mod plan;
mod unpack;

use self::info::FetcherInfo;

/// Fetches everything that `MESOS_FETCHER_INFO` asks for, in its order.
///
/// # Errors
///
/// What could not be fetched and why, for the people who read the sandbox' file `stderr`. Nothing after it is fetched.
pub async fn fetch(info: &str) -> Result<(), String> {
    let info: FetcherInfo =
        serde_json::from_str(info).map_err(|error| format!("MESOS_FETCHER_INFO can't be read: {error}"))?;
    for item in &info.items {
        let fetched = match plan::plan(&info, &item.uri) {
            Ok(plan) => {
                eprintln!("Fetching '{}' to '{}'", item.uri.value, plan.target.display());
                bring::bring(&plan, &info).await
            }
            Err(reason) => Err(reason),
        };
        fetched.map_err(|reason| format!("Failed to fetch '{}': {reason}", item.uri.value))?;
    }
    match &info.user {
        Some(user) => bring::hand_over(&info.sandbox_directory, user).await,
        None => Ok(()),
    }
}
