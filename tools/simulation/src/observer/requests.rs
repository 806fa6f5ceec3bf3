//! Checks what schedulers send.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::Address;
use mesos_sdk::proto::v1::scheduler::call::Accept;
use mesos_sdk::proto::v1::scheduler::{Call, call};
use mesos_sdk::wire::Encoding;

use super::{FIRST_WAIT, LONGEST_WAIT, Request, SLACK, STORM};
use crate::network::{After, Client, Delivery};
use crate::rng::Rng;
use crate::world::Inner;

use crate::network::Connection;

/// How long a driver waits for a connection, and some slack.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(11);
/// How long a call may wait for the one before it: for a connection and for a response.
const QUEUED: Duration = Duration::from_secs(11 + 31);
/// How long redirects of a new leader are ignored.
const SETTLING: Duration = Duration::from_secs(31);
/// The number of redirects in a row that are followed.
const MAX_REDIRECTS: u32 = 8;

/// Returns the number that identifies a REQUEST of the framework.
pub(crate) fn marker(call: &Call) -> Option<u64> {
    let request = call.request.as_ref()?.requests.first()?;
    request.agent_id.as_ref()?.value.parse().ok()
}

/// Returns the tasks and operations of an ACCEPT.
pub(crate) fn ids(accept: &Accept) -> impl Iterator<Item = &str> {
    let launches = accept.operations.iter().filter_map(|operation| operation.launch.as_ref());
    let tasks = launches.flat_map(|launch| &launch.task_infos).map(|task| task.task_id.value.as_str());
    let operations = accept.operations.iter().filter_map(|operation| operation.id.as_ref());
    tasks.chain(operations.map(|id| id.value.as_str()))
}

impl Inner {
    /// Records that a driver opens a connection.
    pub(crate) fn connecting(&mut self, client: &Client, address: &Address) {
        self.note(format_args!("{client} connects to {address}"));
        if let Client::Executor(name) = client {
            self.executor_connecting(name);
        }
        if let Client::Scheduler(life) = client
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
            self.violation(format!("S{life} tries to subscribe more than {STORM} times in a minute"));
        }
    }

    /// Checks that a redirect is followed, unless it comes from a leader that may not know yet that
    /// it leads, or is one of too many.
    fn check_redirect(&mut self, life: u32, address: &Address) {
        let known = self.life(life);
        let Some(wanted) = known.redirected.take() else {
            known.redirects = 0;
            return;
        };
        known.redirects += 1;
        if wanted != *address && known.redirects < MAX_REDIRECTS {
            self.violation(format!("S{life} was redirected to {wanted}, and goes to {address}"));
        }
    }

    /// Records a fault, with which calls of the driver itself may be lost.
    pub(crate) fn troubled(&mut self, client: &Client) {
        let now = self.now();
        if let Client::Scheduler(life) = client {
            self.life(*life).troubled = now;
        }
    }

    /// Records that a connection is refused.
    pub(crate) fn refuses(&mut self, client: &Client) {
        self.troubled(client);
        let now = self.now();
        if let Client::Scheduler(life) = client {
            self.life(*life).unopened = now;
        }
    }

    /// Records that a connection hangs while it is being opened.
    pub(crate) fn hangs(&mut self, client: &Client) {
        self.troubled(client);
        let until = self.now() + CONNECT_TIMEOUT;
        if let Client::Scheduler(life) = client {
            self.life(*life).hangs_until = until;
            self.life(*life).unopened = until;
        }
    }

    /// Records that the driver asks its detector, perhaps instead of following a redirect.
    pub(crate) fn asks_for_leader(&mut self, life: u32) {
        self.leaves_subscription(life);
        self.attempts(life);
        self.check_redirect(life, &Address::new("the detector", 0));
    }

    /// Records an attempt to subscribe: the driver looks for the leader, or connects to it.
    pub(crate) fn attempts(&mut self, life: u32) {
        let now = self.now();
        // With a small limit, a driver whose handler is behind leaves the stream unread.
        let reads = self.plan.event_limit >= 1024;
        let (lost, thawed) = (self.life(life).lost.take(), self.life(life).thawed);
        if let Some((at, healthy)) = lost.filter(|_| reads) {
            let at = at.max(thawed);
            let most = if healthy { FIRST_WAIT } else { LONGEST_WAIT };
            if now > at + most + SLACK {
                let waited = now.saturating_sub(at);
                self.violation(format!(
                    "S{life} waits {waited:?} after it lost a {}subscription",
                    if healthy { "healthy " } else { "" }
                ));
            }
        }
    }

    /// Checks a request, and decides what the network does with it.
    pub(crate) fn request(
        &mut self,
        connection: &Connection,
        request: &peer::Request,
        rng: &mut Rng,
    ) -> Delivery {
        match &connection.client {
            Client::Scheduler(life) => self.scheduler_request(*life, connection, request, rng),
            Client::Executor(name) => self.executor_request(&name.clone(), connection, request, rng),
        }
    }

    fn scheduler_request(
        &mut self,
        life: u32,
        connection: &Connection,
        request: &peer::Request,
        rng: &mut Rng,
    ) -> Delivery {
        let Ok(call) = Encoding::Protobuf.decode::<Call>(&request.body) else {
            self.violation(format!("S{life} sends a body that is not a call"));
            return Delivery::Response(400, None, "not a call");
        };
        let (kind, number) = (call.r#type().as_str_name(), connection.number);
        let what = described(&call);
        self.note(format_args!("S{life} #{number} > {kind}{what}"));
        let is_subscribe = call.r#type() == call::Type::Subscribe;
        match is_subscribe {
            true => {
                self.leaves_subscription(life);
                self.check_subscribe(life, &call);
            }
            false => self.check_call(life, number, &call, request),
        }
        if !is_subscribe {
            self.gave_up_others(life, connection.number, is_acknowledgement(&call));
        }
        let delivery = self.delivery(connection, is_subscribe, request.raw.len(), rng);
        if let (true, Delivery::Response(307, ..), Some(leader)) = (is_subscribe, &delivery, self.leader) {
            let now = self.now();
            let known = self.life(life);
            let settling = known.leader_changed.is_some_and(|at| now <= at + SETTLING);
            known.redirected = Some(crate::world::address(leader)).filter(|_| !settling);
        }
        if !matches!(delivery, Delivery::Arrives { after: After::Response, .. }) {
            self.troubled(&connection.client);
        }
        let marker = marker(&call);
        let known = self.life(life);
        if let Some(made) = marker.and_then(|marker| known.calls.get_mut(&marker)) {
            made.sent += 1;
            if made.sent > 1 {
                self.violation(format!("S{life} sends call {marker:?} twice"));
            }
        }
        let known = self.life(life);
        let request = Request { kind, marker, is_subscribe, has_response: false };
        known.pending.entry(number).or_default().push_back(request);
        delivery
    }

    fn check_subscribe(&mut self, life: u32, call: &Call) {
        let now = self.now();
        let known = self.life(life);
        known.stream_id = None;
        let (reported, stored) = (known.framework.clone(), known.stored.clone());
        let (suppressed, settled) = (known.suppressed, known.suppressing == 0);
        let (failed_over, panicked) =
            (known.knows_of_newer, known.over || (known.panicked && known.panicked_at < now));
        let id = call.framework_id.as_ref().map(|id| id.value.clone());
        let subscribe = call.subscribe.clone().unwrap_or_default();
        let inner = subscribe.framework_info.id.map(|id| id.value);
        if id != inner {
            self.violation(format!("S{life} subscribes with two ids, {id:?} and {inner:?}"));
        }
        for (source, wanted) in [("received", reported), ("had stored", stored)] {
            if wanted.is_some() && id != wanted {
                self.violation(format!("S{life} subscribes with the id {id:?}, but {source} {wanted:?}"));
            }
        }
        if settled && suppressed == subscribe.suppressed_roles.is_empty() {
            let roles = subscribe.suppressed_roles;
            self.violation(format!(
                "S{life} subscribes with the suppressed roles {roles:?}, but suppressed is {suppressed}"
            ));
        }
        if failed_over {
            self.violation(format!("S{life} fights the newer instance"));
        }
        if panicked {
            self.violation(format!("S{life} subscribes after its end"));
        }
    }

    /// Records that the driver calls on another connection than before: it has given up those of
    /// the same kind that swallow what it writes, with everything in them. Acknowledgements may use
    /// a separate connection, past calls that are held up.
    fn gave_up_others(&mut self, life: u32, connection: u32, is_acknowledgement: bool) {
        let now = self.now();
        let known = self.life(life);
        if !is_acknowledgement {
            known.carriers.insert(connection);
        }
        let (before, carries_all) = (known.swallowing.len(), known.carriers.contains(&connection));
        let carriers = &known.carriers;
        known.swallowing.retain(|other| *other == connection || carriers.contains(other) != carries_all);
        if known.swallowing.len() < before {
            (known.troubled, known.gave_up) = (now, now);
        }
    }

    /// Checks a call. A connection belongs to one subscription; it may carry older calls that the
    /// driver made before it left the subscription.
    fn check_call(&mut self, life: u32, connection: u32, call: &Call, request: &peer::Request) {
        let known = self.life(life);
        if !is_acknowledgement(call) {
            known.calls_on = known.calls_on.max(connection);
        }
        let now = known.stream_id.clone();
        let sent = request.header("mesos-stream-id").map(str::to_owned);
        let fresh = *known.stream_ids.entry(connection).or_insert(now) == sent && sent.is_some();
        let reported = known.framework.clone();
        let kind = call.r#type().as_str_name();
        if !fresh {
            let now = known.stream_id.clone();
            self.violation(format!("S{life} sends {kind} with the stream id {sent:?} instead of {now:?}"));
        }
        if call.framework_id.as_ref().map(|id| &id.value) != reported.as_ref() {
            let id = call.framework_id.clone();
            self.violation(format!("S{life} sends {kind} for {id:?} instead of {reported:?}"));
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
            self.asks(life, connection, ids.collect());
        }
        if let Some(reconcile) = &call.reconcile {
            self.life(life).reconciled += 1;
            let ids = reconcile.tasks.iter().map(|task| task.task_id.value.clone());
            self.asks(life, connection, ids.collect());
        }
    }

    /// Records that the driver reconciles these tasks or operations. The call may have waited
    /// behind others, while a status arrived. A call on a connection that the driver has given up
    /// was made long ago, as was one on a connection of an earlier subscription.
    fn asks(&mut self, life: u32, connection: u32, ids: Vec<String>) {
        let now = self.now();
        let known = self.life(life);
        let is_of_earlier = known.stream_ids.get(&connection) != Some(&known.stream_id);
        if connection < known.calls_on || is_of_earlier {
            return;
        }
        let is_reported = |id: &String| known.last_status.get(id).is_some_and(|at| now <= *at + QUEUED);
        let pending: Vec<_> = ids.into_iter().filter(|id| !is_reported(id)).collect();
        known.asked.extend(pending.into_iter().map(|id| (id, now)));
    }

    /// Records that the framework returns what it knows: the driver need not ask again for what
    /// the framework has given up since.
    pub(crate) fn returns_known(&mut self, life: u32) {
        let open: BTreeSet<String> = self.journal.open().map(|(id, _)| id.clone()).collect();
        self.life(life).asked.retain(|id, _| open.contains(id));
    }

    fn check_acknowledge(&mut self, life: u32, update: (String, Bytes)) {
        // Any life may acknowledge for the others.
        for known in self.lives.values_mut() {
            known.unacknowledged.remove(&update);
        }
        self.acknowledged.insert(update.clone());
        let known = self.life(life);
        if !known.handled.contains(&update) {
            let (task, _) = update;
            self.violation(format!(
                "S{life} acknowledges an update of {task} that no handler has returned Ok for"
            ));
        }
    }

    /// Records that the detector reports another leader.
    pub(crate) fn learns_leader(&mut self, life: u32, leader: &Address) {
        self.note(format_args!("S{life} learns that {leader} leads"));
        let now = self.now();
        let known = self.life(life);
        known.excused = true;
        known.redirected = None;
        known.leader_changed = Some(now);
    }
}

fn is_acknowledgement(call: &Call) -> bool {
    call.acknowledge.is_some() || call.acknowledge_operation_status.is_some()
}

/// Describes what distinguishes a call from others, for the history.
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

/// Returns the last letters of an id.
pub(crate) fn short(id: &str) -> &str {
    id.get(id.len().saturating_sub(6)..).unwrap_or(id)
}
