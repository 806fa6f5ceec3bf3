//! What the program itself has for the handler.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::stream::{self, Stream, StreamExt as _};
use tokio::time::sleep;

use super::*;
use crate::scheduler::NotificationHandler;
use crate::{ClientOptions, ErrorKind};

/// What happened, in order.
#[derive(Debug, PartialEq, Eq)]
enum Happened {
    Offers,
    Notified(u32),
}

/// Writes down what it gets, and does this with notifications.
struct Notebook<F> {
    happened: Vec<Happened>,
    most: usize,
    then: F,
}

impl<F> Notebook<F> {
    fn add(&mut self, handle: &SchedulerHandle, happened: Happened) {
        self.happened.push(happened);
        if self.happened.len() == self.most {
            handle.abort();
        }
    }

    fn offers(&self) -> usize {
        self.happened.iter().filter(|happened| **happened == Happened::Offers).count()
    }
}

#[async_trait]
impl<F: Send> Scheduler for Notebook<F> {
    async fn offers(&mut self, handle: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        self.add(handle, Happened::Offers);
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

#[async_trait]
impl<F: FnMut(&SchedulerHandle) -> HandlerResult + Send> NotificationHandler<u32> for Notebook<F> {
    async fn notified(&mut self, handle: &SchedulerHandle, number: u32) -> HandlerResult {
        self.add(handle, Happened::Notified(number));
        sleep(Duration::from_secs(1)).await;
        (self.then)(handle)
    }
}

/// Runs a driver that is offered something so often, until so much has happened, and with these
/// notifications.
async fn run<F: FnMut(&SchedulerHandle) -> HandlerResult + Send>(
    offers: usize,
    most: usize,
    notifications: impl Stream<Item = u32> + Send,
    then: F,
) -> (Result<(), Error>, Notebook<F>) {
    let offered = Event {
        r#type: Some(event::Type::Offers.into()),
        offers: Some(event::Offers::default()),
        ..Event::default()
    };
    let mut response = b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n".to_vec();
    response.extend(encode_record(&subscribed().encode_to_vec()));
    response.extend(encode_record(&offered.encode_to_vec()).repeat(offers));
    let info = FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let driver = SchedulerDriver::new(Address::new("m", 5050), info)
        .client_options(ClientOptions::new().connector(Responds(response)));
    let mut notebook = Notebook { happened: Vec::new(), most, then };
    let ran = timeout(Duration::from_secs(3600), driver.run_with(&mut notebook, notifications)).await;
    (ran.expect("it does not end"), notebook)
}

#[tokio::test(start_paused = true)]
async fn notifications_and_events_take_turns() {
    for (offers, most) in [(20, 40), (1000, 60)] {
        let (result, notebook) = run(offers, most, stream::iter(0..), |_| Ok(())).await;
        assert!(result.is_ok(), "{result:?}");
        assert!(notebook.offers() >= 20 && notebook.offers() < most, "{:?}", notebook.happened);
        let numbers = notebook.happened.iter().filter_map(|happened| match happened {
            Happened::Notified(number) => Some(*number),
            Happened::Offers => None,
        });
        assert!(numbers.eq(0..u32::try_from(most - notebook.offers()).unwrap()), "{:?}", notebook.happened);
    }
}

#[tokio::test(start_paused = true)]
async fn notifications_are_handled_one_by_one() {
    let taken = AtomicUsize::new(0);
    let notifications = stream::iter(0..).inspect(|_| {
        taken.fetch_add(1, Ordering::Relaxed);
    });
    let mut handled = 0;
    let (result, _) = run(0, 10, notifications, |_| {
        handled += 1;
        assert_eq!(taken.load(Ordering::Relaxed), handled);
        Ok(())
    })
    .await;
    assert!(result.is_ok() && handled == 10, "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn end_of_notifications_does_not_end_the_driver() {
    let late = stream::once(sleep(Duration::from_secs(60))).map(|()| 7);
    let (result, notebook) = run(2, 4, stream::iter([1]).chain(late), |_| Ok(())).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!((notebook.offers(), notebook.happened.last()), (2, Some(&Happened::Notified(7))));
    let (result, notebook) = run(3, 3, stream::empty(), |_| Ok(())).await;
    assert_eq!((result.is_ok(), notebook.offers()), (true, 3));
}

#[tokio::test(start_paused = true)]
async fn after_a_stop_no_notification_is_taken() {
    let stops: [fn(&SchedulerHandle); 3] =
        [SchedulerHandle::abort, SchedulerHandle::stop_with_failover, SchedulerHandle::stop];
    for stop in stops {
        let (_, notebook) = run(0, usize::MAX, stream::iter(0..), |handle| {
            stop(handle);
            Ok(())
        })
        .await;
        assert_eq!(notebook.happened, [Happened::Notified(0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn failed_notification_ends_the_driver() {
    let (result, notebook) = run(0, usize::MAX, stream::iter(0..), |_| Err("broken".into())).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), notebook.happened.len()), (ErrorKind::Handler, 1), "{error:#}");
    let passes = |_: &SchedulerHandle| Err(Error::new(ErrorKind::NotSubscribed, "not now").into());
    let (result, notebook) = run(0, 3, stream::iter(0..), passes).await;
    assert_eq!((result.is_ok(), notebook.happened.len()), (true, 3));
}
