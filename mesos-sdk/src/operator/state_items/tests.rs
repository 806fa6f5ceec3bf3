use std::io;
use std::time::Duration;

use futures::StreamExt as _;
use peer::{Connection, Peer, Response, response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::*;
use crate::http::{Connector, Io};
use crate::operator::MasterOperator;
use crate::proto::v1::master;
use crate::proto::v1::master::response::GetTasks;
use crate::proto::v1::{Task, TaskId};
use crate::wire::Encoding;
use crate::{Address, ClientOptions, Master, async_trait};

/// A master that follows a script.
#[derive(Debug)]
struct Scripted(Peer);

#[async_trait]
impl Connector for Scripted {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (near, far) = duplex(1 << 10);
        tokio::spawn(self.0.clone().serve(far));
        Ok(Box::new(near))
    }
}

fn operator(encoding: Encoding, response: impl Fn() -> Response + Send + Sync + 'static) -> MasterOperator {
    let options = ClientOptions::new()
        .encoding(encoding)
        .connector(Scripted(Peer::new(move |_| response())))
        .max_message_size(1000);
    MasterOperator::new(Master::from(Address::new("m", 5050))).client_options(options)
}

fn task(id: &str) -> Task {
    Task { task_id: TaskId::from(id), ..Task::default() }
}

fn encoded(encoding: Encoding, tasks: Vec<Task>) -> Bytes {
    let unreachable_tasks = vec![task("unreachable")];
    let get_tasks = GetTasks { tasks, unreachable_tasks, ..GetTasks::default() };
    encoding.encode(&master::Response { get_tasks: Some(get_tasks.into()), ..master::Response::default() })
}

/// Returns a response with this body, after which the connection closes.
fn closing(body: &[u8]) -> Response {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    Response::closing([head.as_bytes(), body].concat())
}

/// Returns the ids of the tasks, and the kinds of errors.
async fn ids(operator: &MasterOperator) -> Vec<String> {
    let items = operator.tasks().map(|task| match task {
        Ok(task) => task.task_id.value,
        Err(error) => format!("{:?}", error.kind()),
    });
    items.collect().await
}

#[tokio::test]
async fn only_what_is_asked_for_is_returned() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let response = move || closing(&encoded(encoding, vec![task("a"), task("b")]));
        let operator = operator(encoding, response);
        assert_eq!(ids(&operator).await, ["a", "b"]);
        let unreachable: Vec<_> = operator.unreachable_tasks().map(Result::unwrap).collect().await;
        assert_eq!(unreachable, [task("unreachable")]);
        assert_eq!(operator.completed_tasks().count().await, 0);
        let error = operator.agents().next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotMesos, "{error:#}");
    }
}

/// Sends the head and all of the body but the last byte, which is for `rest`.
async fn begin(connection: &mut Connection, body: &[u8]) -> io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(&body[..body.len() - 1]).await
}

#[tokio::test]
async fn item_is_returned_before_the_next_arrives() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let operator = operator(encoding, move || {
            Response::hand_over(move |mut connection| async move {
                begin(&mut connection, &encoded(encoding, vec![task("a"), task("b")])).await?;
                std::future::pending().await
            })
        });
        let mut tasks = operator.tasks();
        assert_eq!(tasks.next().await.unwrap().unwrap().task_id.value, "a");
        assert_eq!(tasks.next().await.unwrap().unwrap().task_id.value, "b");
    }
}

#[tokio::test]
async fn dropping_it_closes_the_connection() {
    let (sender, closed) = oneshot::channel();
    let sender = std::sync::Mutex::new(Some(sender));
    let operator = operator(Encoding::Protobuf, move || {
        let sender = sender.lock().unwrap().take().unwrap();
        Response::hand_over(move |mut connection| async move {
            begin(&mut connection, &encoded(Encoding::Protobuf, vec![task("a")])).await?;
            let _ = sender.send(connection.read(&mut [0; 9]).await?);
            Ok(())
        })
    });
    let mut tasks = operator.tasks();
    assert!(tasks.next().await.unwrap().is_ok());
    drop(tasks);
    assert_eq!(closed.await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_silence_takes_too_long() {
    let operator = operator(Encoding::Protobuf, || {
        Response::hand_over(|mut connection| async move {
            let body = encoded(Encoding::Protobuf, vec![task("a"), task("b")]);
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await?;
            for byte in &body[..] {
                sleep(Duration::from_secs(29)).await;
                connection.write_all(&[*byte]).await?;
            }
            std::future::pending().await
        })
    });
    let mut tasks = operator.tasks();
    assert!(tasks.next().await.unwrap().is_ok() && tasks.next().await.unwrap().is_ok());
    let error = tasks.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.to_string(), "master m:5050 sent no more of its response to GET_TASKS for 30 s");
    assert!(tasks.next().await.is_none());
}

#[tokio::test]
async fn cut_off_response_is_an_error() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let cut = move |length: &'static str| {
            operator(encoding, move || {
                let body = encoded(encoding, vec![task("a")]);
                let head = format!("HTTP/1.1 200 OK\r\n{length}\r\n");
                Response::closing([head.as_bytes(), &body[..body.len() - 1]].concat())
            })
        };
        // With a length, HTTP notices; without one, only the message shows it.
        for operator in [cut("Content-Length: 1000\r\n"), cut("")] {
            assert_eq!(ids(&operator).await, ["a", "Disconnected"]);
        }
    }
}

#[tokio::test]
async fn undecodable_item_does_not_end_it() {
    // Of the right length, but not a message.
    let malformed = |mut body: Vec<u8>, item: &[u8]| {
        let at = body.windows(item.len()).position(|window| window == item).unwrap();
        body[at..at + item.len()].fill(b'1');
        body
    };
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let item = encoding.encode(&task("bad"));
        let body = encoded(encoding, vec![task("a"), task("bad"), task("b")]).to_vec();
        let body = malformed(body, &item);
        let operator = operator(encoding, move || closing(&body));
        assert_eq!(ids(&operator).await, ["a", "Undecodable", "b"]);
        let error = operator.tasks().skip(1).next().await.unwrap().unwrap_err();
        let text =
            "master m:5050 sends an item of the response to GET_TASKS that can't be decoded: malformed";
        assert!(format!("{error:#}").starts_with(text), "{error:#}");
    }
}

#[tokio::test]
async fn too_large_item_ends_it() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let tasks = vec![task("a"), task(&"x".repeat(1000)), task("b")];
        let operator = operator(encoding, move || closing(&encoded(encoding, tasks.clone())));
        assert_eq!(ids(&operator).await, ["a", "Invalid"]);
    }
}

#[tokio::test]
async fn malformed_response_ends_it() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let operator = operator(encoding, || closing(b"\x0bnothing"));
        assert_eq!(ids(&operator).await, ["Undecodable"]);
    }
}

#[tokio::test]
async fn refused_call_is_an_error() {
    let refusal = response(403, &[], "not you");
    let operator = operator(Encoding::Protobuf, move || Response::with(&refusal));
    let error = operator.tasks().next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.to_string().ends_with("not you"), "{error}");
}
