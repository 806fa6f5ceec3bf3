//! Which users there are, how far each is, and whose turn it is.
//!
//! Users stand in a list in breadth-first order. The links of a page are added to it only when
//! those of all pages before it in the list have been: so the users of a crawl are those that a
//! crawler going one page at a time would visit, whatever the order in which tasks end.

use std::collections::HashSet;

use crate::{
    output::news::News,
    page::BoardsPart,
    page_url::PageUrl,
    profile::{Board, Profile},
    visit::{Failure, ProfileFound},
    work::{Found, Kind},
};

/// How often a job is tried before the user is given up.
pub const MAX_TRIES: u32 = 3;

/// The crawl ends when so many users one after the other could not be visited.
pub const MAX_FAILURES_IN_A_ROW: usize = 10;

/// The longest list of users; links that lead to more are not followed.
pub const MAX_USERS: usize = 100_000;

/// What one task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Job {
    /// The user, by the place in the frontier's list.
    pub user: usize,
    /// Profile or boards.
    pub kind: Kind,
}

/// All users that are known.
#[derive(Debug, Default)]
pub struct Frontier {
    wanted: usize,
    users: Vec<User>,
    known: HashSet<String>,
    /// The links of the users before this one are in the list.
    linked: usize,
    failures_in_a_row: usize,
}

/// A user, visited or not.
#[derive(Debug)]
pub struct User {
    /// The user's page.
    pub url: PageUrl,
    /// The profile, once the page was read.
    pub profile: Option<Profile>,
    /// The boards, once they were read.
    pub boards: Vec<Board>,
    /// The part of the page with the boards, until they are read.
    pub part: Option<BoardsPart>,
    /// How often tasks were launched for what the user waits for, or has at work.
    pub tries: u32,
    links: Vec<PageUrl>,
    step: Step,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A job of this kind waits for a task.
    Waiting(Kind),
    /// A task of this kind is at work.
    Working(Kind),
    /// Everything is there.
    Done,
    /// It can't be visited.
    Failed,
    /// The page turned out to be that of another user in the list.
    Same,
}

impl Frontier {
    /// Begins at a user's page; ends when `wanted` users were visited.
    pub fn new(start: PageUrl, wanted: usize) -> Self {
        let known = HashSet::from([start.key()]);
        Self { wanted, users: vec![User::new(start)], known, linked: 0, failures_in_a_row: 0 }
    }

    /// Returns the next job: boards before profiles, and users in the order of the list.
    pub fn next(&self) -> Option<Job> {
        let first = |kind| self.users.iter().position(|user| user.step == Step::Waiting(kind));
        let boards = first(Kind::Boards).map(|user| Job { user, kind: Kind::Boards });
        boards.or_else(|| {
            let more = self.taken() < self.wanted && !self.is_hopeless();
            let user = more.then(|| first(Kind::Profile))??;
            Some(Job { user, kind: Kind::Profile })
        })
    }

    /// Records that a task for the job is launched, which counts as a try.
    pub fn start(&mut self, job: Job) {
        self.step(job, Step::Working(job.kind));
        self.count(job, 1);
    }

    /// Lets the job wait for another task.
    pub fn again(&mut self, job: Job) {
        self.step(job, Step::Waiting(job.kind));
    }

    /// Lets the job wait for another task, because none was launched.
    pub fn unstart(&mut self, job: Job) {
        self.again(job);
        self.count(job, -1);
    }

    /// Records what a task has found for its job, and returns what is new.
    ///
    /// # Errors
    /// When it has found nothing.
    pub fn found(&mut self, job: Job, found: Found) -> Result<Option<News>, Failure> {
        match (job.kind, found) {
            (Kind::Profile, Found::Profile(page)) => {
                let url = page.url.clone();
                Ok(self.profile(job, *page).then_some(News::Read(url)))
            }
            (Kind::Boards, Found::Boards(boards)) => Ok(self.boards(job, boards)),
            (_, Found::Nothing(failure)) => Err(failure),
            _ => Err(Failure::lasting("it brought the result of another kind of task")),
        }
    }

    /// Records that a task for the job has failed: the job waits for another task, or the user is
    /// given up.
    pub fn failed(&mut self, job: Job, Failure { reason, temporary }: Failure) -> Option<News> {
        let User { url, tries, .. } = self.user(job)?;
        let (url, tries) = (url.clone(), *tries);
        if temporary && tries < MAX_TRIES {
            self.again(job);
            return Some(News::Retrying { kind: job.kind, url, reason, tries });
        }
        self.fail(job);
        Some(News::GaveUp { url, reason })
    }

    /// Gives up the job, and with it the user.
    fn fail(&mut self, job: Job) {
        self.failures_in_a_row += 1;
        self.step(job, Step::Failed);
        self.add_links();
    }

    /// Records that the user's page was read. Returns false if it is the page of another user in
    /// the list, who is responsible for it then.
    fn profile(&mut self, job: Job, found: ProfileFound) -> bool {
        let Some(user) = self.users.get_mut(job.user) else { return false };
        user.tries = 0;
        let new = found.url.key() == user.url.key() || self.known.insert(found.url.key());
        if new {
            user.url = found.url;
            user.links = found.links;
            user.profile = Some(found.profile);
            user.part = Some(found.boards);
        }
        user.step = if new { Step::Waiting(Kind::Boards) } else { Step::Same };
        self.add_links();
        new
    }

    /// Records that the user's boards were read, which completes the user.
    fn boards(&mut self, job: Job, boards: Vec<Board>) -> Option<News> {
        let user = self.users.get_mut(job.user)?;
        (user.boards, user.part, user.step) = (boards, None, Step::Done);
        self.failures_in_a_row = 0;
        let profile = Box::new(user.profile.clone()?);
        Some(News::Visited { url: user.url.clone(), profile, boards: user.boards.clone() })
    }

    /// Returns whether the job's result is there already, or not wanted any more.
    pub fn is_settled(&self, job: Job) -> bool {
        let open = |user: &User| match job.kind {
            Kind::Profile => matches!(user.step, Step::Waiting(Kind::Profile) | Step::Working(Kind::Profile)),
            Kind::Boards => matches!(user.step, Step::Waiting(Kind::Boards) | Step::Working(Kind::Boards)),
        };
        !self.user(job).is_some_and(open)
    }

    /// Returns whether nothing is left to do: enough users were visited, or no more can be.
    pub fn is_finished(&self) -> bool {
        let working = self.users.iter().any(|user| matches!(user.step, Step::Working(_)));
        !working && self.next().is_none()
    }

    /// Returns the user of a job.
    pub fn user(&self, job: Job) -> Option<&User> {
        self.users.get(job.user)
    }

    /// Returns the users who are done, in the order of the list.
    pub fn visited(&self) -> impl Iterator<Item = &User> {
        self.users.iter().filter(|user| user.step == Step::Done)
    }

    /// Returns whether the crawl has met nothing but failures for too long.
    pub fn is_hopeless(&self) -> bool {
        self.failures_in_a_row >= MAX_FAILURES_IN_A_ROW
    }

    /// Returns how many users are done or being visited.
    fn taken(&self) -> usize {
        let taken = |step| matches!(step, Step::Working(_) | Step::Done | Step::Waiting(Kind::Boards));
        self.users.iter().filter(|user| taken(user.step)).count()
    }

    fn count(&mut self, job: Job, change: i32) {
        if let Some(user) = self.users.get_mut(job.user) {
            user.tries = user.tries.saturating_add_signed(change);
        }
    }

    fn step(&mut self, job: Job, step: Step) {
        if let Some(user) = self.users.get_mut(job.user) {
            user.step = step;
        }
    }

    /// Adds the links of those users whose predecessors' are all in the list.
    fn add_links(&mut self) {
        while let Some(user) = self.users.get_mut(self.linked) {
            if matches!(user.step, Step::Waiting(Kind::Profile) | Step::Working(Kind::Profile)) {
                return;
            }
            for link in std::mem::take(&mut user.links) {
                if self.users.len() < MAX_USERS && self.known.insert(link.key()) {
                    self.users.push(User::new(link));
                }
            }
            self.linked += 1;
        }
    }
}

impl User {
    /// Creates a user who is done.
    pub fn visited(url: PageUrl, profile: Profile, boards: Vec<Board>) -> Self {
        Self { profile: Some(profile), boards, step: Step::Done, ..Self::new(url) }
    }

    fn new(url: PageUrl) -> Self {
        let step = Step::Waiting(Kind::Profile);
        Self { url, profile: None, boards: Vec::new(), part: None, tries: 0, links: Vec::new(), step }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(name: &str) -> PageUrl {
        PageUrl::parse(&format!("http://host/{name}/")).unwrap()
    }

    fn page(name: &str, links: &[&str]) -> ProfileFound {
        let links = links.iter().map(|link| url(link)).collect();
        let boards = BoardsPart::Markup(String::new());
        ProfileFound { url: url(name), profile: Profile::default(), links, boards }
    }

    fn profile(user: usize) -> Job {
        Job { user, kind: Kind::Profile }
    }

    fn boards(user: usize) -> Job {
        Job { user, kind: Kind::Boards }
    }

    fn start(frontier: &mut Frontier) -> Vec<Job> {
        std::iter::from_fn(|| frontier.next().inspect(|&job| frontier.start(job))).collect()
    }

    fn names(frontier: &Frontier) -> Vec<String> {
        frontier.users.iter().map(|user| user.url.segments().collect()).collect()
    }

    #[test]
    fn users_are_listed_breadth_first() {
        let mut frontier = Frontier::new(url("a"), 9);
        assert_eq!(start(&mut frontier), [profile(0)]);
        assert!(frontier.profile(profile(0), page("a", &["b", "c"])));
        assert_eq!(start(&mut frontier), [boards(0), profile(1), profile(2)]);
        assert!(frontier.profile(profile(2), page("c", &["e", "a"])));
        assert_eq!(names(&frontier), ["a", "b", "c"]);
        assert!(frontier.profile(profile(1), page("b", &["d", "c"])));
        assert_eq!(names(&frontier), ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn only_the_wanted_number_of_users_is_begun() {
        let mut frontier = Frontier::new(url("a"), 2);
        start(&mut frontier);
        frontier.profile(profile(0), page("a", &["b", "c", "d"]));
        assert_eq!(start(&mut frontier), [boards(0), profile(1)]);
        frontier.fail(profile(1));
        assert_eq!(start(&mut frontier), [profile(2)]);
        frontier.boards(boards(0), Vec::new());
        assert!(!frontier.is_finished());
        frontier.profile(profile(2), page("c", &[]));
        assert_eq!(start(&mut frontier), [boards(2)]);
        frontier.boards(boards(2), Vec::new());
        assert!(frontier.is_finished());
        assert_eq!(frontier.visited().count(), 2);
    }

    #[test]
    fn lost_job_waits_and_settled_one_does_not() {
        let mut frontier = Frontier::new(url("a"), 2);
        start(&mut frontier);
        frontier.again(profile(0));
        assert_eq!(start(&mut frontier), [profile(0)]);
        assert!(!frontier.is_settled(profile(0)));
        frontier.profile(profile(0), page("a", &[]));
        assert!(frontier.is_settled(profile(0)) && !frontier.is_settled(boards(0)));
    }

    #[test]
    fn page_with_two_addresses_is_one_user() {
        let mut frontier = Frontier::new(url("a"), 3);
        start(&mut frontier);
        frontier.profile(profile(0), page("a", &["b", "B", "c"]));
        start(&mut frontier);
        assert!(!frontier.profile(profile(2), page("b", &["x"])));
        assert_eq!(frontier.next(), Some(profile(3)));
        assert!(frontier.is_settled(profile(2)));
        assert!(frontier.profile(profile(1), page("b", &[])));
    }

    #[test]
    fn ends_early_when_users_run_out() {
        let mut frontier = Frontier::new(url("a"), 5);
        start(&mut frontier);
        frontier.profile(profile(0), page("a", &[]));
        start(&mut frontier);
        frontier.boards(boards(0), Vec::new());
        assert!(frontier.is_finished());
    }

    #[test]
    fn ends_when_every_job_failed() {
        let links: Vec<String> = (0..50).map(|n| format!("u{n}")).collect();
        let mut frontier = Frontier::new(url("a"), 30);
        start(&mut frontier);
        frontier.profile(profile(0), page("a", &links.iter().map(String::as_str).collect::<Vec<_>>()));
        let started = start(&mut frontier);
        for &job in started.iter().filter(|job| job.kind == Kind::Profile) {
            frontier.fail(job);
        }
        assert!(frontier.is_hopeless());
        assert_eq!((frontier.next(), frontier.is_finished()), (None, false));
        frontier.again(boards(0));
        assert_eq!(frontier.next(), Some(boards(0)));
    }
}
