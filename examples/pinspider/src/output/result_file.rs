//! Files for results.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
};

use rustix::{
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    io::Errno,
    stdio,
};

/// How many results that could not be written are kept for one process id.
const MAX_KEPT: usize = 100;

/// A file that was found writable before the crawl, so that no result is lost on a mistyped path.
/// What was in it before stays until there is something new.
#[derive(Debug)]
pub struct ResultFile {
    path: PathBuf,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Its content is replaced.
    Regular(File),
    /// A device or a pipe.
    Stream(File),
    /// Whatever this program prints results to; they are there already.
    StandardOutput,
}

/// A file can't be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {}{}", path.display(), kept.as_ref().map(|kept| format!(" (it is in {})", kept.display())).unwrap_or_default())]
pub struct FileError {
    path: PathBuf,
    /// Where the content is instead.
    kept: Option<PathBuf>,
    source: io::Error,
}

impl ResultFile {
    /// Opens the file, which is made if it does not exist. A pipe needs somebody who reads.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let target = open(path).map_err(|source| FileError { path: path.to_owned(), kept: None, source })?;
        Ok(Self { path: path.to_owned(), target })
    }

    /// Returns whether both are the same file, of which the second result would replace the first.
    pub fn is_same(&self, other: &Self) -> io::Result<bool> {
        let (Target::Regular(one), Target::Regular(another)) = (&self.target, &other.target) else {
            return Ok(false);
        };
        let identity = |file: &File| file.metadata().map(|file| (file.dev(), file.ino()));
        Ok(identity(one)? == identity(another)?)
    }

    /// Replaces the content, or adds to it what this program has printed. What can't be written
    /// there is kept elsewhere.
    pub fn write(self, content: &str) -> Result<(), FileError> {
        let written = match self.target {
            Target::Regular(mut file) => file.set_len(0).and_then(|()| file.write_all(content.as_bytes())),
            Target::Stream(mut file) => file.write_all(content.as_bytes()),
            Target::StandardOutput => {
                let mut out = io::stdout();
                out.write_all(content.as_bytes()).and_then(|()| out.flush())
            }
        };
        written.map_err(|source| FileError { kept: keep(content).ok(), path: self.path, source })
    }
}

fn open(path: &Path) -> io::Result<Target> {
    // Else opening a pipe would wait until somebody reads.
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let file = options.open(path).map_err(|error| match error.raw_os_error() {
        Some(code) if code == Errno::NXIO.raw_os_error() => {
            io::Error::new(error.kind(), "nobody reads from it")
        }
        _ => error,
    })?;
    let (found, out) = (file.metadata()?, rustix::fs::fstat(stdio::stdout())?);
    if (found.dev(), found.ino()) == (out.st_dev, out.st_ino) {
        return Ok(Target::StandardOutput);
    }
    if found.is_file() {
        return Ok(Target::Regular(file));
    }
    fcntl_setfl(&file, fcntl_getfl(&file)?.difference(OFlags::NONBLOCK))?;
    Ok(Target::Stream(file))
}

/// Writes the content to a new file of the folder for temporary files, and returns its path.
fn keep(content: &str) -> io::Result<PathBuf> {
    // The JSON and the report may both need one, and so may earlier runs with the same process id.
    for number in 0..MAX_KEPT {
        let kept = std::env::temp_dir().join(format!("pinspider-{}-{number}", process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&kept) {
            Ok(mut file) => return file.write_all(content.as_bytes()).map(|()| kept),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Read, process::Command, thread};

    use super::*;
    use crate::error_line::error_line;

    #[test]
    fn one_file_has_several_paths() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("results"), folder.path().join("link"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let file = ResultFile::open(&path).unwrap();
        assert!(file.is_same(&ResultFile::open(&link).unwrap()).unwrap());
        let other = ResultFile::open(&folder.path().join("other")).unwrap();
        assert!(!file.is_same(&other).unwrap());
        let null = || ResultFile::open(Path::new("/dev/null")).unwrap();
        assert!(!null().is_same(&null()).unwrap());
    }

    #[test]
    fn files_are_replaced_and_devices_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "what was there before").unwrap();
        let file = ResultFile::open(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "what was there before");
        file.write("new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        ResultFile::open(Path::new("/dev/null")).unwrap().write("gone").unwrap();
    }

    #[test]
    fn pipe_needs_a_reader() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(error_line(&ResultFile::open(&path).unwrap_err()).ends_with("nobody reads from it"));
        let reads = path.clone();
        let reader = thread::spawn(move || {
            let mut text = String::new();
            File::open(reads).unwrap().read_to_string(&mut text).unwrap();
            text
        });
        let file = loop {
            match ResultFile::open(&path) {
                Ok(file) => break file,
                Err(_) => thread::yield_now(),
            }
        };
        let content = "x".repeat(1 << 20);
        file.write(&content).unwrap();
        assert_eq!(reader.join().unwrap(), content);
    }

    #[test]
    fn unwritable_results_are_kept_elsewhere() {
        let kept = ["precious", "as precious"].map(|content| {
            let error = ResultFile::open(Path::new("/dev/full")).unwrap().write(content).unwrap_err();
            let kept = error.kept.clone().unwrap();
            let line = format!("can't write /dev/full (it is in {})", kept.display());
            assert!(error_line(&error).starts_with(&line));
            (kept, content)
        });
        for (kept, content) in kept {
            assert_eq!(fs::read_to_string(&kept).unwrap(), content);
            fs::remove_file(kept).unwrap();
        }
    }

    #[test]
    fn folders_are_refused_before_the_crawl() {
        assert!(ResultFile::open(&std::env::temp_dir()).is_err());
    }
}
