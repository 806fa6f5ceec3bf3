//! Many writes that follow from a seed, compared with what they should leave.

use fastrand::Rng;

use super::Violation;
use super::rules::{has, open, write};
use crate::store::{Change, Records, Store};

const RESTARTS: usize = 8;
const WRITES: usize = 60;
/// Few keys and large records, so that a store has much to give back.
const KEYS: usize = 40;
const RECORD: usize = 600;

pub(super) async fn many_writes_survive<S: Store>(make: impl Fn() -> S) -> Result<(), Violation> {
    let (mut random, mut wanted) = (Rng::with_seed(1), Records::new());
    for _ in 0..RESTARTS {
        let store = make();
        let epoch = has(&store, &wanted, "after many writes").await?.epoch;
        for _ in 0..WRITES {
            let changes = changes(&mut random);
            write(&store, epoch, changes.clone()).await?;
            Change::apply_all(changes, &mut wanted);
        }
    }
    let store = make();
    let epoch = open(&store).await?.epoch;
    write(&store, epoch, wanted.keys().map(Change::delete).collect()).await?;
    drop(store);
    has(&make(), &Records::new(), "after all were deleted").await.map(drop)
}

/// Returns up to six changes.
pub(super) fn changes(random: &mut Rng) -> Vec<Change> {
    let one = |random: &mut Rng| {
        let key = format!("slot/{}", random.usize(..KEYS));
        match random.u8(..4) {
            0 => Change::delete(key),
            _ => Change::put(key, random.alphanumeric().to_string().repeat(random.usize(..RECORD))),
        }
    };
    (0..random.usize(..6)).map(|_| one(random)).collect()
}
