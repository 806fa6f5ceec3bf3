//! Who is killed, frozen and cut off when: a function of the seed, and of nothing else.

use std::fmt;
use std::time::Duration;

use testkit::LinkFault;

use crate::dice::Dice;
use crate::fault::{Fault, Link, Victim};
use crate::framework::Framework;

/// What happens. Before it a scheduler on the driver crashes twice, at the two worst moments.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) framework: Framework,
    /// How many tasks are launched …
    pub(crate) tasks: usize,
    /// … evenly over this time.
    pub(crate) time: Duration,
    /// How many schedulers there are, of which one leads.
    pub(crate) schedulers: usize,
    /// In order.
    pub(crate) steps: Vec<Step>,
    seed: Option<u64>,
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) at: Duration,
    pub(crate) fault: Fault,
    /// Whether this is the end of the fault.
    pub(crate) is_end: bool,
}

/// What there is to torment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// With several masters there is a ZooKeeper, and there are proxies before agents too.
    pub masters: usize,
    /// How many agents there are.
    pub agents: usize,
    /// Of several schedulers one leads.
    pub schedulers: usize,
}

/// How many schedulers there are at most, beside one that intrudes.
pub(crate) const MAX_SCHEDULERS: usize = 2;

/// From the leader's end, and an agent's, to its start.
const LEADER_DOWN: Duration = Duration::from_secs(2);
const AGENT_DOWN: Duration = Duration::from_secs(1);

impl Plan {
    /// Returns so many tasks over this time, and nothing else.
    pub fn peaceful(tasks: usize, time: Duration) -> Self {
        Self { framework: Framework::Driver, tasks, time, schedulers: 1, steps: Vec::new(), seed: None }
    }

    /// Sets how many schedulers there are, of which one leads.
    #[must_use]
    pub fn schedulers(self, schedulers: usize) -> Self {
        Self { schedulers, ..self }
    }

    /// Sets the framework that it torments. The default is the one on the driver.
    #[must_use]
    pub fn of(self, framework: Framework) -> Self {
        Self { framework, ..self }
    }

    /// Kills the leader again and again. From one kill to the next, three masters have to be up
    /// again.
    #[must_use]
    pub fn killing_the_leader(self, every: Duration) -> Self {
        self.killing(Victim::Leader, every, LEADER_DOWN)
    }

    /// Kills the first agent again and again.
    #[must_use]
    pub fn killing_the_agent(self, every: Duration) -> Self {
        self.killing(Victim::Agent(0), every, AGENT_DOWN)
    }

    /// Adds kills of the scheduler, in between the others: of several, each in turn, so that it is
    /// the one that leads if another one has taken over meanwhile.
    #[must_use]
    pub fn killing_the_scheduler(mut self, times: u32) -> Self {
        for (kill, which) in (0..times).zip((0..self.schedulers).cycle()) {
            let at = self.time * (2 * kill + 1) / (2 * times);
            self.add(Fault::Kill(Victim::Scheduler(which)), at, Duration::ZERO);
        }
        self
    }

    /// Returns everything, at once, in all ways.
    pub fn chaos(seed: u64, tasks: usize, time: Duration, shape: Shape) -> Self {
        let mut plan = Self { seed: Some(seed), ..Self::peaceful(tasks, time).schedulers(shape.schedulers) };
        let mut dice = Dice::new(seed);
        // The last life of the scheduler is long enough to see what it needs in the long run.
        let half = time / 2;
        plan.lane(&mut dice, time, (6, 14), |dice| shape.of_masters(dice));
        plan.lane(&mut dice, time, (4, 12), |dice| shape.of_agents(dice));
        plan.lane(&mut dice, time, (6, 16), of_executors);
        match shape.schedulers {
            1 => plan.lane(&mut dice, half, (6, 18), |dice| kill_or_freeze(dice, Victim::Scheduler(0))),
            // Each of them may lead, and takes over from the other one meanwhile.
            _ => plan.lane(&mut dice, time, (4, 12), |dice| shape.of_schedulers(dice)),
        }
        plan.lane(&mut dice, time, (2, 6), |dice| {
            let link = Link::Master(dice.below(shape.masters));
            Fault::Links(link, of_links(dice))
        });
        if shape.masters > 1 {
            plan.lane(&mut dice, time, (3, 9), |dice| {
                let link = Link::Agent(dice.below(shape.agents));
                Fault::Links(link, of_links(dice))
            });
            plan.lane(&mut dice, time, (10, 30), |dice| Fault::Links(Link::ZooKeeper, of_links(dice)));
            plan.lane(&mut dice, time, (15, 40), of_zookeeper);
        }
        plan
    }

    /// Chaos that is over in a minute or so, with every kind of fault in it that a cluster of this
    /// shape can bear.
    pub fn short_chaos(tasks: usize, shape: Shape) -> Self {
        let seed = match (shape.masters, shape.schedulers) {
            (1, _) => 174,
            (_, 1) => 1512,
            _ => 149_021,
        };
        Self::chaos(seed, tasks, Duration::from_secs(45), shape)
    }

    /// Faults of one kind of victim, never two at a time: masters are a majority, and what is
    /// killed is started before it is killed again. `pause` is in seconds.
    fn lane(
        &mut self,
        dice: &mut Dice,
        until: Duration,
        pause: (u64, u64),
        mut choose: impl FnMut(&mut Dice) -> Fault,
    ) {
        let (least, most) = pause;
        let milliseconds = Duration::from_millis;
        let mut at = milliseconds(dice.between(1000, least * 1000));
        while at < until {
            // Most are over before anybody gives up anybody; some are not.
            let lasting = match dice.below(8) {
                0 => milliseconds(dice.between(11_000, 22_000)),
                _ => milliseconds(dice.between(100, 6000)),
            };
            let lasting = lasting.min(until.saturating_sub(at));
            self.add(choose(dice), at, lasting);
            at += lasting + milliseconds(dice.between(least * 1000, most * 1000));
        }
    }

    fn killing(mut self, victim: Victim, every: Duration, down: Duration) -> Self {
        let times = (1..).map(|time| every * time).take_while(|time| *time <= self.time);
        let times: Vec<_> = if every.is_zero() { Vec::new() } else { times.collect() };
        for at in times {
            self.add(Fault::Kill(victim), at, down);
        }
        self
    }

    fn add(&mut self, fault: Fault, at: Duration, lasting: Duration) {
        self.steps.push(Step { at, fault, is_end: false });
        if !matches!(fault, Fault::Kill(Victim::Executor(_))) {
            self.steps.push(Step { at: at + lasting, fault, is_end: true });
        }
        self.steps.sort_by_key(|step| step.at);
    }

    /// Returns whether tasks may fail because something is done to their executors, or keeps them
    /// from their agents for long.
    pub(crate) fn may_fail(&self) -> bool {
        self.seed.is_some()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seed {
            Some(seed) => write!(formatter, "{} s of chaos of the seed {seed}", self.time.as_secs()),
            None => write!(formatter, "{} s of kills", self.time.as_secs()),
        }
    }
}

impl Shape {
    fn of_masters(self, dice: &mut Dice) -> Fault {
        if self.masters == 1 {
            return Fault::Kill(Victim::Leader);
        }
        let victim = {
            let any = Victim::Master(dice.below(self.masters));
            dice.one_of(&[Victim::Leader, Victim::Leader, any])
        };
        kill_or_freeze(dice, victim)
    }

    fn of_schedulers(self, dice: &mut Dice) -> Fault {
        let which = dice.below(self.schedulers);
        let link = Fault::Links(Link::Store(which), of_links(dice));
        let (kill, freeze) = (Fault::Kill(Victim::Scheduler(which)), Fault::Freeze(Victim::Scheduler(which)));
        dice.one_of(&[kill, freeze, link, Fault::Intrude])
    }

    fn of_agents(self, dice: &mut Dice) -> Fault {
        let victim = Victim::Agent(dice.below(self.agents));
        kill_or_freeze(dice, victim)
    }
}

fn of_links(dice: &mut Dice) -> LinkFault {
    let bytes = usize::try_from(dice.between(0, 20_000)).unwrap_or(0);
    let delay = Duration::from_millis(dice.between(20, 500));
    dice.one_of(&[
        LinkFault::CutAfter(0),
        LinkFault::CutAfter(bytes),
        LinkFault::Delay(delay),
        LinkFault::Throttle(2000 + bytes),
        LinkFault::HalfOpen,
        LinkFault::SwallowResponses,
        LinkFault::Refuse,
    ])
}

fn of_executors(dice: &mut Dice) -> Fault {
    let victim = Victim::Executor(dice.below(100));
    kill_or_freeze(dice, victim)
}

fn of_zookeeper(dice: &mut Dice) -> Fault {
    kill_or_freeze(dice, Victim::ZooKeeper)
}

fn kill_or_freeze(dice: &mut Dice, victim: Victim) -> Fault {
    dice.one_of(&[Fault::Kill(victim), Fault::Freeze(victim)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::kind;
    use std::collections::BTreeSet;

    const LARGE: Shape = Shape { masters: 3, agents: 3, schedulers: 1 };

    fn chaos(seed: u64) -> Plan {
        Plan::chaos(seed, 10_000, Duration::from_secs(600), LARGE)
    }

    #[test]
    fn a_plan_follows_from_its_seed() {
        assert_eq!(chaos(7).steps, chaos(7).steps);
        assert_ne!(chaos(7).steps, chaos(8).steps);
    }

    fn kinds(plan: &Plan) -> BTreeSet<String> {
        plan.steps.iter().map(|step| kind(&step.fault.to_string())).collect()
    }

    #[test]
    fn every_run_has_every_kind_of_fault() {
        let victims = ["leader", "master", "agent", "executor", "zookeeper", "scheduler"];
        let signals =
            victims.iter().flat_map(|victim| [format!("kill {victim}"), format!("freeze {victim}")]);
        let troubles = ["cut", "delayed", "throttled", "half-open", "swallowing", "refused"];
        let mut wanted: BTreeSet<_> =
            signals.chain(troubles.map(|trouble| format!("links {trouble}"))).collect();
        assert_eq!(kinds(&chaos(1)), wanted);
        assert_eq!(kinds(&Plan::short_chaos(300, Shape { masters: 3, agents: 2, schedulers: 1 })), wanted);
        let of_two = Plan::short_chaos(100, Shape { masters: 3, agents: 2, schedulers: 2 });
        let stores = of_two.steps.iter().filter(|step| step.fault.to_string().ends_with("to store 1"));
        assert_eq!(stores.count(), 2, "its begin and its end");
        assert_eq!(kinds(&of_two), wanted.iter().cloned().chain(["intrude scheduler".to_owned()]).collect());
        wanted.retain(|kind| {
            !kind.contains("master") && !kind.contains("zookeeper") && kind != "freeze leader"
        });
        assert_eq!(kinds(&Plan::short_chaos(300, Shape { masters: 1, agents: 2, schedulers: 1 })), wanted);
    }

    #[test]
    fn faults_end_in_time_and_before_they_recur() {
        for seed in 0..20 {
            let plan = chaos(seed);
            assert!(plan.steps.is_sorted_by_key(|step| step.at));
            let mut open = Vec::new();
            for step in &plan.steps {
                assert!(step.at <= plan.time);
                match step.is_end {
                    true => open.retain(|fault| *fault != step.fault),
                    false if kind(&step.fault.to_string()) == "kill executor" => {}
                    false => {
                        assert!(!open.contains(&step.fault));
                        open.push(step.fault);
                    }
                }
            }
            assert_eq!(open, []);
        }
    }

    #[test]
    fn a_small_cluster_has_what_it_can_bear() {
        let plan =
            Plan::chaos(3, 100, Duration::from_secs(600), Shape { masters: 1, agents: 1, schedulers: 1 });
        for step in plan.steps {
            let text = step.fault.to_string();
            assert!(!text.contains("zookeeper") && !text.contains("freeze leader"), "{text}");
            assert!(!text.contains("to agent"), "{text}");
        }
    }

    #[test]
    fn kills_come_at_their_times() {
        let second = Duration::from_secs;
        let plan = Plan::peaceful(10, second(40)).killing_the_leader(second(18)).killing_the_scheduler(1);
        let kills: Vec<_> = plan.steps.iter().filter(|step| !step.is_end).collect();
        let text: Vec<_> = kills.iter().map(|step| format!("{} {}", step.at.as_secs(), step.fault)).collect();
        assert_eq!(text, ["18 kill leader", "20 kill scheduler 0", "36 kill leader"]);
    }
}
