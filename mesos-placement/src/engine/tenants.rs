//! Tasks that come to places and leave them.

use std::sync::Arc;

use super::cluster::Cluster;
use super::tenant::Tenant;
use super::usage::Usage;

impl Cluster {
    pub(crate) fn tenant(&self, id: &str) -> Option<u64> {
        self.known.get(id)?.runs
    }

    /// Notes that a task waits. Returns whether it did not before.
    pub(crate) fn enter(&mut self, id: Arc<str>) -> bool {
        !std::mem::replace(&mut self.known.entry(id).or_default().waits, true)
    }

    /// Notes that a task waits no longer. Returns whether it did.
    pub(crate) fn withdraw(&mut self, id: &str) -> bool {
        let Some(known) = self.known.get_mut(id) else { return false };
        let did_wait = std::mem::take(&mut known.waits);
        if known.runs.is_none() {
            self.known.remove(id);
        }
        did_wait
    }

    /// Adds a task that waited and has its place now.
    pub(crate) fn settle(&mut self, tenant: Tenant) {
        self.add(tenant, false);
    }

    /// Adds a task that runs, or replaces the one with the same id.
    pub(crate) fn add_tenant(&mut self, tenant: Tenant) {
        self.add(tenant, true);
    }

    fn add(&mut self, tenant: Tenant, may_wait: bool) {
        let number = self.next_tenant;
        self.next_tenant += 1;
        let known = self.known.entry(Arc::clone(&tenant.id)).or_default();
        known.waits &= may_wait;
        if let Some(earlier) = known.runs.replace(number) {
            self.end(earlier);
        }
        let site = &mut self.sites[tenant.place];
        // Numbers only grow.
        site.tenants.push(number);
        tenant.guest.executor.iter().for_each(|executor| site.executors.enter(executor));
        site.used.add(&tenant.guest.uses);
        Usage::add_to(&mut self.groups, &tenant.guest.profile.group, &tenant.guest.uses);
        self.note_change(tenant.place);
        self.running.insert(number, tenant);
        self.count(number, true);
    }

    pub(crate) fn remove_tenant(&mut self, id: &str) -> bool {
        let Some(known) = self.known.get_mut(id) else { return false };
        let Some(number) = known.runs.take() else { return false };
        if !known.waits {
            self.known.remove(id);
        }
        self.end(number);
        true
    }

    /// Forgets a task that has ended.
    fn end(&mut self, number: u64) {
        self.count(number, false);
        let Some(tenant) = self.running.remove(&number) else { return };
        let site = &mut self.sites[tenant.place];
        site.tenants.retain(|tenant| *tenant != number);
        site.used.subtract(&tenant.guest.uses);
        if let Some(executor) = &tenant.guest.executor {
            site.used.subtract(&site.executors.leave(executor));
        }
        Usage::subtract_from(&mut self.groups, &tenant.guest.profile.group, &tenant.guest.uses);
        self.departures += 1;
        self.note_change(tenant.place);
        self.vacate_if_unknown(tenant.place);
    }

    /// Counts a task that runs, or counts it no more.
    pub(crate) fn count(&mut self, number: u64, counts: bool) {
        let Some(tenant) = self.running.get(&number) else { return };
        let (place, guest) = (tenant.place, &tenant.guest);
        for counter in self.counters.that_may_take(&guest.profile) {
            let counted = &self.counters.get(counter).counted;
            if counted.takes(&guest.profile) && self.is_within(counted, place) {
                let value = self.keys[counted.key].of(place);
                self.counters.set(counter, number, value, counts);
            }
        }
        for repelled in &guest.repels {
            let value = self.keys[self.repelled.get(*repelled).counted.key].of(place);
            self.repelled.set(*repelled, number, value, counts);
        }
        let (one, site) = (if counts { 1 } else { -1 }, &mut self.sites[place]);
        site.company = site.company.saturating_add_signed(one);
        site.loners = site.loners.saturating_add_signed(if guest.is_loner { one } else { 0 });
    }
}
