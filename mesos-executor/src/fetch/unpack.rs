//! Archives, by the system's programs.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::files::in_folder;
use super::folder::Folder;
use super::plan::Archive;

/// Where an archive is unpacked at first: what is in it is moved from there without following any
/// link, neither its own nor those that are in the sandbox already.
const STAGE: &str = ".mesos-fetcher";

/// Unpacks `file` into `folder`; the file stays.
pub(super) async fn unpack(
    archive: Archive,
    (from, file): (&Folder, &Path),
    folder: &Folder,
) -> Result<(), String> {
    let input = from.read(file).map_err(|error| in_folder(file, &error))?;
    if archive == Archive::Gzip {
        let plain = Path::new(file.file_stem().unwrap_or_default());
        let output = folder.create(plain).map_err(|error| in_folder(plain, &error))?;
        let mut gzip = Command::new("gzip");
        gzip.arg("-dc").stdout(output);
        return run("gzip", gzip, input).await;
    }
    let stage = folder.stage(STAGE).map_err(|error| in_folder(Path::new(STAGE), &error))?;
    let (program, arguments): (_, &[&str]) = match archive {
        Archive::Zip => ("unzip", &["-q", "-o", "/dev/stdin"]),
        _ => ("tar", &["--no-same-owner", "--no-same-permissions", "-xf", "/dev/stdin"]),
    };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&stage.path).stdout(Stdio::null());
    run(program, command, input).await?;
    stage.give_up().map_err(|error| format!("what is in it can't be moved to the sandbox: {error}"))
}

async fn run(program: &str, mut command: Command, input: File) -> Result<(), String> {
    command.stdin(input).stderr(Stdio::piped()).kill_on_drop(true);
    let done = command.spawn().map_err(|error| format!("{program}: {error}"))?;
    let done = done.wait_with_output().await.map_err(|error| format!("{program}: {error}"))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(format!("{program}: {}", String::from_utf8_lossy(&done.stderr).trim())),
    }
}
