//! A process that is not polled for longer than a master's heartbeats may be missing.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use mesos_sdk::proto::v1::scheduler::call::Type;
use mesos_sdk::proto::v1::scheduler::{Call, Event, event};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, Offer, TaskStatus};
use mesos_sdk::scheduler::Subscription;
use mesos_sdk::wire::encode_record;
use mesos_sdk::{Address, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};
use prost::Message as _;
use tokio::sync::oneshot;

/// Five of them may be missing.
const HEARTBEAT: Duration = Duration::from_millis(50);

/// A master on a thread of its own, which counts subscriptions.
fn master() -> io::Result<(SocketAddr, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (address, subscriptions) = (listener.local_addr()?, Arc::<AtomicUsize>::default());
    let counted = Arc::clone(&subscriptions);
    thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let counted = Arc::clone(&counted);
            // It ends with an error, when the driver closes the connection.
            thread::spawn(move || serve(connection, &counted));
        }
    });
    Ok((address, subscriptions))
}

fn serve(mut connection: TcpStream, subscriptions: &AtomicUsize) -> io::Result<()> {
    let mut requests = BufReader::new(connection.try_clone()?);
    loop {
        let (mut length, mut line) = (0, String::new());
        while line != "\r\n" {
            line.clear();
            if requests.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        requests.read_exact(&mut body)?;
        if Call::decode(&body[..])?.r#type() == Type::Subscribe {
            subscriptions.fetch_add(1, Ordering::SeqCst);
            return stream(connection);
        }
        connection.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")?;
    }
}

fn stream(mut connection: TcpStream) -> io::Result<()> {
    let subscribed = event::Subscribed {
        framework_id: FrameworkId { value: "f".to_owned() },
        heartbeat_interval_seconds: Some(HEARTBEAT.as_secs_f64()),
        master_info: None,
    };
    let subscribed = Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(subscribed),
        ..Event::default()
    };
    let heartbeat = Event { r#type: Some(event::Type::Heartbeat.into()), ..Event::default() };
    connection.write_all(b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n")?;
    connection.write_all(&encode_record(&subscribed.encode_to_vec()))?;
    loop {
        thread::sleep(HEARTBEAT / 2);
        connection.write_all(&encode_record(&heartbeat.encode_to_vec()))?;
    }
}

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

#[tokio::test]
async fn hb5_a_pause_does_not_end_a_subscription_whose_heartbeats_have_come() {
    let (address, subscriptions) = master().unwrap();
    let framework = FrameworkInfo { name: "n".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let driver = SchedulerDriver::new(Address::new("127.0.0.1", address.port()), framework);
    let (handle, (sender, subscribed)) = (driver.handle(), oneshot::channel());
    let running = tokio::spawn(async move { driver.run(&mut Waits(Some(sender))).await });
    subscribed.await.unwrap();
    for _ in 0..8 {
        // Nobody is polled on the one thread, and what comes first after that is a call.
        thread::sleep(8 * HEARTBEAT);
        handle.revive(vec![]).await.unwrap();
        tokio::time::sleep(HEARTBEAT).await;
    }
    assert_eq!(subscriptions.load(Ordering::SeqCst), 1);
    handle.abort();
    running.await.unwrap().unwrap();
}
