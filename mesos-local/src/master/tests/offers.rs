use mesos_sdk::proto::v1::scheduler::call::{Revive, Suppress};

use super::*;

#[statement::proves(single)]
#[test]
fn offer_is_of_one_agent_and_role() {
    let mut cluster = Cluster::new();
    cluster.agent(1);
    cluster.agent(2);
    let multi_role =
        FrameworkInfo { roles: vec!["a".into(), "b".into()], ..with_capability(capability::Type::MultiRole) };
    let framework = cluster.subscribe(multi_role);
    let offers = cluster.offers(&framework);
    assert_eq!(offers.len(), 2);
    for offer in offers {
        let role = offer.allocation_info.as_ref().unwrap().role();
        let roles = offer.resources.iter().map(|one| one.allocation_info.as_ref().unwrap().role());
        assert!(roles.clone().all(|of| of == role), "{role} {:?}", roles.collect::<Vec<_>>());
    }
}

#[statement::proves(single)]
#[test]
#[expect(deprecated, reason = "the old form of reservations is what old frameworks get")]
fn old_form_without_the_capabilities() {
    let (_, _, offer) = Cluster::with_offer();
    assert_eq!(offer.allocation_info, None);
    for resource in &offer.resources {
        assert_eq!((resource.role.as_deref(), &resource.allocation_info), (Some("*"), &None));
    }
}

#[statement::proves(filter5)]
#[test]
fn declined_resources_return_after_the_filter() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    cluster.accepted(&framework, decline(&offer, 5.0));
    cluster.pass(seconds(4));
    assert!(cluster.offers(&framework).is_empty());
    cluster.pass(seconds(3));
    assert_eq!(cluster.offers(&framework).len(), 1);
}

#[statement::proves(declineeq)]
#[test]
fn stale_ids_are_ignored() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let mut call = decline(&offer, 0.0);
    call.decline.as_mut().unwrap().offer_ids.push(offer_id("stale"));
    cluster.accepted(&framework, call.clone());
    cluster.pass(seconds(1));
    assert_eq!(cluster.offers(&framework).len(), 1);
    cluster.accepted(&framework, call);
}

#[statement::proves(revive)]
#[test]
fn revive_clears_filters_and_offers_at_once() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    cluster.accepted(&framework, decline(&offer, 1e6));
    cluster.pass(seconds(100));
    assert!(cluster.offers(&framework).is_empty());
    cluster.accepted(&framework, typed(Type::Revive));
    assert_eq!(cluster.offers(&framework).len(), 1);
}

#[test]
fn suppress_stops_offers_until_revive() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    cluster.accepted(&framework, typed(Type::Suppress));
    cluster.accepted(&framework, decline(&offer, 0.0));
    cluster.pass(seconds(100));
    assert!(cluster.offers(&framework).is_empty());
    cluster.accepted(&framework, typed(Type::Revive));
    assert_eq!(cluster.offers(&framework).len(), 1);
}

#[statement::proves(reviveinvalid)]
#[test]
fn one_invalid_role_voids_the_call() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let roles = vec!["*".to_owned(), "other".to_owned()];
    let suppress = Call { suppress: Some(Suppress { roles: roles.clone() }), ..typed(Type::Suppress) };
    cluster.accepted(&framework, suppress);
    cluster.accepted(&framework, decline(&offer, 1e6));
    let revive = Call { revive: Some(Revive { roles }), ..typed(Type::Revive) };
    cluster.accepted(&framework, revive);
    assert!(cluster.offers(&framework).is_empty());
    cluster.accepted(&framework, typed(Type::Revive));
    assert_eq!(cluster.offers(&framework).len(), 1, "was not suppressed");
}

#[statement::proves(once)]
#[test]
fn rest_of_a_launch_is_declined() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    cluster.launch(&framework, &offer, "t");
    cluster.pass(seconds(4));
    assert!(cluster.offers(&framework).is_empty());
    cluster.pass(seconds(3));
    let offers = cluster.offers(&framework);
    assert!((cpus(&offers[0].resources) - 7.0).abs() < 1e-9, "{offers:?}");
    cluster.launch(&framework, &offer, "t2");
    assert_eq!(cluster.statuses(&framework)[0].state(), TaskState::Lost);
}

#[statement::proves(badoffer)]
#[test]
fn void_offer_loses_or_drops_the_tasks() {
    let mut cluster = Cluster::new();
    let agent = cluster.agent(1);
    for (info, state) in
        [(info(), TaskState::Lost), (with_capability(capability::Type::PartitionAware), TaskState::Dropped)]
    {
        let framework = cluster.subscribe(info);
        let offers = cluster.offers(&framework);
        let mut call =
            accept(&offers.iter().collect::<Vec<_>>(), vec![command_task("t", &offers[0], "cpus:1")]);
        call.accept.as_mut().unwrap().offer_ids.push(offer_id("stale"));
        cluster.accepted(&framework, call);
        let status = cluster.statuses(&framework).remove(0);
        assert_eq!(status.state(), state);
        assert_eq!(status.reason().unwrap().as_str_name(), "REASON_INVALID_OFFERS");
        assert_eq!(status.message(), "Task launched with invalid offers: Offer stale is no longer valid");
        assert_eq!((status.uuid.as_ref(), status.agent_id.as_ref()), (None, Some(&agent)));
        cluster.pass(seconds(1));
        assert_eq!(cluster.offers(&framework).len(), 1, "all offers of the call are void, without a filter");
        cluster.accepted(&framework, typed(Type::Teardown));
    }
}

#[statement::proves(multioffer)]
#[test]
fn offers_of_an_accept_are_unique_and_alike() {
    let mut cluster = Cluster::new();
    let agents = [cluster.agent(1), cluster.agent(2)].map(|agent| agent.value);
    let framework = cluster.subscribe(info());
    let offers = cluster.offers(&framework);
    let task = command_task("t", &offers[0], "cpus:1");
    cluster.accepted(&framework, accept(&[&offers[0], &offers[1]], vec![task.clone()]));
    let text = format!(
        "Task launched with invalid offers: Aggregated offers must belong to one single agent. Offer {} uses \
         agent {} and agent {}",
        offers[1].id.value, agents[1], agents[0]
    );
    assert_eq!(cluster.statuses(&framework)[0].message(), text);
    cluster.pass(seconds(1));
    let offers = cluster.offers(&framework);
    cluster.accepted(&framework, accept(&[&offers[0], &offers[0]], vec![task.clone()]));
    let text =
        format!("Task launched with invalid offers: Duplicate offer {} in offer list", offers[0].id.value);
    assert_eq!(cluster.statuses(&framework)[0].message(), text);
    cluster.accepted(&framework, accept(&[], vec![task]));
    let text = "Task launched with invalid offers: No offers specified";
    assert_eq!(cluster.statuses(&framework)[0].message(), text);
}

#[statement::proves(multioffer)]
#[test]
fn offer_of_another_framework_is_invalid() {
    let (mut cluster, first, offer) = Cluster::with_offer();
    let second = cluster.subscribe(info());
    cluster.launch(&second, &offer, "t");
    let text = format!(
        "Task launched with invalid offers: Offer {} has invalid framework {} while framework {} is expected",
        offer.id.value, first.id, second.id
    );
    assert_eq!(cluster.statuses(&second)[0].message(), text);
}

#[statement::proves(minres)]
#[test]
fn minimum_of_resources_is_respected() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let mut call = accept(&[&offer], vec![command_task("t", &offer, "cpus:7.995;mem:8161")]);
    call.accept.as_mut().unwrap().filters = Some(Filters { refuse_seconds: Some(0.0) });
    cluster.accepted(&framework, call);
    cluster.pass(seconds(10));
    assert!(cluster.offers(&framework).is_empty());
}

#[statement::proves(maxoffers)]
#[test]
fn framework_holds_50_offers_at_most() {
    let mut cluster = Cluster::new();
    for link in 0..60 {
        cluster.agent(link);
    }
    let framework = cluster.subscribe(info());
    assert_eq!(cluster.offers(&framework).len(), 50);
}

#[test]
fn framework_with_less_is_offered_first() {
    let (mut cluster, first, offer) = Cluster::with_offer();
    cluster.launch(&first, &offer, "t");
    let second = cluster.subscribe(info());
    assert_eq!(cluster.offers(&second).len(), 1);
    assert!(cluster.offers(&first).is_empty());
}

#[test]
fn agents_are_offered_in_random_order() {
    let mut cluster = Cluster::new();
    (1..=5).for_each(|link| drop(cluster.agent(link)));
    let framework = cluster.subscribe(info());
    let mut orders = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let offers = cluster.offers(&framework);
        assert_eq!(offers.len(), 5);
        orders.insert(offers.iter().map(|offer| offer.agent_id.value.clone()).collect::<Vec<_>>());
        for offer in &offers {
            cluster.accepted(&framework, decline(offer, 0.0));
        }
        cluster.pass(seconds(1));
    }
    assert!(orders.len() > 5, "{orders:?}");
}
