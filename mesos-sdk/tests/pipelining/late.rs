//! Calls that are never answered, and answers that never end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mesos_sdk::proto::v1::scheduler::call::Type;
use mesos_sdk::{ClientOptions, ErrorKind};
use peer::Response;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::master::{ACCEPTED, ScriptedMaster};
use crate::{Waits, call, driver, numbers};

#[tokio::test(start_paused = true)]
async fn every_call_has_its_own_time() {
    let peer = ScriptedMaster::new(|_| Response::with(""));
    let began = Instant::now();
    let results =
        call(driver(&peer).client_options(ClientOptions::new().call_timeout(Duration::from_secs(1))), 12)
            .await
            .unwrap();
    assert_eq!(results, [Err(ErrorKind::Timeout); 12]);
    assert!(began.elapsed() < Duration::from_millis(1100), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn one_extra_connection_is_opened_in_vain() {
    // The first call of each connection is answered, and none after it.
    let peer = ScriptedMaster::new(|came| match came.number {
        0 => Response::with(ACCEPTED),
        _ => Response::with(""),
    });
    let began = Instant::now();
    let results =
        call(driver(&peer).client_options(ClientOptions::new().call_timeout(Duration::from_secs(1))), 1500)
            .await
            .unwrap();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
    assert!(began.elapsed() < Duration::from_millis(2100), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn acknowledgement_overtakes_stuck_calls() {
    let acknowledged = Arc::<Mutex<Option<Instant>>>::default();
    let at = Arc::clone(&acknowledged);
    let peer = ScriptedMaster::with_updates(&[1], move |came| match came.call.r#type() {
        Type::Acknowledge => {
            *at.lock().unwrap() = Some(Instant::now());
            Response::with(ACCEPTED)
        }
        _ => Response::with(""),
    });
    let began = Instant::now();
    let results =
        call(driver(&peer).client_options(ClientOptions::new().call_timeout(Duration::from_secs(10))), 12)
            .await
            .unwrap();
    assert_eq!(results, [Err(ErrorKind::Timeout); 12]);
    let acknowledged = acknowledged.lock().unwrap().expect("no acknowledgement");
    assert!(acknowledged.duration_since(began) < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn acknowledgement_follows_working_calls() {
    let peer = ScriptedMaster::with_updates(&[1], |_| Response::with(ACCEPTED));
    let driver = driver(&peer);
    let (handle, (sender, subscribed)) = (driver.handle(), oneshot::channel());
    let running = tokio::spawn(async move { driver.run(&mut Waits(Some(sender))).await });
    subscribed.await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(peer.taken(), [""], "the acknowledgement");
    handle.revive(["after it"]).await.unwrap();
    assert_eq!((peer.taken(), peer.connections()), (vec![String::new(), "after it".to_owned()], 1));
    handle.abort();
    running.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn unterminated_success_completes_at_once() {
    for answer in ["HTTP/1.1 202 Accepted\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nmore"] {
        let peer = ScriptedMaster::new(move |_| Response::with(answer));
        let began = Instant::now();
        let results = call(driver(&peer), 3).await.unwrap();
        assert_eq!(results, [Ok(()); 3]);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    }
}

/// The status decides: nobody needs the rest, for which a connection is not held up for long.
#[tokio::test(start_paused = true)]
async fn stalled_success_is_certain() {
    for answer in [
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
        "HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\nabc",
    ] {
        let peer = ScriptedMaster::new(move |_| Response::with(answer));
        let began = Instant::now();
        assert_eq!(call(driver(&peer), 3).await.unwrap(), [Ok(()); 3]);
        assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn unterminated_refusals_do_not_hold_up_calls() {
    let peer = ScriptedMaster::new(|_| Response::with("HTTP/1.1 400 Bad Request\r\n\r\nno"));
    let began = Instant::now();
    assert_eq!(call(driver(&peer), 3).await.unwrap(), [Err(ErrorKind::Rejected); 3]);
    assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn unterminated_refusal_is_certain() {
    let peer = ScriptedMaster::new(|_| Response::with("HTTP/1.1 400 Bad Request\r\n\r\nno"));
    let results = call(driver(&peer), 1).await.unwrap();
    assert_eq!(results, [Err(ErrorKind::Rejected)]);
}

#[tokio::test]
async fn truncated_success_is_certain() {
    let cut = "HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\nabc";
    let peer = ScriptedMaster::new(move |_| Response::closing(cut));
    let results = call(driver(&peer), 3).await.unwrap();
    assert_eq!(results, [Ok(()); 3]);
    assert_eq!(peer.taken(), numbers(3));
}

#[tokio::test]
async fn a_refusal_that_is_cut_off_is_in_doubt() {
    let cut = "HTTP/1.1 400 Bad Request\r\nContent-Length: 10\r\n\r\nabc";
    let peer = ScriptedMaster::new(move |_| Response::closing(cut));
    assert_eq!(call(driver(&peer), 1).await.unwrap(), [Err(ErrorKind::Disconnected)]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_stops_coming_is_in_doubt() {
    let stops = "HTTP/1.1 400 Bad Request\r\nContent-Length: 10\r\n\r\nabc";
    let peer = ScriptedMaster::new(move |_| Response::with(stops));
    assert_eq!(call(driver(&peer), 1).await.unwrap(), [Err(ErrorKind::Timeout)]);
}
