//! The state of a world as a text, without what makes no difference.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::{Core, Input, Launched};
use super::world::World;

/// Returns a text that is the same for states that differ only in the names of tasks and offers, or
/// in what has no influence on what follows.
pub(super) fn state(world: &World) -> String {
    let store = world.store.iter().filter(|(key, _)| !key.starts_with("task/"));
    let delayed = world.delayed.iter().map(|(offers, _, tasks)| {
        let tasks: Vec<_> = tasks.iter().map(|task| (&task.task_id.value, &task.agent_id.value)).collect();
        format!("{offers:?} {tasks:?}")
    });
    let text = format!(
        "{} {:?} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        world.spec.slots,
        world.spec.tasks.first(),
        world.is_stopped,
        world.now,
        world.agents,
        world.offers,
        world.is_subscribed,
        world.fences,
        world.inbox.iter().map(input).collect::<Vec<_>>(),
        world.responses.iter().map(input).collect::<Vec<_>>(),
        delayed.collect::<Vec<_>>(),
        store.collect::<Vec<_>>(),
        world.core.as_ref().map(core),
    );
    renamed(&text)
}

fn core(core: &Core) -> String {
    let workloads = core.workloads.values().map(|batch| {
        let (record, slots, progress) = (&batch.record, &batch.slots, batch.progress);
        format!("{record:?} {slots:?} {progress:?} {:?}", batch.ends.keys())
    });
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        workloads.collect::<Vec<_>>(),
        core.abandoned,
        core.volumes,
        core.timers,
        core.kills,
        core.is_subscribed
    )
}

fn input(input: &Input) -> String {
    match input {
        Input::Update(status, token) => {
            format!("{} {:?} {}", status.task_id.value, status.state, token.is_some())
        }
        Input::Offers(offers) => {
            let offers = offers.iter().map(|offer| (&offer.id.value, offer.resources.len()));
            format!("{:?}", offers.collect::<Vec<_>>())
        }
        Input::Accepted(Launched { offers, tasks }, handling) => format!("{offers:?} {tasks:?} {handling:?}"),
        Input::Submit(..) => "submit".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Numbers tasks and offers as they come.
fn renamed(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    let (mut names, mut renamed, mut rest) = (HashMap::new(), String::new(), text);
    while !rest.is_empty() {
        let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(length);
        if word.contains(".life") || word.starts_with("offer") {
            let next = names.len();
            // The number of its slot does make a difference, and its name in a pod.
            let mut parts = word.split('.').skip(1);
            let (slot, name) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
            write!(renamed, "{slot}{name}#{}", names.entry(word).or_insert(next)).unwrap();
        } else {
            renamed.push_str(word);
        }
        let other = behind.find(is_part).unwrap_or(behind.len());
        renamed.push_str(&behind[..other]);
        rest = &behind[other..];
    }
    renamed
}
