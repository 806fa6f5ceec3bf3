//! Files that the master serves: its logs.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::operator::files::{Chunk, FileChunks};

calls! { MasterOperator of master;
    /// Returns the files of a directory, such as `/master/log`. Fails with `NotFound` if there is
    /// no such directory.
    Ask list_files(path: impl Into<String>) = ListFiles {
        list_files: ListFiles { path: path.into() }
    } -> list_files: ListFiles;

    /// Reads a part of a file, from `offset` in bytes: at most `length` bytes, and never more than
    /// 16 memory pages (usually 64 KiB). Returns no data at the end of the file.
    /// [`read_whole_file`](Self::read_whole_file) reads all of it.
    Ask read_file(path: impl Into<String>, offset: u64, length: Option<u64>) = ReadFile {
        read_file: ReadFile { path: path.into(), offset, length }
    } -> read_file: ReadFile;
}

impl MasterOperator {
    /// Reads a whole file in chunks, up to the end that it has when it is reached.
    pub fn read_whole_file(&self, path: impl Into<String>) -> FileChunks {
        let (client, path) = (self.clone(), path.into());
        FileChunks::new(move |offset| {
            let (client, path) = (client.clone(), path.clone());
            Box::pin(async move {
                let read = client.read_file(path, offset, None).await?;
                Ok(Chunk { size: read.size, data: read.data })
            })
        })
    }
}
