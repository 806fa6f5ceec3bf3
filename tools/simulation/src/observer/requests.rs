//! What schedulers send.

use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::Address;
use mesos_sdk::proto::v1::scheduler::call::Accept;
use mesos_sdk::proto::v1::scheduler::{Call, call};
use mesos_sdk::wire::Encoding;

use super::{FIRST_WAIT, LONGEST_WAIT, Request, SLACK, STORM};
use crate::dice::Dice;
use crate::network::http;
use crate::network::{After, Fate, Speaker};
use crate::world::Inner;

use crate::network::Line;

/// How long a driver waits for a connection, and a little more.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(11);
/// How long a call may wait for the one before it, which gets a connection, or not, and an answer, or none.
const QUEUED: Duration = Duration::from_secs(11 + 31);
/// How long a new leader's redirects are not followed.
const SETTLING: Duration = Duration::from_secs(31);
/// So many redirects in a row are followed.
const MAX_REDIRECTS: u32 = 8;

/// The number of a REQUEST that was made to be recognized.
pub(crate) fn marker(call: &Call) -> Option<u64> {
    let request = call.request.as_ref()?.requests.first()?;
    request.agent_id.as_ref()?.value.parse().ok()
}

/// The tasks and operations of a call.
pub(crate) fn ids(accept: &Accept) -> impl Iterator<Item = &str> {
    let launches = accept.operations.iter().filter_map(|operation| operation.launch.as_ref());
    let tasks = launches.flat_map(|launch| &launch.task_infos).map(|task| task.task_id.value.as_str());
    let operations = accept.operations.iter().filter_map(|operation| operation.id.as_ref());
    tasks.chain(operations.map(|id| id.value.as_str()))
}

impl Inner {
    /// A driver opens a connection.
    pub(crate) fn connecting(&mut self, speaker: &Speaker, address: &Address) {
        self.note(format_args!("{speaker} connects to {address}"));
        if let Speaker::Executor(name) = speaker {
            self.executor_connecting(name);
        }
        if let Speaker::Scheduler(life) = speaker
            && self.life(*life).subscription.is_none()
        {
            self.attempts(*life);
            self.check_storm(*life);
            self.check_redirect(*life, address);
        }
    }

    fn check_storm(&mut self, life: u32) {
        let now = self.now();
        let known = self.life(life);
        known.attempts.push_back(now);
        known.attempts.retain(|at| now.saturating_sub(*at) < Duration::from_secs(60));
        if known.attempts.len() > STORM {
            known.attempts.clear();
            self.violated(format!("S{life} tries to subscribe more than {STORM} times in a minute"));
        }
    }

    /// A redirect is followed, unless it may be that of a leader who does not know it yet, or one of many.
    fn check_redirect(&mut self, life: u32, address: &Address) {
        let known = self.life(life);
        let Some(wanted) = known.redirected.take() else {
            known.redirects = 0;
            return;
        };
        known.redirects += 1;
        if wanted != *address && known.redirects < MAX_REDIRECTS {
            self.violated(format!("S{life} was redirected to {wanted}, and goes to {address}"));
        }
    }

    /// Something goes wrong on its way, so that a call of the driver's own may be lost.
    pub(crate) fn troubled(&mut self, speaker: &Speaker) {
        let now = self.now();
        if let Speaker::Scheduler(life) = speaker {
            self.life(*life).troubled = now;
        }
    }

    /// Its connection is refused.
    pub(crate) fn refuses(&mut self, speaker: &Speaker) {
        self.troubled(speaker);
        let now = self.now();
        if let Speaker::Scheduler(life) = speaker {
            self.life(*life).unopened = now;
        }
    }

    /// It does not get it open for a while.
    pub(crate) fn hangs(&mut self, speaker: &Speaker) {
        self.troubled(speaker);
        let until = self.now() + CONNECT_TIMEOUT;
        if let Speaker::Scheduler(life) = speaker {
            self.life(*life).hangs_until = until;
            self.life(*life).unopened = until;
        }
    }

    /// The driver asks its detector, instead of following a redirect perhaps.
    pub(crate) fn asks_for_leader(&mut self, life: u32) {
        self.has_left(life);
        self.attempts(life);
        self.check_redirect(life, &Address::new("the detector", 0));
    }

    /// The driver tries to subscribe: it asks for the leader, or goes there.
    pub(crate) fn attempts(&mut self, life: u32) {
        let now = self.now();
        // A driver that reads nothing, because its handler is behind, learns of nothing.
        let reads = self.plan.event_limit >= 1024;
        let (lost, thawed) = (self.life(life).lost.take(), self.life(life).thawed);
        if let Some((at, healthy)) = lost.filter(|_| reads) {
            let at = at.max(thawed);
            let most = if healthy { FIRST_WAIT } else { LONGEST_WAIT };
            if now > at + most + SLACK {
                let waited = now.saturating_sub(at);
                self.violated(format!(
                    "S{life} waits {waited:?} after it has lost a {}subscription",
                    if healthy { "healthy " } else { "" }
                ));
            }
        }
    }

    /// Somebody sends a request; what the network does with it.
    pub(crate) fn request(&mut self, pipe: &Line, request: &http::Request, dice: &mut Dice) -> Fate {
        match &pipe.speaker {
            Speaker::Scheduler(life) => self.scheduler_request(*life, pipe, request, dice),
            Speaker::Executor(name) => self.executor_request(&name.clone(), pipe, request, dice),
        }
    }

    fn scheduler_request(
        &mut self,
        life: u32,
        pipe: &Line,
        request: &http::Request,
        dice: &mut Dice,
    ) -> Fate {
        let Ok(call) = Encoding::Protobuf.decode::<Call>(&request.body) else {
            self.violated(format!("S{life} sends what is no call"));
            return Fate::Answered(400, None, "no call");
        };
        let (kind, number) = (call.r#type().as_str_name(), pipe.number);
        let what = described(&call);
        self.note(format_args!("S{life} #{number} > {kind}{what}"));
        let is_subscribe = call.r#type() == call::Type::Subscribe;
        match is_subscribe {
            true => {
                self.has_left(life);
                self.check_subscribe(life, &call);
            }
            false => self.check_call(life, number, &call, request),
        }
        if !is_subscribe {
            self.gave_up_others(life, pipe.number, is_acknowledgement(&call));
        }
        let fate = self.fate(pipe, is_subscribe, request.raw.len(), dice);
        if let (true, Fate::Answered(307, ..), Some(leader)) = (is_subscribe, &fate, self.leader) {
            let now = self.now();
            let known = self.life(life);
            let settling = known.renamed.is_some_and(|at| now <= at + SETTLING);
            known.redirected = Some(crate::world::address(leader)).filter(|_| !settling);
        }
        if !matches!(fate, Fate::Arrives { after: After::Answer, .. }) {
            self.troubled(&pipe.speaker);
        }
        let marker = marker(&call);
        let known = self.life(life);
        if let Some(made) = marker.and_then(|marker| known.calls.get_mut(&marker)) {
            made.sent += 1;
            if made.sent > 1 {
                self.violated(format!("S{life} sends call {marker:?} twice"));
            }
        }
        let known = self.life(life);
        let request = Request { kind, marker, is_subscribe, is_answered: false };
        known.unanswered.entry(number).or_default().push_back(request);
        fate
    }

    fn check_subscribe(&mut self, life: u32, call: &Call) {
        let now = self.now();
        let known = self.life(life);
        known.stream_id = None;
        let (told, stored) = (known.framework.clone(), known.stored.clone());
        let (suppressed, settled) = (known.suppressed, known.suppressing == 0);
        let (failed_over, panicked) =
            (known.knows_of_newer, known.over || (known.panicked && known.panicked_at < now));
        let id = call.framework_id.as_ref().map(|id| id.value.clone());
        let subscribe = call.subscribe.clone().unwrap_or_default();
        let inner = subscribe.framework_info.id.map(|id| id.value);
        if id != inner {
            self.violated(format!("S{life} subscribes with two ids, {id:?} and {inner:?}"));
        }
        for (source, wanted) in [("was told", told), ("had stored", stored)] {
            if wanted.is_some() && id != wanted {
                self.violated(format!("S{life} subscribes with the id {id:?}, but {source} {wanted:?}"));
            }
        }
        if settled && suppressed == subscribe.suppressed_roles.is_empty() {
            let roles = subscribe.suppressed_roles;
            self.violated(format!("S{life} subscribes with the suppressed roles {roles:?}: {suppressed}"));
        }
        if failed_over {
            self.violated(format!("S{life} fights the newer instance"));
        }
        if panicked {
            self.violated(format!("S{life} subscribes after its end"));
        }
    }

    /// The driver calls on another connection than before: it has given up those of the same kind that swallow what it
    /// writes. What lay in them is lost, unseen. Acknowledgements may go on a connection of their own, past calls that are
    /// held up.
    fn gave_up_others(&mut self, life: u32, pipe: u32, is_acknowledgement: bool) {
        let now = self.now();
        let known = self.life(life);
        if !is_acknowledgement {
            known.carriers.insert(pipe);
        }
        let (before, carries_all) = (known.swallowing.len(), known.carriers.contains(&pipe));
        let carriers = &known.carriers;
        known.swallowing.retain(|other| *other == pipe || carriers.contains(other) != carries_all);
        if known.swallowing.len() < before {
            (known.troubled, known.gave_up) = (now, now);
        }
    }

    /// A connection is of one subscription. Only its first call is sure to be seen when it is made: others may lie in it
    /// when the driver has left it already.
    fn check_call(&mut self, life: u32, pipe: u32, call: &Call, request: &http::Request) {
        let known = self.life(life);
        if !is_acknowledgement(call) {
            known.calls_on = known.calls_on.max(pipe);
        }
        let now = known.stream_id.clone();
        let fresh =
            *known.spoken.entry(pipe).or_insert(now) == request.stream_id && request.stream_id.is_some();
        let told = known.framework.clone();
        let kind = call.r#type().as_str_name();
        if !fresh {
            let (sent, now) = (request.stream_id.clone(), known.stream_id.clone());
            self.violated(format!("S{life} sends {kind} with the stream id {sent:?}, now is {now:?}"));
        }
        if call.framework_id.as_ref().map(|id| &id.value) != told.as_ref() {
            let id = call.framework_id.clone();
            self.violated(format!("S{life} sends {kind} for {id:?}, but it is {told:?}"));
        }
        if let Some(acknowledge) = &call.acknowledge {
            let update = (acknowledge.task_id.value.clone(), acknowledge.uuid.clone());
            self.check_acknowledge(life, update);
        }
        if let Some(acknowledge) = &call.acknowledge_operation_status {
            let update = (acknowledge.operation_id.value.clone(), acknowledge.uuid.clone());
            self.check_acknowledge(life, update);
        }
        if let Some(reconcile) = &call.reconcile_operations {
            self.life(life).reconciled_operations += 1;
            let ids = reconcile.operations.iter().map(|operation| operation.operation_id.value.clone());
            self.asks(life, pipe, ids.collect());
        }
        if let Some(reconcile) = &call.reconcile {
            self.life(life).reconciled += 1;
            let ids = reconcile.tasks.iter().map(|task| task.task_id.value.clone());
            self.asks(life, pipe, ids.collect());
        }
    }

    /// The master is asked for these. The call may have waited for those before it, so that what came meanwhile was an
    /// answer already. What comes on a connection that the driver has given up for another was asked long ago.
    fn asks(&mut self, life: u32, pipe: u32, ids: Vec<String>) {
        let now = self.now();
        let known = self.life(life);
        if pipe < known.calls_on {
            return;
        }
        let told = |id: &String| known.told.get(id).is_some_and(|at| now <= *at + QUEUED);
        let unanswered: Vec<_> = ids.into_iter().filter(|id| !told(id)).collect();
        known.asked.extend(unanswered.into_iter().map(|id| (id, now)));
    }

    fn check_acknowledge(&mut self, life: u32, update: (String, Bytes)) {
        // One life's acknowledgement is as good as another's.
        for known in self.lives.values_mut() {
            known.unacknowledged.remove(&update);
        }
        self.acknowledged.insert(update.clone());
        let known = self.life(life);
        if !known.handled.contains(&update) {
            let (task, _) = update;
            self.violated(format!(
                "S{life} acknowledges an update of {task} that no handler has returned Ok for"
            ));
        }
    }

    /// The driver was told of another leader.
    pub(crate) fn told_of_leader(&mut self, life: u32, leader: &Address) {
        self.note(format_args!("S{life} is told that {leader} leads"));
        let now = self.now();
        let known = self.life(life);
        known.excused = true;
        known.redirected = None;
        known.renamed = Some(now);
    }
}

fn is_acknowledgement(call: &Call) -> bool {
    call.acknowledge.is_some() || call.acknowledge_operation_status.is_some()
}

/// What tells a call from others, for people.
fn described(call: &Call) -> String {
    if let Some(acknowledge) = &call.acknowledge {
        let uuid = acknowledge.uuid.first().copied().unwrap_or_default();
        return format!(" {} {uuid:02x}", acknowledge.task_id.value);
    }
    if let Some(acknowledge) = &call.acknowledge_operation_status {
        let uuid = acknowledge.uuid.first().copied().unwrap_or_default();
        return format!(" {} {uuid:02x}", acknowledge.operation_id.value);
    }
    if let Some(reconcile) = &call.reconcile_operations {
        let ids: Vec<_> =
            reconcile.operations.iter().map(|operation| operation.operation_id.value.as_str()).collect();
        return format!(" {}", ids.join(","));
    }
    if let Some(kill) = &call.kill {
        return format!(" {}", kill.task_id.value);
    }
    if let Some(reconcile) = &call.reconcile {
        let tasks: Vec<_> = reconcile.tasks.iter().map(|task| task.task_id.value.as_str()).collect();
        return format!(" {}", tasks.join(","));
    }
    if let Some(accept) = &call.accept {
        let tasks: Vec<_> = ids(accept).collect();
        return format!(" {}", tasks.join(","));
    }
    if call.r#type() == call::Type::Subscribe {
        return format!(" as {:?}", call.framework_id.as_ref().map(|id| short(&id.value)));
    }
    marker(call).map(|marker| format!(" {marker}")).unwrap_or_default()
}

/// The last letters of an id.
pub(crate) fn short(id: &str) -> &str {
    id.get(id.len().saturating_sub(6)..).unwrap_or(id)
}
