//! Archives, by the system's programs.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::plan::Archive;

/// Unpacks `file` into `folder`; the file stays.
pub(super) async fn unpack(archive: Archive, file: &Path, folder: &Path) -> Result<(), String> {
    let (program, mut command) = match archive {
        Archive::Tar => {
            let mut tar = Command::new("tar");
            tar.arg("-C").arg(folder).arg("-xf").arg(file);
            ("tar", tar)
        }
        Archive::Zip => {
            let mut unzip = Command::new("unzip");
            unzip.arg("-o").arg("-d").arg(folder).arg(file);
            ("unzip", unzip)
        }
        Archive::Gzip => {
            let plain = folder.join(file.file_stem().unwrap_or_default());
            let output =
                std::fs::File::create(&plain).map_err(|error| format!("{}: {error}", plain.display()))?;
            let mut gzip = Command::new("gzip");
            gzip.arg("-dc").arg(file).stdout(output);
            ("gzip", gzip)
        }
    };
    if archive != Archive::Gzip {
        command.stdout(Stdio::null());
    }
    let done = command.stderr(Stdio::piped()).spawn().map_err(|error| format!("{program}: {error}"))?;
    let done = done.wait_with_output().await.map_err(|error| format!("{program}: {error}"))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(format!("{program}: {}", String::from_utf8_lossy(&done.stderr).trim())),
    }
}
