//! The replayed master counts right: what is missing, doubled or wrong is noticed, so that no
//! client looks fast by it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use bench::floor::{self, Floor};
use bench::master::{Master, Pace, Report};
use bench::orders::{Orders, Until};
use bench::stream::{Mix, Stream};
use bench::{framework, stream};
use mesos_sdk::proto::v1::scheduler::Call;
use mesos_sdk::proto::v1::scheduler::call::{Acknowledge, Type};
use mesos_sdk::wire::Encoding;

/// A client's run to its end.
fn play(
    mix: Mix,
    encoding: Encoding,
    events: usize,
    until: Until,
    client: impl FnOnce(Orders) + Send + 'static,
) -> Report {
    let master = Master::start(Arc::new(Stream::new(mix, encoding, events)), until, None).unwrap();
    let orders = Orders { port: master.port(), events, encoding, until };
    let client = std::thread::spawn(move || client(orders));
    let report = master.wait(|| client.is_finished());
    client.join().unwrap();
    report
}

#[track_caller]
fn complete(report: &Report, until: Until) {
    assert_eq!(report.tally.fault(until), None);
    assert!(report.wall.is_some(), "{:?}", report.tally.calls);
}

#[test]
fn every_client_responds_to_everything() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for (mix, events) in [(Mix::Updates, 300), (Mix::Offers(3), 50)] {
            for floor in [Floor::Seq, Floor::Pipe] {
                let run = move |orders| floor::run(floor, orders).unwrap();
                complete(&play(mix, encoding, events, Until::Answers, run), Until::Answers);
            }
            let run = |orders| framework::run(orders, false).unwrap();
            complete(&play(mix, encoding, events, Until::Answers, run), Until::Answers);
        }
    }
}

#[test]
fn every_client_sees_the_last_event() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for (mix, events) in [(Mix::Small, 400), (Mix::Updates, 300), (Mix::Offers(3), 50)] {
            for floor in [Floor::Scan, Floor::Decode] {
                let run = move |orders| floor::run(floor, orders).unwrap();
                complete(&play(mix, encoding, events, Until::Teardown, run), Until::Teardown);
            }
            let run = |orders| framework::run(orders, true).unwrap();
            complete(&play(mix, encoding, events, Until::Teardown, run), Until::Teardown);
        }
    }
}

#[test]
fn a_pace_gives_every_event_its_latency() {
    let stream = Arc::new(Stream::new(Mix::Offers(3), Encoding::Protobuf, 20));
    let pace = Pace { every: Duration::from_millis(1), events: 4 };
    let master = Master::start(stream, Until::Answers, Some(pace)).unwrap();
    let orders =
        Orders { port: master.port(), events: 20, encoding: Encoding::Protobuf, until: Until::Answers };
    let client = std::thread::spawn(move || floor::run(Floor::Pipe, orders).unwrap());
    let report = master.wait(|| client.is_finished());
    client.join().unwrap();
    assert_eq!(report.latencies.len(), 20);
    assert!(report.latencies.is_sorted());
    complete(&report, Until::Answers);
}

#[test]
fn cluster_tasks_need_no_acknowledgement() {
    let mix = Mix::Cluster { agents: 30, tasks: 200 };
    let run = |orders| framework::run(orders, false).unwrap();
    let report = play(mix, Encoding::Protobuf, 201, Until::Answers, run);
    complete(&report, Until::Answers);
    assert_eq!(report.tally.calls.keys().collect::<Vec<_>>(), [&"DECLINE"]);
}

#[test]
fn missing_and_duplicate_responses_are_reported() {
    let report = play(Mix::Updates, Encoding::Protobuf, 5, Until::Answers, |orders| {
        let mut subscription = Caller::connect(orders.port);
        subscription.post(&subscribe(), false);
        let mut calls = Caller::connect(orders.port);
        for index in [0, 1, 1, 7] {
            calls.post(&acknowledge(index), true);
            assert!(calls.answer().starts_with("HTTP/1.1 202"));
        }
        calls.post(&acknowledge(2), false);
        assert!(calls.answer().starts_with("HTTP/1.1 400"), "without a stream id");
    });
    assert!(report.wall.is_none());
    let tally = report.tally;
    assert_eq!((tally.distinct, tally.repeated, tally.unexpected, tally.refused), (2, 1, 1, 1));
    let fault = tally.fault(Until::Answers).unwrap();
    assert!(fault.starts_with("3 of the expected answers are missing; 1 answers came twice"), "{fault}");
}

#[test]
fn pipelined_and_chunked_calls_are_counted() {
    let report = play(Mix::Updates, Encoding::Protobuf, 3, Until::Answers, |orders| {
        let mut subscription = Caller::connect(orders.port);
        subscription.post(&subscribe(), false);
        // So that the whole stream has been written when the last call comes.
        subscription.wait_for(b"-S2");
        let mut calls = Caller::connect(orders.port);
        let body = acknowledge(2);
        let chunked =
            format!("{HEAD}Mesos-Stream-Id: x\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len());
        let bytes = [request(&acknowledge(0), true), request(&acknowledge(1), true), chunked.into_bytes()];
        calls.0.write_all(&[bytes.concat(), body, b"\r\n0\r\n\r\n".to_vec()].concat()).unwrap();
        for _ in 0..3 {
            calls.wait_for(b"\r\n\r\n");
        }
    });
    complete(&report, Until::Answers);
}

const HEAD: &str = "POST /api/v1/scheduler HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n";

fn subscribe() -> Vec<u8> {
    let subscribe = Some(Box::default());
    encoded(&Call { r#type: Some(Type::Subscribe.into()), subscribe, ..Call::default() })
}

fn acknowledge(index: usize) -> Vec<u8> {
    let status = stream::event(Mix::Updates, index).update.unwrap().status;
    let acknowledge = Acknowledge {
        agent_id: status.agent_id.unwrap(),
        task_id: status.task_id,
        uuid: status.uuid.unwrap(),
    };
    let acknowledge = Some(acknowledge.into());
    encoded(&Call { r#type: Some(Type::Acknowledge.into()), acknowledge, ..Call::default() })
}

fn encoded(call: &Call) -> Vec<u8> {
    Encoding::Protobuf.encode(call).to_vec()
}

fn request(body: &[u8], has_stream_id: bool) -> Vec<u8> {
    let stream_id = if has_stream_id { "Mesos-Stream-Id: x\r\n" } else { "" };
    let head = format!("{HEAD}{stream_id}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A connection, byte by byte.
struct Caller(TcpStream);

impl Caller {
    fn connect(port: u16) -> Self {
        let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self(socket)
    }

    fn post(&mut self, body: &[u8], has_stream_id: bool) {
        self.0.write_all(&request(body, has_stream_id)).unwrap();
    }

    fn answer(&mut self) -> String {
        String::from_utf8(self.wait_for(b"\r\n\r\n")).unwrap()
    }

    fn wait_for(&mut self, end: &[u8]) -> Vec<u8> {
        let mut read = Vec::new();
        while !read.ends_with(end) {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            read.push(byte[0]);
        }
        read
    }
}
