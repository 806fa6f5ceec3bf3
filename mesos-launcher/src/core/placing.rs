//! Offers, and the tasks that get places from them.

use std::sync::Arc;
use std::time::Duration;

use mesos_placement::{Accept, Assignment};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{Offer, OfferId};

use super::Core;
use super::launch::{Launch, launch};
use super::ports::{self, Ports};
use super::run::{Member, Phase, Run, Trial, Wait};
use super::turn::{Draft, Effect, Now};
use super::waiting::slot_of;

/// For how long offers are declined that no waiting task fits.
const FITS_NOTHING: Duration = Duration::from_secs(120);
/// For how long they are declined when no task waits.
const NOTHING_WAITS: Duration = Duration::from_secs(3600);
/// For how long what is left of an accepted offer is declined, and offers that no task may use yet.
const LEFT: Duration = Duration::from_secs(5);

impl Core {
    pub(super) fn offered(&mut self, now: Now, offers: &[Offer], draft: &mut Draft) {
        for offer in offers {
            let operations = self.look_for_volumes(now, offer, draft);
            if !operations.is_empty() {
                draft.after_write.push(accept(vec![offer.id.clone()], operations));
                continue;
            }
            if let Err(error) = self.hold(now, offer, draft) {
                tracing::warn!(offer = offer.id.value, error, "an invalid offer is declined");
                draft
                    .immediate
                    .push(Effect::Decline { offers: vec![offer.id.clone()], filter: FITS_NOTHING });
            }
        }
    }

    /// Gives waiting tasks their places, and declines the other offers.
    pub(super) fn place(&mut self, now: Now, draft: &mut Draft) {
        self.fill_placer(now, draft);
        self.is_postponed = false;
        if self.placer.offers().next().is_some() {
            self.place_from_offers(now, draft);
        }
        self.forget_agents(now);
    }

    fn place_from_offers(&mut self, now: Now, draft: &mut Draft) {
        let round = self.placer.place();
        for accept in round.accepts() {
            self.accept(now, &accept, draft);
        }
        self.is_postponed = round.postponed > 0;
        // The placer looks at the postponed ones first next time, whatever their priorities.
        self.is_unordered |= self.is_postponed && round.unplaced > 0;
        if !self.is_postponed {
            self.explain();
            self.decline_others(draft);
        }
    }

    fn decline_others(&mut self, draft: &mut Draft) {
        let filter = match (self.placer.waiting() > 0, self.has_more()) {
            (true, _) => FITS_NOTHING,
            (false, true) => LEFT,
            (false, false) => NOTHING_WAITS,
        };
        let offers = self.placer.take_offers();
        if !offers.is_empty() {
            draft.immediate.push(Effect::Decline { offers, filter });
        }
    }

    /// Records the runs of one ACCEPT, and makes it.
    fn accept(&mut self, now: Now, accept: &Accept<'_>, draft: &mut Draft) {
        let (mut operations, mut tasks, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for assignment in &accept.assignments {
            let Some((before, launch)) = self.intend(now, assignment, draft) else { continue };
            operations.extend(before);
            match launch {
                Launch::Task(task) => tasks.push(*task),
                Launch::Group(group) => groups.push(*group),
            }
        }
        let offers = accept.offers.to_vec();
        match tasks.is_empty() && groups.is_empty() {
            true => draft.immediate.push(Effect::Decline { offers, filter: LEFT }),
            false => {
                draft.after_write.push(Effect::Accept { offers, operations, tasks, groups, filter: LEFT })
            }
        }
    }

    /// Records a run, and returns the operations that create its volume, and what launches it.
    fn intend(
        &mut self,
        now: Now,
        assignment: &Assignment,
        draft: &mut Draft,
    ) -> Option<(Vec<Operation>, Launch)> {
        let (name, index) = slot_of(&assignment.task)?;
        // A task that was refused in this round may have stopped its workload.
        if self.slot(name, index)?.wait != Wait::Placed {
            self.placer.remove_running(&assignment.task);
            return None;
        }
        self.ids += 1;
        let task_id = format!("{name}.{index}.{}-{}", self.incarnation, self.ids);
        let workload = self.workloads.get_mut(name)?;
        workload.placed -= 1;
        let slot = &mut workload.slots[index];
        (slot.wait, slot.not_before) = (Wait::Done, None);
        let attempts = slot.attempts;
        let task = Arc::clone(workload.task(index)?);
        let ports = ports::assigned(&task, assignment);
        let attempt = (task_id.as_str(), attempts.saturating_add(1));
        let launched = self.run_resources(&task_id, (name, index), &task, assignment).and_then(|resources| {
            let to = (&resources.assignment, &ports);
            let launch = launch(&task, attempt, (name, index), to, &self.framework)?;
            Ok((resources, launch))
        });
        match launched {
            Ok((resources, launch)) => {
                if let Some(new) = resources.new {
                    self.put_volume(&task_id, new, draft);
                }
                self.begin(task_id, (name, index), (&assignment.agent, ports), resources.volume, draft);
                Some((resources.operations, launch))
            }
            Err(error) => {
                self.placer.remove_running(&assignment.task);
                self.refuse(now, (name, index), task_id, error.to_string(), draft);
                None
            }
        }
    }

    /// Begins the run of a slot.
    fn begin(
        &mut self,
        task_id: String,
        (name, index): (&str, usize),
        (agent, ports): (&str, Ports),
        volume: Option<String>,
        draft: &mut Draft,
    ) {
        self.add_run_at(agent);
        draft.agents.insert(agent.to_owned());
        let host = self.agents.get(agent).map(|known| known.host.clone()).unwrap_or_default();
        let Some(workload) = self.workloads.get_mut(name) else { return };
        let version = workload.slots[index].version;
        let members = workload.task(index).map(|unit| unit.members()).unwrap_or_default();
        let members = members.iter().map(|member| Member::new(&member.name)).collect();
        workload.progress.running += 1;
        workload.slots[index].attempts += 1;
        workload.slots[index].run = Some(Run {
            task_id: task_id.clone(),
            agent: agent.to_owned(),
            host,
            ports,
            version,
            phase: Phase::Intended,
            started: None,
            well: None,
            is_to_end: false,
            volume,
            members,
            cause: None,
            is_fenced: false,
            is_confirmed: false,
            trial: Trial::Open,
        });
        self.runs.insert(task_id, (name.to_owned(), index));
        draft.slots.insert((name.to_owned(), index));
    }
}

/// Carries out operations that launch nothing.
fn accept(offers: Vec<OfferId>, operations: Vec<Operation>) -> Effect {
    Effect::Accept { offers, operations, tasks: Vec::new(), groups: Vec::new(), filter: LEFT }
}
