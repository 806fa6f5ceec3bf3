//! The fetcher: fetches the files of a command into its sandbox, as the command's user.

mod download;
mod files;
mod folder;
mod info;
mod plan;
mod unpack;

use std::io::{self, Write};

use self::folder::Folder;
use self::info::FetcherInfo;
use self::plan::{Plan, Then};
use crate::user::{User, run_as};
use crate::web::shown;

/// Fetches everything that `info` asks for, in its order, and writes a line about each to `log`.
/// `info` is what agents put into `MESOS_FETCHER_INFO`; the user that it names is who fetches, and
/// needs to be allowed to.
///
/// Dropping the future ends the fetching.
///
/// # Errors
///
/// What could not be fetched and why, for the people who read the sandbox' file `stderr`. Nothing
/// after it is fetched.
pub async fn fetch(info: &str, log: impl Write + Send + 'static) -> Result<(), String> {
    let info: FetcherInfo =
        serde_json::from_str(info).map_err(|error| format!("MESOS_FETCHER_INFO can't be read: {error}"))?;
    let user = info.user.as_deref().map(known).transpose()?;
    make_cache(&info, user.as_ref()).map_err(|error| format!("no folder for the cache: {error}"))?;
    run_as(user, all(info, log)).await.map_err(|error| error.to_string())?
}

fn known(user: &str) -> Result<User, String> {
    let found = User::find(user).map_err(|error| format!("can't look up the user {user}: {error}"))?;
    found.ok_or_else(|| format!("this machine has no user {user}"))
}

/// Who fetches is to write to it.
fn make_cache(info: &FetcherInfo, user: Option<&User>) -> io::Result<()> {
    let Some(folder) = info.cache_directory.as_deref().filter(|_| info.items.iter().any(plan::is_cached))
    else {
        return Ok(());
    };
    std::fs::create_dir_all(folder)?;
    match user.filter(|user| !user.is_own()) {
        Some(user) => user.own(folder),
        None => Ok(()),
    }
}

async fn all(info: FetcherInfo, mut log: impl Write + Send) -> Result<(), String> {
    let sandbox = Folder::open(&info.sandbox_directory)
        .map_err(|error| format!("no sandbox at {}: {error}", info.sandbox_directory.display()))?;
    for item in &info.items {
        let uri = shown(&item.uri.value);
        let fetched = match plan::plan(&info, item) {
            Ok(plan) => {
                // A failure to print does not stop the work.
                let _ = writeln!(log, "{}", described(&uri, &plan));
                carry_out(&plan, &sandbox, &info).await
            }
            Err(reason) => Err(reason),
        };
        fetched.map_err(|reason| format!("Failed to fetch '{uri}': {reason}"))?;
    }
    Ok(())
}

fn described(uri: &str, plan: &Plan) -> String {
    let target = plan.target.display();
    match plan.then {
        Then::Warn => {
            format!("Fetching '{uri}' to '{target}'; it is not extracted: its name is not that of an archive")
        }
        _ => format!("Fetching '{uri}' to '{target}'"),
    }
}

async fn carry_out(plan: &Plan, sandbox: &Folder, info: &FetcherInfo) -> Result<(), String> {
    let Some(entry) = &plan.cached else {
        files::fetch_one(&plan.source, sandbox, &plan.target, info.stall_timeout()).await?;
        return match plan.then {
            Then::Extract(archive) => unpack::unpack(archive, (sandbox, &plan.target), sandbox).await,
            Then::MakeExecutable => files::make_executable(sandbox, &plan.target),
            Then::Nothing | Then::Warn => Ok(()),
        };
    };
    let cache = Folder::open(&entry.folder).map_err(|error| format!("no cache: {error}"))?;
    if entry.is_new {
        files::fetch_one(&plan.source, &cache, &entry.name, info.stall_timeout()).await?;
    }
    match plan.then {
        Then::Extract(archive) => unpack::unpack(archive, (&cache, &entry.name), sandbox).await,
        then => {
            files::copy_within(&cache, &entry.name, (sandbox, &plan.target)).await?;
            if then == Then::MakeExecutable { files::make_executable(sandbox, &plan.target) } else { Ok(()) }
        }
    }
}
