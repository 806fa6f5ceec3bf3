//! Volumes: new ones on disks of each type, and persistent ones that exist already.

use std::collections::BTreeMap;

use mesos_placement::{
    Assignment, DiskType, Needs, Pattern, PersistentNeed, Placer, Settings, Task, VolumeNeed,
};
use mesos_sdk::proto::v1::resource::disk_info::{Persistence, Source, source};
use mesos_sdk::proto::v1::resource::{DiskInfo, ReservationInfo, SharedInfo, reservation_info};
use mesos_sdk::proto::v1::{Label, Labels, Resource};
use mesos_sdk::resources::Resources;

use crate::cluster::{offer, scalar};

fn reserved(mut resource: Resource, role: &str, labels: &[(&str, &str)]) -> Resource {
    let mut reservation = ReservationInfo { role: Some(role.to_owned()), ..ReservationInfo::default() };
    reservation.set_type(reservation_info::Type::Dynamic);
    let label =
        |(key, value): &(&str, &str)| Label { key: (*key).to_owned(), value: Some((*value).to_owned()) };
    reservation.labels = (!labels.is_empty()).then(|| Labels { labels: labels.iter().map(label).collect() });
    resource.reservations.push(reservation);
    resource
}

fn on(kind: source::Type, path: &str, size: f64) -> Resource {
    let mut from = Source::default();
    from.set_type(kind);
    match kind {
        source::Type::Path => from.path = Some(source::Path { root: Some(path.to_owned()) }),
        _ => from.mount = Some(source::Mount { root: Some(path.to_owned()) }),
    }
    let disk = DiskInfo { source: Some(Box::new(from)), ..DiskInfo::default() };
    Resource { disk: Some(disk), ..scalar("disk", size) }
}

pub(crate) fn persistent(mut disk: Resource, id: &str) -> Resource {
    let mut info = disk.disk.take().unwrap_or_default();
    info.persistence = Some(Box::new(Persistence { id: id.to_owned(), principal: None }));
    disk.disk = Some(info);
    reserved(disk, "db", &[])
}

pub(crate) fn shared(disk: Resource) -> Resource {
    Resource { shared: Some(SharedInfo::default()), ..disk }
}

fn placer(resources: Vec<Resource>) -> Placer {
    let mut placer = Placer::new(Settings::default()).unwrap();
    let all = [vec![scalar("cpus", 8.0), scalar("mem", 64.0)], resources].concat();
    placer.add_offer(&offer("o", "a", all)).unwrap();
    placer
}

fn task(id: &str, needs: Needs) -> Task {
    Task::new(id, needs).roles(["*", "db"])
}

/// Places all, and returns which got their places.
fn placed(placer: &mut Placer, tasks: impl IntoIterator<Item = Task>) -> Vec<Assignment> {
    tasks.into_iter().for_each(|task| placer.submit(task).unwrap());
    placer.place().assigned
}

fn text(assignment: &Assignment) -> String {
    Resources::from(assignment.resources.clone()).to_string()
}

#[test]
fn persistent_volume_is_given_once_by_its_id() {
    let mut placer =
        placer(vec![persistent(scalar("disk", 10.0), "one"), persistent(scalar("disk", 20.0), "two")]);
    let wants =
        |id: &str, volume: &str| task(id, Needs::new(1.0, 1.0).persistent(PersistentNeed::id(volume)));
    let round = placed(&mut placer, [wants("t1", "two"), wants("t2", "two"), wants("t3", "none")]);
    assert_eq!(round.len(), 1);
    let volume = round[0].resources.iter().find(|resource| resource.name == "disk").unwrap();
    assert_eq!(*volume, persistent(scalar("disk", 20.0), "two"));
    assert_eq!(placer.waiting(), 2);
}

#[test]
fn what_is_missing_is_a_volume() {
    let mut placer = placer(vec![persistent(scalar("disk", 10.0), "one")]);
    let mut large = PersistentNeed::id("one");
    large.size = mesos_sdk::resources::Scalar::new(10.001);
    for need in [PersistentNeed::id("two"), large] {
        let reasons = placer.reasons(&task("t", Needs::new(1.0, 1.0).persistent(need))).unwrap();
        assert_eq!(reasons[0].1.iter().map(mesos_placement::Reason::kind).collect::<Vec<_>>(), ["volume"]);
    }
    // A task that takes nothing reserved has no volume either.
    let plain = Task::new("t", Needs::new(1.0, 1.0).persistent(PersistentNeed::id("one")));
    assert_eq!(placer.reasons(&plain).unwrap()[0].1[0].kind(), "volume");
}

#[test]
fn persistent_volume_matches_role_and_labels() {
    let labelled = |size: f64, id: &str, labels: &[(&str, &str)]| {
        let mut volume = persistent(scalar("disk", size), id);
        volume.reservations.clear();
        reserved(volume, "db", labels)
    };
    let mut placer = placer(vec![
        labelled(9.0, "one", &[]),
        labelled(8.0, "two", &[("pod", "0")]),
        labelled(7.0, "three", &[("pod", "1")]),
    ]);
    let labels = BTreeMap::from([("pod".to_owned(), "0".to_owned())]);
    let need = Needs::new(1.0, 1.0).persistent(PersistentNeed::reserved("db", labels));
    let round = placed(&mut placer, [task("t1", need.clone()), task("t2", need)]);
    assert_eq!(round.len(), 1);
    assert!(text(&round[0]).contains("two"), "{}", text(&round[0]));
}

#[test]
fn a_shared_volume_is_used_more_than_once() {
    let mut placer = placer(vec![shared(persistent(scalar("disk", 10.0), "one"))]);
    let wants = |id| task(id, Needs::new(1.0, 1.0).persistent(PersistentNeed::id("one")));
    let round = placed(&mut placer, [wants("t1"), wants("t2"), wants("t3")]);
    assert_eq!(round.len(), 3);
    assert!(round.iter().all(|one| one.resources.iter().any(|resource| resource.shared.is_some())));
}

#[test]
fn a_persistent_volume_is_found_by_its_disk() {
    let disks = || {
        vec![
            persistent(scalar("disk", 10.0), "root"),
            persistent(on(source::Type::Path, "/p", 10.0), "path"),
            persistent(on(source::Type::Mount, "/m", 10.0), "mount"),
        ]
    };
    for (kind, id) in [(DiskType::Root, "root"), (DiskType::Path, "path"), (DiskType::Mount, "mount")] {
        let mut need = PersistentNeed::default();
        need.disk = Some(kind);
        let round = placed(&mut placer(disks()), [task("t", Needs::new(1.0, 1.0).persistent(need))]);
        let volume = round[0].resources.iter().find_map(|resource| resource.disk.as_ref()).unwrap();
        assert_eq!(volume.persistence.as_ref().unwrap().id, id);
    }
}

#[test]
fn smallest_sufficient_mount_disk_is_taken() {
    let disks = vec![on(source::Type::Mount, "/m1", 900.0), on(source::Type::Mount, "/m2", 500.0)];
    let mut placer = placer(disks);
    let wants = |id| task(id, Needs::new(1.0, 1.0).volume(VolumeNeed::new(100.0, DiskType::Mount)));
    let round = placed(&mut placer, [wants("t1"), wants("t2"), wants("t3")]);
    let size = |one: &Assignment| Resources::from(one.resources.clone()).scalar("disk").unwrap().to_string();
    let sizes: Vec<_> = round.iter().map(size).collect();
    assert_eq!(sizes, ["500", "900"]);
}

#[test]
fn volumes_go_to_different_disks_if_required() {
    let disks = vec![on(source::Type::Path, "/p1", 100.0), on(source::Type::Path, "/p2", 60.0)];
    let volume = |size, pattern: Option<&str>| {
        let mut volume = VolumeNeed::new(size, DiskType::Path);
        volume.path_matches = pattern.map(|pattern| Pattern::new(pattern).unwrap());
        volume
    };
    let needs = Needs::new(1.0, 1.0).volume(volume(50.0, None)).volume(volume(90.0, Some("/p1")));
    let round = placed(&mut placer(disks.clone()), [task("t", needs)]);
    assert_eq!(round.len(), 1);
    let needs =
        Needs::new(1.0, 1.0).volume(volume(50.0, None)).volume(volume(60.0, None)).volume(volume(50.0, None));
    assert_eq!(placed(&mut placer(disks), [task("t", needs)]).len(), 1);
}
