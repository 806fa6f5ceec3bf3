use super::*;
use crate::proto::v1::AgentId;
use crate::proto::v1::master::event::{AgentRemoved, Subscribed, Type};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn master() -> Address {
    Address::new("m", 5050)
}

fn event(kind: Type) -> Event {
    Event { r#type: Some(kind.into()), ..Event::default() }
}

fn snapshot() -> Input {
    let subscribed = Subscribed { get_state: None, heartbeat_interval_seconds: Some(15.0) };
    Input::Stream(StreamEvent::Event(
        Box::new(Event { subscribed: Some(subscribed), ..event(Type::Subscribed) }),
        0,
    ))
}

fn agent_removed() -> Input {
    let agent_removed = Some(AgentRemoved { agent_id: AgentId::from("a") });
    Input::Stream(StreamEvent::Event(Box::new(Event { agent_removed, ..event(Type::AgentRemoved) }), 0))
}

/// Subscribed at 0 s.
fn subscribed() -> Watch {
    let mut watch = Watch::new(Trust::default(), 1);
    assert!(matches!(watch.step(seconds(0), Input::Leader(Ok(master()))).then, Do::Connect(_)));
    watch.step(seconds(0), Input::Stream(StreamEvent::Response(SubscribeResponse::Accepted(None))));
    let step = watch.step(seconds(0), snapshot());
    assert!(matches!(step.item, Some(Ok(ClusterEvent::Snapshot(_)))));
    watch
}

fn lost(step: &Step) -> bool {
    matches!(step.item, Some(Ok(ClusterEvent::Disconnected(_)))) && matches!(step.then, Do::Rest)
}

#[statement::proves(hb5)]
#[test]
fn five_missing_heartbeats_end_it() {
    let mut watch = subscribed();
    assert_eq!(watch.deadline(), Some(seconds(75)));
    watch.step(seconds(20), Input::Stream(StreamEvent::Event(Box::new(event(Type::Heartbeat)), 0)));
    assert_eq!(watch.deadline(), Some(seconds(95)));
    assert!(watch.step(seconds(94), Input::Tick).item.is_none());
    assert!(lost(&watch.step(seconds(95), Input::Tick)));
}

#[test]
fn snapshot_may_arrive_slowly() {
    let mut watch = Watch::new(Trust::default(), 1);
    watch.step(seconds(0), Input::Leader(Ok(master())));
    watch.step(seconds(0), Input::Stream(StreamEvent::Response(SubscribeResponse::Accepted(None))));
    for part in 1..=10 {
        watch.step(seconds(29 * part), Input::Stream(StreamEvent::Part));
        assert!(watch.step(seconds(29 * part), Input::Tick).item.is_none());
    }
    watch.step(seconds(300), Input::Stream(StreamEvent::Event(Box::new(event(Type::Heartbeat)), 0)));
    assert!(lost(&watch.step(seconds(320), Input::Tick)), "what comes instead does not count");
}

#[test]
fn own_pause_is_not_the_masters_silence() {
    let mut watch = subscribed();
    assert!(watch.step(seconds(3600), Input::Tick).item.is_none());
    assert!(lost(&watch.step(seconds(3675), Input::Tick)));
}

#[test]
fn slow_subscriber_keeps_the_subscription() {
    let mut watch = subscribed();
    watch.listen(seconds(3600));
    assert!(watch.step(seconds(3601), Input::Tick).item.is_none());
}

#[test]
fn lost_subscription_restarts_with_a_snapshot() {
    let mut watch = subscribed();
    assert!(lost(&watch.step(seconds(1), Input::Stream(StreamEvent::Ended(None)))));
    let again = watch.step(watch.deadline().unwrap(), Input::Tick);
    assert!(matches!(again.then, Do::Detect(Some(failed)) if failed == master()));
    watch.step(seconds(9), Input::Leader(Ok(master())));
    watch.step(seconds(9), Input::Stream(StreamEvent::Response(SubscribeResponse::Accepted(None))));
    assert!(watch.step(seconds(9), agent_removed()).item.is_none(), "a change before the snapshot");
    assert!(matches!(watch.step(seconds(9), snapshot()).item, Some(Ok(ClusterEvent::Snapshot(_)))));
    assert!(matches!(watch.step(seconds(9), agent_removed()).item, Some(Ok(ClusterEvent::AgentRemoved(_)))));
}

#[statement::proves(redir)]
#[test]
fn standby_leads_to_the_leader() {
    let mut watch = Watch::new(Trust::default(), 1);
    watch.step(seconds(0), Input::Leader(Ok(master())));
    for _ in 0..MAX_REDIRECTS {
        let step = watch.step(
            seconds(0),
            Input::Stream(StreamEvent::Response(SubscribeResponse::Redirected(Address::new("n", 1)))),
        );
        assert!(matches!(step.then, Do::Connect(to) if to.host() == "n"));
    }
    assert!(lost(
        &watch
            .step(seconds(0), Input::Stream(StreamEvent::Response(SubscribeResponse::Redirected(master()))))
    ));
}

#[test]
fn another_leader_is_followed_at_once() {
    let mut watch = subscribed();
    assert!(watch.step(seconds(1), Input::LeaderChanged(master())).item.is_none());
    let step = watch.step(seconds(1), Input::LeaderChanged(Address::new("n", 1)));
    assert!(matches!(step.item, Some(Ok(ClusterEvent::Disconnected(_)))));
    assert!(matches!(step.then, Do::Connect(to) if to.host() == "n"));
}

#[test]
fn permanent_failure_ends_it() {
    let mut watch = Watch::new(Trust::default(), 1);
    watch.step(seconds(0), Input::Leader(Ok(master())));
    let refused = SubscribeResponse::Refused(Error::new(ErrorKind::Unauthorized, "no"));
    let step = watch.step(seconds(0), Input::Stream(StreamEvent::Response(refused)));
    assert!(matches!(step.item, Some(Err(error)) if error.kind() == ErrorKind::Unauthorized));
    assert!(matches!(step.then, Do::Finish) && watch.is_over());
}

#[test]
fn non_mesos_peer_is_final_only_at_first() {
    let stranger = || {
        Input::Stream(StreamEvent::Response(SubscribeResponse::Refused(Error::new(
            ErrorKind::NotMesos,
            "a page",
        ))))
    };
    let mut watch = Watch::new(Trust::default(), 1);
    watch.step(seconds(0), Input::Leader(Ok(master())));
    assert!(matches!(watch.step(seconds(0), stranger()).then, Do::Finish));
    let mut watch = subscribed();
    watch.step(seconds(1), Input::Stream(StreamEvent::Ended(None)));
    watch.step(seconds(60), Input::Tick);
    watch.step(seconds(60), Input::Leader(Ok(master())));
    assert!(lost(&watch.step(seconds(60), stranger())));
}

#[test]
fn late_response_is_a_failed_attempt() {
    let mut watch = Watch::new(Trust::default(), 1);
    watch.step(seconds(0), Input::Leader(Ok(master())));
    assert!(lost(&watch.step(seconds(30), Input::Tick)));
}

fn undecodable() -> Input {
    let reason = crate::wire::Encoding::Protobuf.decode::<Event>(b"\xff").unwrap_err();
    Input::Stream(StreamEvent::Undecodable(Undecodable::new("master m:5050", "an event", b"\xff", reason)))
}

#[test]
fn undecodable_event_is_reported_and_skipped() {
    let mut watch = subscribed();
    for count in 1..=2 {
        let step = watch.step(seconds(74), undecodable());
        let Some(Ok(ClusterEvent::Undecodable(record))) = step.item else { panic!("{:?}", step.item) };
        assert!(record.count == count && matches!(step.then, Do::GoOn));
    }
    assert_eq!(watch.deadline(), Some(seconds(74 + 75)));
    assert!(matches!(watch.step(seconds(75), agent_removed()).item, Some(Ok(ClusterEvent::AgentRemoved(_)))));
}

#[test]
fn undecodable_snapshot_is_retried_with_backoff() {
    let mut watch = Watch::new(Trust::default(), 1);
    let mut now = seconds(0);
    for _ in 0..20 {
        watch.step(now, Input::Leader(Ok(master())));
        watch.step(now, Input::Stream(StreamEvent::Response(SubscribeResponse::Accepted(None))));
        assert!(lost(&watch.step(now, undecodable())));
        now = watch.deadline().unwrap();
        assert!(matches!(watch.step(now, Input::Tick).then, Do::Detect(_)));
    }
    assert!(now > seconds(60), "{now:?}");
}

#[statement::proves(redir)]
#[test]
fn bad_redirect_gives_the_next_its_turn() {
    let elsewhere = || {
        Input::Stream(StreamEvent::Response(SubscribeResponse::Redirected(Address::new("unreachable", 1))))
    };
    for redirects in [1, MAX_REDIRECTS + 1] {
        let mut watch = Watch::new(Trust::default(), 1);
        watch.step(seconds(0), Input::Leader(Ok(master())));
        for _ in 0..redirects {
            watch.step(seconds(0), elsewhere());
        }
        let error = Error::new(ErrorKind::Unavailable, "unreachable");
        watch.step(seconds(0), Input::Stream(StreamEvent::Response(SubscribeResponse::Failed(error))));
        let again = watch.step(watch.deadline().unwrap(), Input::Tick);
        assert!(matches!(again.then, Do::Detect(Some(failed)) if failed == master()));
    }
}

#[statement::proves(hb5)]
#[test]
fn senseless_interval_is_tolerated() {
    for interval in [0.0, 1e-12, -1.0, f64::NAN, 3.7e18, 1e19, f64::INFINITY] {
        let mut watch = Watch::new(Trust::default(), 1);
        watch.step(seconds(1), Input::Leader(Ok(master())));
        watch.step(seconds(1), Input::Stream(StreamEvent::Response(SubscribeResponse::Accepted(None))));
        let subscribed = Subscribed { get_state: None, heartbeat_interval_seconds: Some(interval) };
        let event = Event { subscribed: Some(subscribed), ..event(Type::Subscribed) };
        watch.step(seconds(1), Input::Stream(StreamEvent::Event(Box::new(event), 0)));
        assert!(watch.step(seconds(5), Input::Tick).item.is_none(), "{interval}");
        assert!(watch.deadline().is_none_or(|deadline| deadline > seconds(5)), "{interval}");
    }
}
