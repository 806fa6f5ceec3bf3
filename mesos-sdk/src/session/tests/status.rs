//! What a handle shows of its driver.

use tokio::time::sleep;

use super::*;
use crate::ClientOptions;
use crate::scheduler::Subscription;

/// Looks at the driver in its handlers, and ends it a minute after it was subscribed.
struct Looks(Vec<crate::DriverStatus>);

#[async_trait]
impl Scheduler for Looks {
    async fn subscribed(&mut self, handle: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.0.push(handle.status());
        sleep(Duration::from_secs(60)).await;
        self.0.push(handle.status());
        handle.abort();
        Ok(())
    }

    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn handle_shows_status_in_every_phase() {
    let mut response = b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n".to_vec();
    response.extend(encode_record(&subscribed().encode_to_vec()));
    let info = FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let master = Address::new("m", 5050);
    let driver = SchedulerDriver::new(master.clone(), info)
        .client_options(ClientOptions::new().connector(Responds(response)));
    let handle = driver.handle();
    let waits = handle.when_subscribed(Duration::from_secs(600)).revive_all();
    let before = handle.status();
    assert!(!before.is_subscribed && before.peer.is_none() && before.framework_id.is_none());
    assert_eq!((before.queued_calls, before.since_last_event), (1, None));

    let mut looks = Looks(Vec::new());
    driver.run(&mut looks).await.unwrap();
    drop(waits);
    let [first, later] = &looks.0[..] else { panic!("{:?}", looks.0) };
    for status in [first, later] {
        assert!(status.is_subscribed && status.peer.as_ref() == Some(&master), "{status:?}");
        assert_eq!(status.framework_id, Some(FrameworkId::from("given")));
        assert_eq!(status.queued_calls, 0, "{status:?}");
        assert_eq!(status.queued_events, 3, "`subscribed`, and what the framework knows: {status:?}");
    }
    assert_eq!(first.since_last_event, Some(Duration::ZERO));
    let unanswered = [first, later].map(|status| status.unanswered_calls);
    assert_eq!(unanswered, [1, 0], "the call has timed out");
    assert!(later.since_last_event >= Some(Duration::from_secs(60)), "{later:?}");

    let after = handle.status();
    assert!(!after.is_subscribed && after.peer.is_none(), "{after:?}");
    assert_eq!((after.framework_id.as_ref(), after.queued_events), (first.framework_id.as_ref(), 0));
}

#[tokio::test(start_paused = true)]
async fn dropped_driver_is_not_subscribed() {
    let masters = Arc::new(Masters::default());
    let info = FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let driver = SchedulerDriver::new(Address::new("first", 5050), info)
        .client_options(ClientOptions::new().connector(Network(masters)));
    let handle = driver.handle();
    let mut framework = Framework;
    assert!(timeout(Duration::from_secs(10), driver.run(&mut framework)).await.is_err(), "it runs on");
    let status = handle.status();
    assert!(!status.is_subscribed && status.framework_id.is_some(), "{status:?}");
}
