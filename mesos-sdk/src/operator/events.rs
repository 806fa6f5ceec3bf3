//! The stream of a cluster's events, a shell around the decisions of [`Watch`].

use std::fmt;
use std::future::{pending, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, StreamExt as _, once, unfold};
use tokio::time::{Instant, sleep_until};

use super::event::ClusterEvent;
use super::line::{Line, Ready};
use super::machine::{Do, Input, Step, Watch};
use crate::duration::after;
use crate::proto::v1::master::{Call, call};
use crate::transport::{EventStream, Peer};
use crate::{Address, Error};

/// The events of a cluster; see [`MasterOperator::events`](super::MasterOperator::events).
///
/// An `Err` is the last item; after it the stream yields `None`.
///
/// While nobody waits for the next item, the subscription stands still and events wait with the
/// master. Dropping the stream ends the subscription.
pub struct Events(BoxStream<'static, Result<ClusterEvent, Error>>);

impl Events {
    pub(super) fn new(line: &Line) -> Self {
        match line.ready() {
            Ok(line) => {
                let next = |mut shell: Shell| async move { shell.next().await.map(|item| (item, shell)) };
                Self(unfold(Shell::new(line), next).fuse().boxed())
            }
            Err(error) => Self(once(ready(Err(error))).fuse().boxed()),
        }
    }
}

impl Stream for Events {
    type Item = Result<ClusterEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Events")
    }
}

struct Shell {
    line: Arc<Ready>,
    watch: Watch,
    start: Instant,
    work: Work,
    /// Resolves to a leader other than the detector's last response.
    changed: BoxFuture<'static, Address>,
}

enum Work {
    Detecting(BoxFuture<'static, Result<Address, Error>>),
    Listening(EventStream),
}

impl Shell {
    fn new(line: Arc<Ready>) -> Self {
        let watch = Watch::new(line.trust.clone(), fastrand::u64(..));
        let mut shell = Self {
            line,
            watch,
            start: Instant::now(),
            work: Work::Listening(EventStream::Closed),
            changed: Box::pin(pending()),
        };
        shell.carry_out(Do::Detect(None));
        shell
    }

    async fn next(&mut self) -> Option<Result<ClusterEvent, Error>> {
        self.watch.listen(self.start.elapsed());
        while !self.watch.is_over() {
            let input = self.input().await;
            let Step { item, then } = self.watch.step(self.start.elapsed(), input);
            self.carry_out(then);
            if item.is_some() {
                return item;
            }
        }
        None
    }

    /// Returns the next input. Cancel safe.
    async fn input(&mut self) -> Input {
        let deadline = self.watch.deadline().map(|deadline| after(self.start, deadline));
        let tick = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => pending().await,
            }
        };
        tokio::select! {
            // What has arrived counts before the silence does.
            biased;
            input = self.work.input() => input,
            leader = &mut self.changed => {
                self.watch_leader(Some(leader.clone()));
                Input::LeaderChanged(leader)
            }
            () = tick => Input::Tick,
        }
    }

    fn watch_leader(&mut self, known: Option<Address>) {
        let detector = Arc::clone(self.line.transport.master.detector());
        self.changed = Box::pin(async move { detector.changed(known.as_ref()).await });
    }

    fn carry_out(&mut self, then: Do) {
        match then {
            Do::GoOn => {}
            Do::Rest | Do::Finish => self.work = Work::Listening(EventStream::Closed),
            Do::Detect(failed) => {
                let line = Arc::clone(&self.line);
                self.work = Work::Detecting(Box::pin(async move { line.find(failed.as_ref()).await }));
            }
            Do::Connect(address) => {
                if let Work::Detecting(_) = self.work {
                    self.watch_leader(Some(address.clone()));
                }
                self.work = Work::Listening(subscribe(&self.line, address));
            }
        }
    }
}

impl Work {
    async fn input(&mut self) -> Input {
        match self {
            Self::Detecting(detecting) => Input::Leader(detecting.await),
            Self::Listening(stream) => Input::Stream(stream.next(true).await),
        }
    }
}

fn subscribe(line: &Ready, address: Address) -> EventStream {
    let call = Call { r#type: Some(call::Type::Subscribe.into()), ..Call::default() };
    let body = line.endpoint.encoding.encode(&call);
    let peer = Peer { name: line.peer, gives_stream_id: false };
    EventStream::open(line.transport.clone(), line.endpoint.clone(), (peer, address), body)
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::operator::MasterOperator;
    use crate::{ErrorKind, Master, MasterDetector};

    /// Has an address that cannot be one.
    #[derive(Debug)]
    struct Misconfigured;

    #[async_trait]
    impl MasterDetector for Misconfigured {
        async fn detect(&self, _: Option<&Address>) -> Result<Address, Error> {
            Err(Error::new(ErrorKind::Invalid, "not an address"))
        }
    }

    #[tokio::test]
    async fn ended_stream_may_be_polled_again() {
        let operator = MasterOperator::new(Master::with_detector("misconfigured", Misconfigured));
        let mut events = operator.events();
        let error = events.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        for _ in 0..2 {
            assert!(events.next().await.is_none());
        }
    }
}
