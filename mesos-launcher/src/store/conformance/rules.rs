//! One promise after the other.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::{Violation, ensure, expect};
use crate::store::{
    Change, Epoch, MAX_KEY, MAX_RECORD, MAX_WRITE, Opened, Records, Store, StoreError, StoreErrorKind,
};

pub(super) async fn open(store: &impl Store) -> Result<Opened, Violation> {
    expect("opening the store", store.open().await)
}

pub(super) async fn write(store: &impl Store, epoch: Epoch, changes: Vec<Change>) -> Result<(), Violation> {
    expect("a write of the current epoch", store.write(epoch, changes).await)
}

/// Compares the records of a store that is opened again.
pub(super) async fn has(store: &impl Store, wanted: &Records, when: &str) -> Result<Opened, Violation> {
    let opened = open(store).await?;
    ensure(opened.records == *wanted, || difference(&opened.records, wanted, when))?;
    Ok(opened)
}

fn difference(found: &Records, wanted: &Records, when: &str) -> String {
    let wrong = found.keys().chain(wanted.keys()).find(|key| found.get(*key) != wanted.get(*key));
    let wrong = wrong.map_or("", String::as_str);
    let (is, should) = (found.get(wrong), wanted.get(wrong));
    format!("{when}, the record {wrong:?} is {is:?}, and should be {should:?}")
}

pub(super) async fn is_empty(store: &impl Store) -> Result<(), Violation> {
    has(store, &Records::new(), "before the first write").await.map(drop)
}

pub(super) async fn records_survive<S: Store>(make: impl Fn() -> S) -> Result<(), Violation> {
    let texts = ["", "{}", "\0\n\r\"\\", "é\u{1F600}\u{FFFF}", "mesos-launcher log 1\n"];
    let mut wanted = Records::new();
    for (number, text) in texts.iter().enumerate() {
        let key = format!("strange/{number} {}", text.replace('\0', "-"));
        let store = make();
        let epoch = open(&store).await?.epoch;
        write(&store, epoch, vec![Change::put(&key, *text)]).await?;
        wanted.insert(key, (*text).to_owned());
        drop(store);
        has(&make(), &wanted, "after a restart").await?;
    }
    let store = make();
    let epoch = open(&store).await?.epoch;
    write(&store, epoch, wanted.keys().map(Change::delete).collect()).await?;
    drop(store);
    has(&make(), &Records::new(), "after all were deleted").await.map(drop)
}

pub(super) async fn writes_are_ordered<S: Store>(make: impl Fn() -> S) -> Result<(), Violation> {
    let changes = vec![
        Change::put("a", "1"),
        Change::delete("a"),
        Change::put("b", "1"),
        Change::put("b", "2"),
        Change::delete("missing"),
    ];
    let wanted = Records::from([("b".to_owned(), "2".to_owned())]);
    let store = make();
    let epoch = open(&store).await?.epoch;
    for _ in 0..2 {
        write(&store, epoch, changes.clone()).await?;
    }
    write(&store, epoch, Vec::new()).await?;
    let epoch = has(&store, &wanted, "after the same changes were written twice").await?.epoch;
    write(&store, epoch, vec![Change::delete("b")]).await
}

pub(super) async fn earlier_epochs_are_fenced<S: Store>(make: impl Fn() -> S) -> Result<(), Violation> {
    let store = make();
    let first = open(&store).await?.epoch;
    let second = open(&store).await?.epoch;
    ensure(second > first, || format!("epoch {} is followed by epoch {}", first.0, second.0))?;
    let late = store.write(first, vec![Change::put("late", "1")]).await;
    is_refused(&late, StoreErrorKind::Fenced, "a write of an earlier epoch")?;
    let early = store.write(Epoch(second.0 + 1), vec![Change::put("early", "1")]).await;
    is_refused(&early, StoreErrorKind::Fenced, "a write of an epoch that has not begun")?;
    let taken = another_opens(&store, second, &make()).await?;
    drop(store);
    let last = has(&make(), &Records::new(), "after writes of earlier epochs").await?.epoch;
    ensure(last > taken, || format!("epoch {} is followed by epoch {} after a restart", taken.0, last.0))
}

/// A second process either takes the store over or is refused. Returns the last epoch.
async fn another_opens(first: &impl Store, epoch: Epoch, second: &impl Store) -> Result<Epoch, Violation> {
    let delete = || vec![Change::delete("nothing")];
    match second.open().await {
        Ok(opened) => {
            let late = first.write(epoch, vec![Change::put("late", "2")]).await;
            is_refused(&late, StoreErrorKind::Fenced, "a write after another process has opened the store")?;
            write(second, opened.epoch, delete()).await?;
            Ok(opened.epoch)
        }
        Err(error) if error.kind() == StoreErrorKind::InUse => {
            write(first, epoch, delete()).await?;
            Ok(epoch)
        }
        Err(error) => Err(Violation(format!("a second process can't open the store: {error}"))),
    }
}

fn is_refused(result: &Result<(), StoreError>, kind: StoreErrorKind, what: &str) -> Result<(), Violation> {
    let found = result.as_ref().map_err(StoreError::kind);
    ensure(found == Err(kind), || format!("{what} should be {kind:?}, and is {result:?}"))
}

pub(super) async fn limits_are_kept<S: Store>(make: impl Fn() -> S) -> Result<(), Violation> {
    let store = make();
    let epoch = open(&store).await?.epoch;
    let sized = |key: usize, record: usize| Change::put("k".repeat(key), "r".repeat(record));
    let largest = vec![sized(MAX_KEY, 1), sized(1, MAX_RECORD)];
    write(&store, epoch, largest.clone()).await?;
    let many = (0..=MAX_WRITE / MAX_RECORD).map(|n| Change::put(format!("{n}"), "r".repeat(MAX_RECORD)));
    for beyond in
        [vec![sized(0, 1)], vec![sized(MAX_KEY + 1, 1)], vec![sized(1, MAX_RECORD + 1)], many.collect()]
    {
        let changes = [vec![Change::put("before", "1")], beyond].concat();
        is_refused(
            &store.write(epoch, changes).await,
            StoreErrorKind::TooLarge,
            "a write beyond the limits",
        )?;
    }
    let mut wanted = Records::new();
    Change::apply_all(largest.clone(), &mut wanted);
    let epoch = has(&store, &wanted, "after writes beyond the limits").await?.epoch;
    write(&store, epoch, largest.iter().map(|change| Change::delete(change.key())).collect()).await
}

/// How often an interrupted write is polled at most.
const MOST_POLLS: usize = 32;

/// Drops the future of a write after each number of polls.
pub(super) async fn interrupted_writes_are_whole<S: Store>(make: impl Fn() -> S) -> Result<(), Violation> {
    for polls in 0..MOST_POLLS {
        let store = make();
        let epoch = open(&store).await?.epoch;
        let text = format!("{polls}");
        let changes = ["x", "y", "z"].map(|key| Change::put(key, &text)).to_vec();
        let is_done = poll_times(store.write(epoch, changes), polls);
        let records = open(&store).await?.records;
        let written: Vec<_> = ["x", "y", "z"].iter().map(|key| records.get(*key) == Some(&text)).collect();
        let is_whole = written.iter().all(|one| *one == written[0]) && (written[0] || !is_done);
        ensure(is_whole, || format!("a write dropped after {polls} polls left {records:?}"))?;
    }
    let store = make();
    let epoch = open(&store).await?.epoch;
    write(&store, epoch, ["x", "y", "z"].map(Change::delete).to_vec()).await
}

/// Returns whether a future succeeded within so many polls.
pub(super) fn poll_times<E>(future: impl Future<Output = Result<(), E>>, polls: usize) -> bool {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    (0..polls).any(|_| matches!(future.as_mut().poll(&mut context), Poll::Ready(Ok(()))))
}
