//! A store that fails, or does not return, when the driver has ended already.

use tokio::time::{Instant, sleep};

use super::*;
use crate::store::FrameworkStore;
use crate::{ClientOptions, ErrorKind};

/// Fails to save a second after it was asked to, and never returns from removing.
#[derive(Debug)]
struct Fails;

#[async_trait]
impl FrameworkStore for Fails {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        Ok(None)
    }

    async fn save(&self, _: &FrameworkId) -> Result<(), Error> {
        sleep(Duration::from_secs(1)).await;
        Err(Error::new(ErrorKind::Store, "the disk is full"))
    }

    async fn clear(&self) -> Result<(), Error> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn failure_to_store_outlasts_the_end() {
    let mut response = b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n".to_vec();
    response.extend(encode_record(&subscribed().encode_to_vec()));
    let info = FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let driver = SchedulerDriver::new(Address::new("m", 5050), info)
        .store(Fails)
        .client_options(ClientOptions::new().connector(Responds(response)));
    let handle = driver.handle();
    let mut framework = Framework;
    let (result, ()) = tokio::join!(driver.run(&mut framework), async {
        sleep(Duration::from_millis(500)).await;
        assert!(handle.status().is_subscribed, "the id is being stored");
        handle.abort();
    });
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Store);
}

/// Without a master there is nothing to tear down.
#[tokio::test(start_paused = true)]
async fn run_returns_though_the_store_never_does() {
    let info = FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let master = Master::with_detector("none", Nowhere);
    let driver = SchedulerDriver::new(master, info).store(Fails).stop_timeout(Duration::from_secs(7));
    driver.handle().stop();
    let began = Instant::now();
    let mut framework = Framework;
    let ended = timeout(Duration::from_secs(60), driver.run(&mut framework)).await;
    let error = ended.expect("it never returns").unwrap_err();
    assert_eq!((error.kind(), began.elapsed().as_secs()), (ErrorKind::Store, 7), "{error:#}");
    assert!(format!("{error:#}").contains("did not respond within 7 s"), "{error:#}");
}

/// Finds no master.
#[derive(Debug)]
struct Nowhere;

#[async_trait]
impl MasterDetector for Nowhere {
    async fn detect(&self, _: Option<&Address>) -> Result<Address, Error> {
        std::future::pending().await
    }

    async fn changed(&self, _: Option<&Address>) -> Address {
        std::future::pending().await
    }
}

/// Returns the id after this time.
#[derive(Debug)]
struct LoadsAfter(Duration);

#[async_trait]
impl FrameworkStore for LoadsAfter {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        sleep(self.0).await;
        Ok(Some(FrameworkId::from("stored")))
    }

    async fn save(&self, _: &FrameworkId) -> Result<(), Error> {
        Ok(())
    }

    async fn clear(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Runs a driver that finds no master and is stopped after 3 s. Returns how it ended, and when.
async fn stopped(store: LoadsAfter, stop: fn(&SchedulerHandle)) -> (Result<(), Error>, u64) {
    let info = FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let master = Master::with_detector("none", Nowhere);
    let driver = SchedulerDriver::new(master, info).store(store).stop_timeout(Duration::from_secs(7));
    let (handle, began, mut framework) = (driver.handle(), Instant::now(), Framework);
    let run = timeout(Duration::from_secs(60), driver.run(&mut framework));
    let (ended, ()) = tokio::join!(run, async {
        sleep(Duration::from_secs(3)).await;
        stop(&handle);
    });
    (ended.expect("it never returns"), began.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn stop_ends_a_driver_whose_store_hangs() {
    let hangs = || LoadsAfter(Duration::MAX);
    let (result, seconds) = stopped(hangs(), SchedulerHandle::stop).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), seconds), (ErrorKind::Store, 10), "{error:#}");
    assert!(error.to_string().contains("its store did not respond within 7 s"), "{error:#}");
    let (result, seconds) = stopped(hangs(), SchedulerHandle::stop_with_failover).await;
    assert!(result.is_ok() && seconds == 10, "{result:?} after {seconds} s");
    let (result, seconds) = stopped(hangs(), SchedulerHandle::abort).await;
    assert!(result.is_ok() && seconds == 3, "{result:?} after {seconds} s");
    let last_resort = |handle: &SchedulerHandle| {
        handle.stop();
        handle.abort();
    };
    let (result, seconds) = stopped(hangs(), last_resort).await;
    assert!(result.is_ok() && seconds == 3, "{result:?} after {seconds} s");
}

#[tokio::test(start_paused = true)]
async fn slow_store_leaves_less_time_to_stop() {
    let loads_after = |seconds| LoadsAfter(Duration::from_secs(seconds));
    for seconds in [0, 2, 5] {
        let (result, ended) = stopped(loads_after(seconds), SchedulerHandle::stop).await;
        assert_eq!((result.unwrap_err().kind(), ended), (ErrorKind::Timeout, 10), "no master confirms it");
        let (result, ended) = stopped(loads_after(seconds), SchedulerHandle::stop_with_failover).await;
        assert!(result.is_ok() && ended == seconds.max(3), "{result:?} after {ended} s");
    }
}
