//! What a proxy does with HTTP.

use std::sync::{Mutex, PoisonError};

use peer::{Responses, chunk};
use tokio::sync::Notify;

use super::fault::StreamFault;

/// What is recorded, and what is to be done.
#[derive(Default)]
pub(super) struct Http {
    /// Everything that clients have sent.
    sent: Mutex<Vec<u8>>,
    /// Requests that contain this are lost.
    lose: Mutex<Option<&'static str>>,
    /// The first is replaced by the second.
    replace: Mutex<Option<(&'static [u8], &'static [u8])>>,
    stream_fault: Mutex<Option<StreamFault>>,
    /// What is to be inserted into an event stream.
    inserted: Mutex<Option<Vec<u8>>>,
    insert: Notify,
}

fn set<T>(cell: &Mutex<T>, value: T) {
    *cell.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

impl Http {
    pub(super) fn lose(&self, text: Option<&'static str>) {
        set(&self.lose, text);
    }

    pub(super) fn replace(&self, old: &'static [u8], new: &'static [u8]) {
        set(&self.replace, Some((old, new)));
    }

    pub(super) fn fail_stream(&self, fault: StreamFault) {
        set(&self.stream_fault, Some(fault));
    }

    pub(super) fn insert(&self, bytes: &[u8]) {
        set(&self.inserted, Some(chunk(bytes)));
        self.insert.notify_one();
    }

    pub(super) fn sent(&self) -> String {
        String::from_utf8_lossy(&self.sent.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Records what clients send. Returns whether it is passed on.
    pub(super) fn take(&self, bytes: &mut [u8]) -> bool {
        if let Some((old, new)) = *self.replace.lock().unwrap_or_else(PoisonError::into_inner) {
            while let Some(at) = bytes.windows(old.len()).position(|window| window == old) {
                bytes[at..at + old.len()].copy_from_slice(new);
            }
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        let lose = self.lose.lock().unwrap_or_else(PoisonError::into_inner);
        lose.is_none_or(|text| !String::from_utf8_lossy(bytes).contains(text))
    }

    /// Returns the fault of a stream that has something to pass.
    pub(super) fn stream_fault(&self, responses: &Responses) -> Option<StreamFault> {
        let mut fault = self.stream_fault.lock().unwrap_or_else(PoisonError::into_inner);
        if responses.is_in_chunks() { fault.take() } else { None }
    }

    /// Returns what is to be inserted next.
    pub(super) async fn inserted(&self) -> Vec<u8> {
        loop {
            self.insert.notified().await;
            if let Some(bytes) = self.inserted.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return bytes;
            }
        }
    }
}
