//! How long a call may take whose response comes slowly.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::duration::after;
use crate::silence::Silence;

/// The progress of a response.
#[derive(Default)]
pub(super) struct Progress(Mutex<Option<Instant>>);

impl Progress {
    /// Records that part of the response has arrived.
    pub(super) fn is_made(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn take(&self) -> Option<Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits for `call`, but gives up, with `None`, when there is no progress within `limit`.
    pub(super) async fn within<T>(&self, limit: Duration, call: impl Future<Output = T>) -> Option<T> {
        let (start, mut call) = (Instant::now(), pin!(call));
        let mut silence = Silence::new(Duration::ZERO, limit);
        let mut timer = pin!(sleep(limit));
        poll_fn(|context| {
            loop {
                // What has arrived counts before the deadline does.
                if let Poll::Ready(done) = call.as_mut().poll(context) {
                    return Poll::Ready(Some(done));
                }
                if let Some(made) = self.take() {
                    silence.restart(made.saturating_duration_since(start));
                }
                std::task::ready!(timer.as_mut().poll(context));
                if silence.is_over(start.elapsed()) {
                    return Poll::Ready(None);
                }
                reset(timer.as_mut(), start, silence);
            }
        })
        .await
    }
}

fn reset(timer: std::pin::Pin<&mut Sleep>, start: Instant, silence: Silence) {
    timer.reset(after(start, silence.end().unwrap_or(Duration::MAX)));
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn call_lasts_as_long_as_data_arrives() {
        let progress = Progress::default();
        let comes = async {
            for _ in 0..10 {
                sleep(Duration::from_secs(29)).await;
                progress.is_made();
            }
            sleep(Duration::from_secs(29)).await;
        };
        assert_eq!(progress.within(Duration::from_secs(30), comes).await, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn without_progress_it_is_given_up() {
        let (progress, start) = (Progress::default(), Instant::now());
        let stops = async {
            sleep(Duration::from_secs(20)).await;
            progress.is_made();
            pending::<()>().await;
        };
        assert_eq!(progress.within(Duration::from_secs(30), stops).await, None);
        assert_eq!(start.elapsed().as_secs(), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn own_pause_is_not_the_peers_silence() {
        let progress = Progress::default();
        let paused = async {
            advance(Duration::from_secs(3600)).await;
            sleep(Duration::from_secs(1)).await;
        };
        assert_eq!(progress.within(Duration::from_secs(30), paused).await, Some(()));
    }
}
