//! Many calls at a time on one connection: their order, and what becomes of them when the peer does
//! not like it.

mod deciding;
mod hanging;
mod late;
mod master;
mod results;
mod writing;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use master::{ACCEPTED, Received, ScriptedMaster};
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::{FrameworkInfo, MachineId, Offer, TaskStatus};
use mesos_sdk::scheduler::Subscription;
use mesos_sdk::security::{Authenticator, Secret};
use mesos_sdk::{
    Address, ClientOptions, Error, ErrorKind, HandlerResult, Master, Scheduler, SchedulerDriver,
    SchedulerHandle, async_trait,
};
use peer::Response;
use tokio::sync::oneshot;

/// Reports when it is subscribed.
struct Waits(Option<oneshot::Sender<()>>);

#[async_trait]
impl Scheduler for Waits {
    async fn subscribed(&mut self, _: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.0.take().map(|subscribed| subscribed.send(()));
        Ok(())
    }

    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

fn driver(peer: &ScriptedMaster) -> SchedulerDriver {
    let master = Master::from(Address::new("m", 5050));
    let framework = FrameworkInfo { name: "n".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    SchedulerDriver::new(master, framework).client_options(ClientOptions::new().connector(peer.clone()))
}

/// Makes so many calls at once; gives their results, in order.
async fn call(
    driver: SchedulerDriver,
    calls: usize,
) -> Result<Vec<Result<(), ErrorKind>>, Box<dyn std::error::Error>> {
    let (handle, (sender, subscribed)) = (driver.handle(), oneshot::channel());
    let running = tokio::spawn(async move { driver.run(&mut Waits(Some(sender))).await });
    subscribed.await?;
    let sendings: Vec<_> = (0..calls).map(|call| handle.revive([call.to_string()])).collect();
    let mut results = Vec::new();
    for sending in sendings {
        results.push(sending.await.map_err(|error| error.kind()));
    }
    handle.abort();
    running.await??;
    Ok(results)
}

fn numbers(calls: usize) -> Vec<String> {
    (0..calls).map(|call| call.to_string()).collect()
}

#[tokio::test]
async fn calls_arrive_in_order() {
    let peer = ScriptedMaster::new(|_| Response::with(ACCEPTED));
    let results = call(driver(&peer), 2000).await.unwrap();
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(peer.taken(), numbers(2000));
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn responses_of_every_shape_are_matched() {
    let peer = ScriptedMaster::new(|came| {
        let answer = match came.number % 4 {
            0 => "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\nyes"
                .to_owned(),
            1 => {
                "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n".to_owned()
            }
            2 => "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno".to_owned(),
            _ => format!("HTTP/1.1 403 No\r\nContent-Length: 200000\r\n\r\n{}", "x".repeat(200_000)),
        };
        Response::with(answer)
    });
    let results = call(driver(&peer), 8).await.unwrap();
    let once = [Ok(()), Ok(()), Err(ErrorKind::Rejected), Err(ErrorKind::Forbidden)];
    assert_eq!(results, [once, once].concat());
}

#[tokio::test]
async fn close_after_each_response_costs_no_call() {
    for answer in [
        "HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\n\r\n",
        "HTTP/1.0 202 Accepted\r\nContent-Length: 0\r\n\r\n",
    ] {
        let peer = ScriptedMaster::new(move |_| Response::closing(answer));
        let results = call(driver(&peer), 20).await.unwrap();
        assert!(results.iter().all(Result::is_ok), "{answer}: {results:?}");
        assert_eq!(peer.taken(), numbers(20), "{answer}");
        assert_eq!(peer.connections(), 20, "{answer}");
    }
}

#[tokio::test]
async fn calls_behind_announced_close_are_uncertain() {
    let peer = ScriptedMaster::new(|came| match came.number {
        9 => Response::closing("HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        _ => Response::with(ACCEPTED),
    });
    let results = call(driver(&peer), 100).await.unwrap();
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(ErrorKind::Disconnected))));
    assert!(results[..10].iter().all(Result::is_ok), "{results:?}");
    assert!(results[10..].iter().any(Result::is_err), "they were written: {results:?}");
    let rest: Vec<_> =
        results.iter().zip(numbers(100)).filter(|(result, _)| result.is_ok()).map(|(_, call)| call).collect();
    assert_eq!(peer.taken(), rest, "each once, in order");
}

#[tokio::test]
async fn possibly_arrived_calls_are_not_repeated() {
    let peer = ScriptedMaster::new(|came| match (came.connection, came.number) {
        (0, 3) => Response::closing(""),
        _ => Response::with(ACCEPTED),
    });
    let results = call(driver(&peer), 1000).await.unwrap();
    let lost: Vec<_> = (0..1000).filter(|call| results[*call].is_err()).collect();
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(ErrorKind::Disconnected))));
    // The fourth was taken from the connection, and with it some more that were written.
    assert_eq!(lost, (3..3 + lost.len()).collect::<Vec<_>>());
    assert!((1..=256).contains(&lost.len()), "{} are lost", lost.len());
    let rest: Vec<_> =
        numbers(1000).into_iter().filter(|call| !lost.contains(&call.parse().unwrap())).collect();
    assert_eq!(peer.taken(), rest, "each once, in order");
}

#[tokio::test(start_paused = true)]
async fn unanswered_call_fails_with_those_behind_it() {
    let peer = ScriptedMaster::new(|came| match (came.connection, came.number) {
        (0, 1..) => Response::with(""),
        _ => Response::with(ACCEPTED),
    });
    let results = call(driver(&peer), 300).await.unwrap();
    assert_eq!(results[0], Ok(()));
    assert_eq!(results[1], Err(ErrorKind::Timeout));
    assert!(results[2..257].iter().all(|result| *result == Err(ErrorKind::Disconnected)), "{results:?}");
    assert!(results[257..].iter().all(Result::is_ok), "not sent before: {results:?}");
}

/// Gives a newer token each time that the last one is refused.
#[derive(Debug, Default)]
struct Tokens {
    refused: AtomicUsize,
}

#[async_trait]
impl Authenticator for Tokens {
    async fn authorization(&self, _: &Address) -> Result<Option<Secret>, Error> {
        Ok(Some(Secret::new(format!("token {}", self.refused.load(Ordering::SeqCst)))))
    }

    async fn refused(&self, peer: &Address, refused: Option<&Secret>) -> Result<bool, Error> {
        if self.authorization(peer).await?.as_ref() == refused {
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
        Ok(true)
    }
}

#[tokio::test]
async fn calls_with_an_old_token_are_repeated() {
    let tokens = Arc::<Tokens>::default();
    let refuses = |came: &Received| came.number >= 5 && came.head.contains("authorization: token 0\r\n");
    let peer = ScriptedMaster::new(move |came| match refuses(came) {
        true => Response::with("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
        false => Response::with(ACCEPTED),
    });
    let driver =
        driver(&peer).client_options(ClientOptions::new().authenticator(Arc::<Tokens>::clone(&tokens)));
    let results = call(driver, 600).await.unwrap();
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(peer.taken(), numbers(600));
    assert_eq!(tokens.refused.load(Ordering::SeqCst), 1, "once for all of them");
}

/// What discards a token without a look at which one was refused loses the newer one to a late
/// refusal.
#[tokio::test]
async fn shared_token_is_discarded_once() {
    let tokens = Arc::<Tokens>::default();
    let peer = ScriptedMaster::new(|came| match came.head.contains("authorization: token 1\r\n") {
        true => Response::with(ACCEPTED),
        false => Response::with("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
    });
    let operator = MasterOperator::new(Master::from(Address::new("m", 5050))).client_options(
        ClientOptions::new().connector(peer.clone()).authenticator(Arc::<Tokens>::clone(&tokens)),
    );
    let machines = || vec![MachineId { hostname: Some("h".to_owned()), ip: None }];
    let starts = (0..10).map(|_| operator.start_maintenance(machines()));
    let calls = call(
        driver(&peer).client_options(ClientOptions::new().authenticator(Arc::<Tokens>::clone(&tokens))),
        20,
    );
    let (by_operator, by_driver) = tokio::join!(join_all(starts), calls);
    assert!(by_operator.iter().all(Result::is_ok), "{by_operator:?}");
    assert!(by_driver.unwrap().iter().all(Result::is_ok));
    assert_eq!(tokens.refused.load(Ordering::SeqCst), 1, "once for all of them");
}

#[tokio::test]
async fn non_http_fails_the_calls_behind_it() {
    let peer = ScriptedMaster::new(|came| match (came.connection, came.number) {
        (0, 3) => Response::closing("nonsense"),
        _ => Response::with(ACCEPTED),
    });
    let results = call(driver(&peer), 300).await.unwrap();
    assert_eq!(results[..4], [Ok(()), Ok(()), Ok(()), Err(ErrorKind::Disconnected)]);
    assert!(results[4..].iter().all(|result| matches!(result, Ok(()) | Err(ErrorKind::Disconnected))));
    let rest: Vec<_> =
        results.iter().zip(numbers(300)).filter(|(result, _)| result.is_ok()).map(|(_, call)| call).collect();
    assert_eq!(peer.taken(), rest, "each once, in order");
}

#[tokio::test]
async fn lost_leadership_repeats_no_later_call() {
    let peer = ScriptedMaster::new(|came| match (came.connection, came.number) {
        (0, 3..) => Response::with("HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n\r\n"),
        _ => Response::with(ACCEPTED),
    });
    let results = call(driver(&peer), 100).await.unwrap();
    assert_eq!(results[..4], [Ok(()), Ok(()), Ok(()), Err(ErrorKind::NotSubscribed)]);
    assert!(results[4..].iter().all(|result| *result == Err(ErrorKind::Disconnected)), "{results:?}");
    assert_eq!(peer.taken(), numbers(3));
}

#[tokio::test]
async fn operator_keeps_its_connection() {
    let peer = ScriptedMaster::new(|_| Response::with(ACCEPTED));
    let operator = MasterOperator::new(Master::from(Address::new("m", 5050)))
        .client_options(ClientOptions::new().connector(peer.clone()));
    for _ in 0..5 {
        operator
            .start_maintenance(vec![MachineId { hostname: Some("h".to_owned()), ip: None }])
            .await
            .unwrap();
    }
    assert_eq!((peer.taken().len(), peer.connections()), (5, 1));
}

/// As [`Tokens`], slowly.
#[derive(Debug, Default)]
struct SlowTokens {
    tokens: Tokens,
    /// How often it was asked for a newer token.
    questions: AtomicUsize,
}

#[async_trait]
impl Authenticator for SlowTokens {
    async fn authorization(&self, peer: &Address) -> Result<Option<Secret>, Error> {
        let token = self.tokens.authorization(peer).await;
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        token
    }

    async fn refused(&self, peer: &Address, refused: Option<&Secret>) -> Result<bool, Error> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        self.tokens.refused(peer, refused).await
    }
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_not_used_again() {
    let refuses = |came: &Received| came.number >= 5 && came.head.contains("authorization: token 0\r\n");
    let peer = ScriptedMaster::new(move |came| match refuses(came) {
        true => Response::with("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
        false => Response::with(ACCEPTED),
    });
    let tokens = Arc::<SlowTokens>::default();
    let driver =
        driver(&peer).client_options(ClientOptions::new().authenticator(Arc::<SlowTokens>::clone(&tokens)));
    let results = call(driver, 20).await.unwrap();
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(peer.taken(), numbers(20));
    assert_eq!(tokens.questions.load(Ordering::SeqCst), 1, "once for all of them");
}

/// Credentials that come once and then never again.
#[derive(Debug, Default)]
struct LostTokens(AtomicUsize);

#[async_trait]
impl Authenticator for LostTokens {
    async fn authorization(&self, _: &Address) -> Result<Option<Secret>, Error> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            // SUBSCRIBE, and one call.
            0 | 1 => Ok(None),
            _ => std::future::pending().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn call_without_credentials_fails_alone() {
    let peer = ScriptedMaster::new(|_| Response::with(ACCEPTED));
    let results = call(
        driver(&peer).client_options(ClientOptions::new().authenticator(Arc::<LostTokens>::default())),
        3,
    )
    .await
    .unwrap();
    assert_eq!(results, [Ok(()), Err(ErrorKind::Timeout), Err(ErrorKind::Timeout)]);
    assert_eq!(peer.taken(), numbers(1));
}
