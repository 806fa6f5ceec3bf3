//! A response that is being received.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Sleep, sleep};

use crate::http::{ResponseHead, TEXT_TIMEOUT, Text};

/// A response whose head has arrived.
pub(super) struct Begun {
    pub(super) head: ResponseHead,
    pub(super) text: Text,
    /// How long the rest may take, once it is awaited.
    rest: Option<Pin<Box<Sleep>>>,
}

impl Begun {
    pub(super) fn new(head: ResponseHead) -> Self {
        Self { head, text: Text::default(), rest: None }
    }

    pub(super) fn push(&mut self, data: &[u8]) {
        self.text.push(data);
        self.rest = None;
    }

    pub(super) fn is_success(&self) -> bool {
        self.head.status.is_success()
    }

    /// Waits until no part of the rest has arrived for a while.
    pub(super) fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.rest.get_or_insert_with(|| Box::pin(sleep(TEXT_TIMEOUT))).as_mut().poll(context)
    }
}
