use mesos_sdk::proto::v1::scheduler::call::UpdateFramework;

use super::*;

#[statement::proves(newid)]
#[test]
fn each_subscription_without_id_is_a_framework() {
    let mut cluster = Cluster::new();
    let (first, second) = (cluster.subscribe(info()), cluster.subscribe(info()));
    assert!(first.id.ends_with("-0000") && second.id.ends_with("-0001"), "{first:?} {second:?}");
    assert_ne!(first.stream, second.stream);
}

#[statement::proves(streamhdr)]
#[test]
fn subscribe_with_a_stream_id_is_400() {
    let text = "Subscribe calls should not include the 'Mesos-Stream-Id' header";
    let response = Cluster::new().call(subscribe(info()), Some("x"));
    assert_eq!(response, CallResponse::BadRequest(text.into()));
}

#[statement::proves(hb)]
#[test]
fn heartbeats_at_once_and_every_15_seconds() {
    let mut cluster = Cluster::new();
    let CallResponse::Stream(stream) = cluster.call(subscribe(info()), None) else { panic!("no stream") };
    let events = cluster.events(&stream);
    assert_eq!(events[0].subscribed.as_ref().unwrap().heartbeat_interval_seconds, Some(15.0));
    assert_eq!(events[1].r#type(), event::Type::Heartbeat);
    cluster.pass(seconds(14));
    assert!(cluster.events(&stream).is_empty());
    cluster.pass(seconds(31));
    assert_eq!(cluster.events(&stream).len(), 3);
}

#[test]
fn heartbeats_can_be_switched_off() {
    let mut cluster = Cluster::new();
    let framework = cluster.subscribe(info());
    cluster.input(Input::Heartbeats(false));
    cluster.pass(seconds(60));
    assert!(cluster.events(&framework.stream).is_empty());
}

#[statement::proves(chosenid)]
#[test]
fn unseen_id_is_accepted() {
    let mut cluster = Cluster::new();
    let chosen = Framework { id: "chosen".into(), stream: String::new() };
    let first = cluster.subscribe(with_id(&chosen));
    let second = cluster.subscribe(with_id(&chosen));
    assert_eq!((first.id.as_str(), second.id.as_str()), ("chosen", "chosen"));
}

#[statement::proves(idboth)]
#[test]
fn different_ids_are_400() {
    let mut call = subscribe(info());
    call.framework_id = Some(FrameworkId::from("a"));
    let text =
        "Failed to validate scheduler::Call: 'framework_id' differs from 'subscribe.framework_info.id'";
    assert_eq!(Cluster::new().call(call, None), CallResponse::BadRequest(text.into()));
}

#[statement::proves(roles)]
#[test]
fn semantic_errors_are_events() {
    let multi_role = with_capability(capability::Type::MultiRole);
    let cases = [
        (with_role("/a"), "'FrameworkInfo.role' is not a valid role: Role '/a' cannot start with a slash"),
        (
            FrameworkInfo { roles: vec!["a".into()], ..info() },
            "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable",
        ),
        (
            FrameworkInfo { capabilities: multi_role.capabilities.clone(), ..with_role("a") },
            "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable",
        ),
        (
            FrameworkInfo { roles: vec!["a".into(), "a".into()], ..multi_role.clone() },
            "'FrameworkInfo.roles' contains duplicate items: { a }",
        ),
        (
            FrameworkInfo { roles: vec!["a".into(), "a b".into()], ..multi_role },
            "'FrameworkInfo.roles' contains invalid role: Role component 'a b' is invalid because it contains \
             backspace or whitespace",
        ),
        (
            with_id(&Framework { id: "a/b".into(), stream: String::new() }),
            "'a/b' contains invalid characters",
        ),
    ];
    for (info, text) in cases {
        assert_eq!(Cluster::new().refused(info), text);
    }
}

#[expect(deprecated, reason = "frameworks without MULTI_ROLE use it")]
fn with_role(role: &str) -> FrameworkInfo {
    FrameworkInfo { role: Some(role.into()), ..info() }
}

#[statement::proves(ft2)]
#[test]
fn unrepresentable_timeout_is_an_error() {
    let refused =
        |timeout| Cluster::new().refused(FrameworkInfo { failover_timeout: Some(timeout), ..info() });
    assert_eq!(refused(1e300), "The framework failover_timeout (1e+300) is invalid");
    assert_eq!(refused(-9_223_372_036.9), "The framework failover_timeout (-9.22337e+09) is invalid");
    assert!(refused(f64::NAN).ends_with("is invalid"));
}

#[statement::proves(supp)]
#[test]
fn suppressed_roles_are_among_the_roles() {
    let mut cluster = Cluster::new();
    let mut call = subscribe(info());
    call.subscribe.as_mut().unwrap().suppressed_roles = vec!["zz".into()];
    let CallResponse::Stream(stream) = cluster.call(call, None) else { panic!("no stream") };
    let events = cluster.events(&stream);
    let text = "Suppressed role 'zz' is not contained in the list of roles";
    assert_eq!(events[0].error.as_ref().unwrap().message, text);
}

#[statement::proves(second)]
#[test]
fn old_stream_gets_an_error_and_ends() {
    let mut cluster = Cluster::new();
    let old = cluster.subscribe(info());
    let new = cluster.subscribe(with_id(&old));
    let events = cluster.events(&old.stream);
    assert_eq!(events[0].error.as_ref().unwrap().message, "Framework failed over");
    assert!(cluster.closed(&old.stream) && !cluster.closed(&new.stream));
    cluster.input(Input::StreamClosed { stream: old.stream });
    cluster.accepted(&new, typed(Type::Revive));
}

#[statement::proves(foffers)]
#[test]
fn offers_are_remade_after_a_failover() {
    let (mut cluster, old, offer) = Cluster::with_offer();
    let new = cluster.subscribe(with_id(&old));
    let again = cluster.offers(&new);
    assert_eq!(again.len(), 1);
    assert_ne!(again[0].id, offer.id);
    cluster.launch(&new, &offer, "t");
    assert_eq!(cluster.statuses(&new)[0].state(), TaskState::Lost);
}

#[statement::proves(n400, n403)]
#[test]
fn reasons_why_a_framework_may_not_call() {
    let mut cluster = Cluster::new();
    let framework = cluster.subscribe(info());
    let call = |id: &str| Call { framework_id: Some(FrameworkId::from(id)), ..typed(Type::Revive) };
    let text = "Framework cannot be found";
    assert_eq!(cluster.call(call("x"), Some("y")), CallResponse::BadRequest(text.into()));
    let text = "All non-subscribe calls should include the 'Mesos-Stream-Id' header";
    assert_eq!(cluster.call(call(&framework.id), None), CallResponse::BadRequest(text.into()));
    let text = format!(
        "The stream ID 'y' included in this request didn't match the stream ID currently associated with \
         framework ID {}",
        framework.id
    );
    assert_eq!(cluster.call(call(&framework.id), Some("y")), CallResponse::BadRequest(text));
    cluster.input(Input::StreamClosed { stream: framework.stream.clone() });
    let response = cluster.call(call(&framework.id), Some(&framework.stream));
    assert_eq!(response, CallResponse::Forbidden("Framework is not subscribed".into()));
}

#[statement::proves(fwid, ackuuid)]
#[test]
fn missing_fields_are_400() {
    let id = Some(FrameworkId::from("f"));
    let agent = AgentId::from("S");
    let with_framework = |call: Call| Call { framework_id: id.clone(), ..call };
    let cases = [
        (Call::default(), "Expecting 'type' to be present"),
        (Call { r#type: Some(-1), ..Call::default() }, "Expecting 'type' to be present"),
        (typed(Type::Subscribe), "Expecting 'subscribe' to be present"),
        (typed(Type::Teardown), "Expecting 'framework_id' to be present"),
        (with_framework(typed(Type::Accept)), "Expecting 'accept' to be present"),
        (with_framework(acknowledge(&agent, "t", &Bytes::from_static(b"short"))), "Not a valid UUID"),
        (with_framework(acknowledge(&agent, "t", &Bytes::from_static(&[0; 16]))), "Not a valid UUID"),
    ];
    for (call, text) in cases {
        let text = format!("Failed to validate scheduler::Call: {text}");
        assert_eq!(Cluster::new().call(call, None), CallResponse::BadRequest(text));
    }
}

#[statement::proves(unknown)]
#[test]
fn unknown_calls_are_501() {
    let mut cluster = Cluster::new();
    let framework = cluster.subscribe(info());
    let call = Call { framework_id: with_id(&framework).id, ..typed(Type::Unknown) };
    assert_eq!(cluster.call(call, Some(&framework.stream)), CallResponse::NotImplemented);
}

#[statement::proves(teardown)]
#[test]
fn teardown_ends_the_stream_and_the_id() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    cluster.launch(&framework, &offer, "t");
    cluster.sent_to_agent(1);
    cluster.accepted(&framework, typed(Type::Teardown));
    assert!(cluster.closed(&framework.stream));
    let id = FrameworkId::from(framework.id.clone());
    assert_eq!(cluster.sent_to_agent(1), [ToAgent::ShutdownFramework { framework_id: id }]);
    assert_eq!(cluster.refused(with_id(&framework)), "Framework has been removed");
    let next = cluster.subscribe(info());
    assert!((cpus(&cluster.offers(&next)[0].resources) - 8.0).abs() < 1e-9);
}

#[statement::proves(removed2)]
#[test]
fn fifty_removed_frameworks_are_remembered() {
    let mut cluster = Cluster::new();
    let removed: Vec<_> = (0..51)
        .map(|_| {
            let framework = cluster.subscribe(info());
            cluster.accepted(&framework, typed(Type::Teardown));
            framework
        })
        .collect();
    assert_eq!(cluster.refused(with_id(&removed[1])), "Framework has been removed");
    cluster.subscribe(with_id(&removed[0]));
}

#[statement::proves(disc)]
#[test]
fn framework_is_removed_after_its_timeout() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    cluster.launch(&framework, &offer, "t");
    cluster.sent_to_agent(1);
    cluster.input(Input::StreamClosed { stream: framework.stream.clone() });
    cluster.pass(seconds(59));
    assert!(cluster.sent_to_agent(1).is_empty());
    cluster.pass(seconds(1));
    assert!(matches!(&cluster.sent_to_agent(1)[..], [ToAgent::ShutdownFramework { .. }]));
    assert_eq!(cluster.refused(with_id(&framework)), "Framework has been removed");
}

#[statement::proves(disc)]
#[test]
fn framework_that_returns_in_time_stays() {
    let mut cluster = Cluster::new();
    let framework = cluster.subscribe(info());
    cluster.input(Input::StreamClosed { stream: framework.stream.clone() });
    cluster.pass(seconds(59));
    let framework = cluster.subscribe(with_id(&framework));
    cluster.pass(seconds(600));
    cluster.accepted(&framework, typed(Type::Revive));
}

#[statement::proves(ft0)]
#[test]
fn no_failover_timeout_removes_at_once() {
    let mut cluster = Cluster::new();
    let framework = cluster.subscribe(FrameworkInfo { failover_timeout: None, ..info() });
    cluster.input(Input::StreamClosed { stream: framework.stream.clone() });
    assert_eq!(cluster.refused(with_id(&framework)), "Framework has been removed");
}

#[statement::proves(immut)]
#[test]
fn principal_is_fixed_and_user_is_ignored() {
    let mut cluster = Cluster::new();
    let framework = cluster.subscribe(info());
    let principal = FrameworkInfo { principal: Some("p".into()), ..with_id(&framework) };
    assert_eq!(cluster.refused(principal), "Changing framework's principal is not allowed.");
    let framework = cluster.subscribe(FrameworkInfo { user: "other".into(), ..with_id(&framework) });
    assert_eq!(cluster.master.state()["frameworks"][0]["user"], "user");
    cluster.accepted(&framework, typed(Type::Revive));
}

#[statement::proves(principal)]
#[test]
fn another_principal_may_not_call() {
    let mut cluster = Cluster::new();
    let framework = cluster.subscribe(FrameworkInfo { principal: Some("bob".into()), ..info() });
    let mut revive = |principal: &str| {
        let framework_id = Some(FrameworkId::from(framework.id.clone()));
        let call = Box::new(Call { framework_id, ..typed(Type::Revive) });
        let (stream_id, principal) = (Some(framework.stream.clone()), Some(principal.to_owned()));
        cluster.master.handle(cluster.now, Input::Call { call, stream_id, principal }).remove(0)
    };
    let text = "Authenticated principal 'eve' does not match principal 'bob' set in `FrameworkInfo`";
    assert_eq!(revive("eve"), Action::Respond(CallResponse::BadRequest(text.into())));
    assert_eq!(revive("bob"), Action::Respond(CallResponse::Accepted));
}

#[statement::proves(updfw)]
#[test]
fn update_framework_is_200_or_400() {
    let (mut cluster, framework, _) = Cluster::with_offer();
    let mut update = |info: FrameworkInfo| {
        let update = UpdateFramework { framework_info: info.clone(), ..UpdateFramework::default() };
        let call = Call {
            framework_id: info.id,
            update_framework: Some(Box::new(update)),
            ..typed(Type::UpdateFramework)
        };
        cluster.call(call, Some(&framework.stream))
    };
    let user = FrameworkInfo { user: "other".into(), ..with_id(&framework) };
    let text = "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; attempted to \
                update from 'user' to 'other'";
    assert_eq!(update(user), CallResponse::BadRequest(text.into()));
    let id = with_id(&framework).id;
    let text = "Supplied FrameworkInfo is not valid: 'FrameworkInfo.role' is not a valid role: Role names \
                cannot be the empty string";
    assert_eq!(
        update(FrameworkInfo { id: id.clone(), ..with_role("") }),
        CallResponse::BadRequest(text.into())
    );
    assert_eq!(update(FrameworkInfo { id, ..with_role("new") }), CallResponse::Ok);
    let events = cluster.events(&framework.stream);
    assert!(events[0].rescind.is_some() && events[1].offers.is_some(), "{events:?}");
}
