//! Laws that hold for all resources.

mod some;

use proptest::prelude::*;

use crate::proto::v1;
use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::{
    Create, Destroy, GrowVolume, Reserve, ShrinkVolume, Type, Unreserve,
};
use crate::proto::v1::resource::ReservationInfo;

use super::{ResourceQuantities, Resources, Scalar};

proptest! {
    #[test]
    fn a_sum_contains_its_parts(a in some::resources(0), b in some::resources(0)) {
        let sum = &a + &b;
        prop_assert!(sum.contains(&a) && sum.contains(&b));
    }

    /// With ranges and sets that do not overlap: a port cannot be there twice.
    #[test]
    fn subtraction_undoes_addition(a in some::resources(0), b in some::resources(1)) {
        prop_assert_eq!(&((&a + &b) - &b), &a);
        prop_assert_eq!(&a - &a, Resources::new());
    }

    #[test]
    fn addition_is_commutative_and_associative(
        a in some::resources(0), b in some::resources(0), c in some::resources(0)
    ) {
        prop_assert_eq!(&a + &b, &b + &a);
        prop_assert_eq!((&a + &b) + &c, &a + &(&b + &c));
        prop_assert_eq!(&a + &Resources::new(), a);
    }

    #[test]
    fn contains_is_a_partial_order(
        a in some::resources(0), b in some::resources(0), c in some::resources(0)
    ) {
        prop_assert!(a.contains(&a) && a.contains(&Resources::new()));
        prop_assert_eq!(a.contains(&b) && b.contains(&a), a == b);
        let (more, most) = (&a + &b, &(&a + &b) + &c);
        prop_assert!(most.contains(&more) && more.contains(&a) && most.contains(&a));
        if a.contains(&b) && b.contains(&c) {
            prop_assert!(a.contains(&c));
        }
    }

    #[test]
    fn what_is_printed_can_be_read(a in some::plain()) {
        prop_assume!(!a.is_empty());
        prop_assert_eq!(a.to_string().parse(), Ok(a));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[cpus:;()\\[\\]{},0-9.e -]{0,40}") {
        if let Ok(read) = text.parse::<Resources>() {
            prop_assert!(read.contains(&read));
        }
    }

    #[test]
    fn resources_survive_the_wire(a in some::resources(0)) {
        let entries: Vec<v1::Resource> = a.iter().cloned().collect();
        prop_assert!(a.contains(&Resources::from(entries.clone())));
        let once = Resources::from(entries);
        prop_assert_eq!(Resources::from(Vec::from(once.clone())), once);
    }

    #[statement::proves(fix)]
    #[test]
    fn sums_are_exact(thousandths in prop::collection::vec(0..10_000_000_i64, 0..50)) {
        let cpus = |amount: i64| some::scalar("cpus", Scalar::from_thousandths(amount));
        let total: Resources = thousandths.iter().map(|amount| cpus(*amount)).collect();
        prop_assert_eq!(total.cpus(), Scalar::from_thousandths(thousandths.iter().sum()));
    }

    #[statement::proves(fix2)]
    #[test]
    fn tiny_differences_vanish(amount in 1..1_000_000_i64, noise in -0.4..0.4_f64) {
        let exact = Scalar::from_thousandths(amount);
        let noisy = Scalar::new(exact.as_f64() + noise / 1000.0);
        prop_assert_eq!(noisy, exact);
    }

    #[statement::proves(noop)]
    #[test]
    fn subtracting_what_is_absent_changes_nothing(a in some::resources(0), amount in 1..1000_i64) {
        let other = Resources::from(some::scalar("other", Scalar::from_thousandths(amount)));
        let elsewhere = other.push_reservation(&some::reservation("other")).unwrap();
        prop_assert_eq!(&a - &elsewhere, a);
    }

    #[statement::proves(inval)]
    #[test]
    fn invalid_resources_are_stripped(a in some::resources(0), amount in 1..1000_i64) {
        let negative = some::scalar("cpus", Scalar::from_thousandths(-amount));
        prop_assert_eq!(&(a.clone() + negative.clone()), &a);
        prop_assert_eq!(&(a.clone() - negative.clone()), &a);
        prop_assert!(!a.contains_resource(&negative));
    }

    #[test]
    fn allocating_can_be_undone(a in some::plain()) {
        let mut allocated = a.clone();
        allocated.allocate("eng");
        prop_assert_eq!(&allocated.allocated_to("eng"), &allocated);
        prop_assert_eq!(allocated.allocations().into_values().sum::<Resources>(), allocated.clone());
        prop_assert!(a.is_empty() || !a.contains(&allocated));
        allocated.unallocate();
        prop_assert_eq!(allocated, a);
    }

    #[statement::proves(refine)]
    #[test]
    fn pop_undoes_push(a in some::resources(0)) {
        let pushed = a.clone().push_reservation(&some::reservation("eng/web/pushed")).unwrap();
        prop_assert_eq!(&pushed.reserved_to("eng/web/pushed"), &pushed);
        prop_assert_eq!(pushed.pop_reservation().unwrap(), a);
    }

    #[test]
    fn parts_are_contained_and_make_the_whole(a in some::resources(0)) {
        prop_assert_eq!(&(a.reserved() + a.unreserved()), &a);
        prop_assert_eq!(&(a.shared() + a.non_shared()), &a);
        prop_assert_eq!(&(a.revocable() + a.non_revocable()), &a);
        prop_assert_eq!(a.reservations().into_values().sum::<Resources>(), a.reserved());
        prop_assert!(a.contains(&a.persistent_volumes()));
    }

    #[statement::proves(find)]
    #[test]
    fn find_returns_what_was_requested(a in some::resources(0), target in some::plain()) {
        for target in &target {
            let target = Resources::from(target.clone());
            if let Some(found) = a.find(&target) {
                prop_assert!(a.contains(&found));
                prop_assert_eq!(found.into_unreserved(), target);
            } else {
                prop_assert!(!a.contains(&target));
            }
        }
    }

    #[test]
    fn operations_can_be_undone(a in some::plain(), cpus in 1..1000_i64, disk in 2..1000_i64) {
        let cpus = some::scalar("cpus", Scalar::from_thousandths(cpus));
        let disk = some::scalar("disk", Scalar::from_thousandths(disk * 1000));
        let before = a + cpus.clone() + disk.clone();
        let wanted = Resources::new() + cpus + disk;
        let reserved = Vec::from(wanted.push_reservation(&some::reservation("eng")).unwrap());
        let reserve = Reserve { resources: reserved.clone(), ..Reserve::default() };
        let after = before.apply(&Operation { reserve: Some(Box::new(reserve)), ..operation(Type::Reserve) }).unwrap();
        prop_assert_eq!(&Vec::from(after.reserved()), &reserved);

        let disk = reserved.iter().find(|resource| resource.name == "disk").unwrap();
        prop_assert_eq!(&create_grow_shrink_destroy(&after, disk), &after);

        let unreserve = Some(Unreserve { resources: reserved });
        let undone = after.apply(&Operation { unreserve, ..operation(Type::Unreserve) }).unwrap();
        prop_assert_eq!(undone, before);
    }

    #[test]
    fn quantities_add_up(a in some::resources(0), b in some::resources(1)) {
        let (a, b) = (a.non_shared(), b.non_shared());
        let sum = ResourceQuantities::from(&a) + &ResourceQuantities::from(&b);
        prop_assert_eq!(&ResourceQuantities::from(&(&a + &b)), &sum);
        prop_assert!((&a + &b).contains_quantities(&sum));
        prop_assert_eq!(sum - &ResourceQuantities::from(&b), ResourceQuantities::from(&a));
    }

    #[test]
    fn shrinking_keeps_to_the_target(a in some::resources(0), target in some::plain()) {
        let target = ResourceQuantities::from(&target);
        let shrunk = a.shrink_to(&target);
        prop_assert!(a.contains(&shrunk));
        prop_assert!(target.contains(&ResourceQuantities::from(&shrunk)));
    }
}

fn operation(kind: Type) -> Operation {
    Operation { r#type: Some(kind.into()), ..Operation::default() }
}

/// Creates a volume of half the disk, grows it to all of it, shrinks it again and destroys it.
fn create_grow_shrink_destroy(before: &Resources, disk: &v1::Resource) -> Resources {
    let all = Scalar::from(disk.scalar.unwrap());
    let half = Scalar::from_thousandths(all.thousandths() / 2);
    let addition = v1::Resource { scalar: Some((all - half).into()), ..disk.clone() };
    let volume = |size: Scalar| some::volume(disk, size, "v");

    let create = Some(Create { volumes: vec![volume(half)] });
    let created = before.apply(&Operation { create, ..operation(Type::Create) }).unwrap();
    let grow_volume = Some(GrowVolume { volume: volume(half), addition }.into());
    let grown = created.apply(&Operation { grow_volume, ..operation(Type::GrowVolume) }).unwrap();
    assert_eq!(grown.persistent_volumes(), Resources::from(volume(all)));
    let subtract = (all - half).into();
    let shrink_volume = Some(ShrinkVolume { volume: volume(all), subtract }.into());
    let shrunk = grown.apply(&Operation { shrink_volume, ..operation(Type::ShrinkVolume) }).unwrap();
    assert_eq!(shrunk, created);
    let destroy = Some(Destroy { volumes: vec![volume(half)] });
    shrunk.apply(&Operation { destroy, ..operation(Type::Destroy) }).unwrap()
}

#[statement::proves(label)]
#[test]
fn different_labels_are_not_merged() {
    let labelled = |value: &str| {
        let label = v1::Label { key: "team".to_owned(), value: Some(value.to_owned()) };
        let labels = Some(v1::Labels { labels: vec![label] });
        let cpus = Resources::from(some::scalar("cpus", Scalar::new(1.0)));
        cpus.push_reservation(&ReservationInfo { labels, ..some::reservation("eng") }).unwrap()
    };
    let both = labelled("a") + labelled("b");
    assert_eq!((both.len(), (labelled("a") + labelled("a")).len()), (2, 1));
    assert!(!labelled("a").contains(&labelled("b")));
    assert_eq!(both.reservations()["eng"].cpus(), Scalar::new(2.0));
}
