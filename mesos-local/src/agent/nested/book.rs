//! The containers that operators have started, and what has become of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mesos_sdk::proto::v1::ContainerId;
use mesos_sdk::validation;

/// How many containers operators and default executors may run on one agent.
const MAX_RUNNING: usize = 1000;
/// How many ended containers are remembered. The oldest is forgotten first.
const MAX_ENDED: usize = 1000;

/// A container's id with those of its ancestors, from the outermost on: `a.b.c`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(String);

impl Name {
    /// Returns the name of a container with this id. The error is Mesos' reason to refuse the id.
    pub(super) fn of(id: &ContainerId) -> Result<Self, String> {
        validation::id(&id.value)?;
        if id.value.contains(['.', ' ']) {
            return Err(format!("'ContainerID.value' '{}' contains invalid characters", id.value));
        }
        let Some(parent) = &id.parent else { return Ok(Self(id.value.clone())) };
        let parent =
            Self::of(parent).map_err(|reason| format!("'ContainerID.parent' is invalid: {reason}"))?;
        Ok(Self(format!("{}.{}", parent.0, id.value)))
    }

    /// Returns the id that this name stands for.
    pub(super) fn id(&self) -> ContainerId {
        let parent = self.parent().map(|parent| Box::new(parent.id()));
        ContainerId { value: self.last().to_owned(), parent }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the container's id without those of its ancestors.
    pub(super) fn last(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or(&self.0)
    }

    pub(super) fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('.').map(|(parent, _)| Self(parent.to_owned()))
    }

    fn root(&self) -> &str {
        self.0.split('.').next().unwrap_or(&self.0)
    }

    fn outermost(&self) -> Self {
        Self(self.root().to_owned())
    }

    fn is_or_is_within(&self, outer: &Self) -> bool {
        self == outer || self.is_within(outer)
    }

    fn is_within(&self, outer: &Self) -> bool {
        self.0.strip_prefix(&outer.0).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// One run of a container. Another container may reuse the id once this one has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run(u64);

/// What is known about a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Running(Run),
    /// The container has ended with this wait status.
    Ended(Run, i32),
}

/// The result of a launch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Launch {
    New,
    /// A container of this name exists.
    Known,
}

/// All containers on one agent that operators may name.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// The containers of executors.
    roots: BTreeSet<String>,
    running: BTreeMap<Name, Run>,
    /// Oldest first.
    ended: VecDeque<Ended>,
    runs: u64,
}

#[derive(Debug)]
struct Ended {
    name: Name,
    run: Run,
    status: i32,
}

impl Book {
    /// Records that an executor's container runs.
    pub(super) fn open(&mut self, root: &str) {
        self.roots.insert(root.to_owned());
    }

    /// Records that an executor's container has ended. Returns the containers within it, which are
    /// to be killed.
    pub(super) fn close(&mut self, root: &str) -> Vec<Name> {
        self.roots.remove(root);
        self.running.keys().filter(|name| name.root() == root).cloned().collect()
    }

    pub(super) fn launch(&mut self, name: &Name) -> Result<Launch, String> {
        if self.runs(name) {
            return Ok(Launch::Known);
        }
        if let Some(parent) = name.parent().filter(|parent| !self.runs(parent)) {
            return Err(format!("Parent container {} does not exist", parent.as_str()));
        }
        if self.running.len() >= MAX_RUNNING {
            return Err(format!("{MAX_RUNNING} containers of operators and pods run on this agent already"));
        }
        // A caller that still waits for an earlier run of the same name asks for that run.
        self.ended.iter_mut().filter(|ended| ended.name.is_or_is_within(name)).for_each(Ended::forget);
        self.runs += 1;
        self.running.insert(name.clone(), Run(self.runs));
        Ok(Launch::New)
    }

    /// Records that a container's process has ended. Returns the containers within it, which are to
    /// be killed.
    pub(super) fn end(&mut self, name: &Name, status: i32) -> Vec<Name> {
        if let Some(run) = self.running.remove(name) {
            if self.ended.len() >= MAX_ENDED {
                self.ended.pop_front();
            }
            self.ended.push_back(Ended { name: name.clone(), run, status });
        }
        self.running.keys().filter(|inner| inner.is_within(name)).cloned().collect()
    }

    /// Forgets a container that has ended, if there is one.
    pub(super) fn remove(&mut self, name: &Name) -> Result<(), &'static str> {
        if self.running.contains_key(name) {
            return Err("Nested container has not terminated yet");
        }
        if !self.runs(&name.outermost()) {
            return Err("Unknown root container");
        }
        self.ended.iter_mut().filter(|ended| ended.name == *name).for_each(Ended::forget);
        Ok(())
    }

    /// Returns the state of a container, or `None` if it is unknown or belongs to an executor. A
    /// nested container that has ended is known while its outermost container runs; a standalone
    /// one, until it is [forgotten](Self::forget).
    pub(super) fn state(&self, name: &Name) -> Option<State> {
        if let Some(run) = self.running.get(name) {
            return Some(State::Running(*run));
        }
        let is_known = name.parent().is_none() || self.runs(&name.outermost());
        let ended = self.ended.iter().find(|ended| is_known && ended.name == *name);
        ended.map(|ended| State::Ended(ended.run, ended.status))
    }

    /// Forgets a run that has ended, except for callers that ask for its [status](Self::status).
    pub(super) fn forget(&mut self, run: Run) {
        self.ended.iter_mut().filter(|ended| ended.run == run).for_each(Ended::forget);
    }

    /// Returns the wait status of this run, once it has ended.
    pub(super) fn status(&self, run: Run) -> Option<i32> {
        self.ended.iter().find(|ended| ended.run == run).map(|ended| ended.status)
    }

    /// Returns whether it is the running container of an executor, or within one.
    pub(super) fn is_of_executor(&self, name: &Name) -> bool {
        self.roots.contains(name.root())
    }

    /// Returns whether one of its ancestors has ended.
    pub(super) fn is_orphan(&self, name: &Name) -> bool {
        name.parent().is_some_and(|parent| !self.runs(&parent))
    }

    /// Returns the running containers: nested ones, standalone ones, or both.
    pub(super) fn list(&self, nested: bool, standalone: bool) -> Vec<Name> {
        let wanted = |name: &&Name| if name.parent().is_some() { nested } else { standalone };
        self.running.keys().filter(wanted).cloned().collect()
    }

    fn runs(&self, name: &Name) -> bool {
        self.roots.contains(name.as_str()) || self.running.contains_key(name)
    }
}

impl Ended {
    /// Frees its name for another container. Its status stays for those who wait for it.
    fn forget(&mut self) {
        self.name = Name(String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name(text.to_owned())
    }

    fn ended(book: &Book, text: &str) -> Option<i32> {
        match book.state(&name(text))? {
            State::Running(_) => None,
            State::Ended(_, status) => Some(status),
        }
    }

    #[test]
    fn names_contain_what_a_container_is_within() {
        let id = |value: &str| ContainerId::from(value);
        let inner = ContainerId { parent: Some(Box::new(id("a"))), ..id("b") };
        assert_eq!(Name::of(&inner).unwrap(), name("a.b"));
        assert_eq!(name("a.b").id(), inner);
        assert!(Name::of(&id("a.b")).unwrap_err().contains("contains invalid characters"));
        let bad = ContainerId { parent: Some(Box::new(id(""))), ..id("b") };
        assert!(Name::of(&bad).unwrap_err().starts_with("'ContainerID.parent' is invalid"));
    }

    #[test]
    fn a_container_needs_what_it_is_within() {
        let mut book = Book::default();
        let refused = book.launch(&name("root.a")).unwrap_err();
        assert_eq!(refused, "Parent container root does not exist");
        book.open("root");
        assert_eq!(book.launch(&name("root.a")), Ok(Launch::New));
        assert_eq!(book.launch(&name("root.a")), Ok(Launch::Known));
        assert_eq!(book.launch(&name("root.a.b")), Ok(Launch::New));
        assert_eq!(book.launch(&name("root")), Ok(Launch::Known));
        assert_eq!(book.end(&name("root.a"), 9), vec![name("root.a.b")]);
        assert_eq!(ended(&book, "root.a"), Some(9));
        assert!(book.launch(&name("root.a.c")).is_err());
        assert!(book.is_orphan(&name("root.a.b")) && !book.is_orphan(&name("root.a")));
    }

    #[test]
    fn nested_containers_end_with_their_executor() {
        let mut book = Book::default();
        book.open("root");
        for inner in ["root.a", "root.b", "own"] {
            book.launch(&name(inner)).unwrap();
        }
        book.end(&name("root.a"), 0);
        assert_eq!(book.list(true, false), vec![name("root.b")]);
        assert_eq!(book.list(false, true), vec![name("own")]);
        assert!(book.is_of_executor(&name("root.b")) && !book.is_of_executor(&name("own")));
        assert_eq!(book.close("root"), vec![name("root.b")]);
        assert_eq!(book.state(&name("root.a")), None);
    }

    #[test]
    fn only_what_has_ended_is_removed() {
        let mut book = Book::default();
        book.launch(&name("own")).unwrap();
        book.launch(&name("own.a")).unwrap();
        assert_eq!(book.remove(&name("own.a")), Err("Nested container has not terminated yet"));
        book.end(&name("own.a"), 7);
        assert_eq!(ended(&book, "own.a"), Some(7));
        book.remove(&name("own.a")).unwrap();
        assert_eq!(book.state(&name("own.a")), None);
        assert_eq!(book.remove(&name("own.a")), Ok(()));
        book.end(&name("own"), 0);
        assert_eq!(book.remove(&name("own.a")), Err("Unknown root container"));
    }

    #[test]
    fn standalone_container_is_forgotten_at_its_end() {
        let mut book = Book::default();
        book.launch(&name("own")).unwrap();
        let Some(State::Running(run)) = book.state(&name("own")) else { panic!("it runs") };
        assert_eq!(book.status(run), None);
        book.end(&name("own"), 3);
        assert_eq!(book.state(&name("own")), Some(State::Ended(run, 3)));
        book.forget(run);
        assert_eq!((book.status(run), book.state(&name("own"))), (Some(3), None));
        assert_eq!(book.launch(&name("own")), Ok(Launch::New));
        assert!(matches!(book.state(&name("own")), Some(State::Running(again)) if again != run));
    }

    #[test]
    fn name_of_an_ended_container_is_free() {
        let mut book = Book::default();
        book.open("root");
        for status in [1, 2] {
            assert_eq!(book.launch(&name("root.a")), Ok(Launch::New));
            book.end(&name("root.a"), status);
            assert_eq!(ended(&book, "root.a"), Some(status));
        }
        // A nested container does not return when its outermost container's name is reused.
        book.close("root");
        assert_eq!(book.state(&name("root.a")), None);
        book.launch(&name("root")).unwrap();
        assert_eq!(book.state(&name("root.a")), None);
    }

    #[test]
    fn the_oldest_end_is_forgotten_first() {
        let mut book = Book::default();
        book.open("root");
        for number in 0..=MAX_ENDED {
            let inner = name(&format!("root.{number}"));
            book.launch(&inner).unwrap();
            book.end(&inner, 0);
        }
        assert_eq!((ended(&book, "root.0"), ended(&book, "root.1")), (None, Some(0)));
    }
}
