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
