//! ACCEPT, which turns offers into tasks.

use mesos_sdk::proto::v1::offer::operation::{LaunchGroup, Type};
use mesos_sdk::proto::v1::offer::{Operation, operation};
use mesos_sdk::proto::v1::scheduler::call::Accept;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{ExecutorInfo, Filters, Offer, TaskInfo, TaskState};
use mesos_sdk::resources::Resources;
use mesos_sdk::validation::{ValidationError, prepare_group, prepare_task, task_group_in, task_in};

use super::basket::Basket;
use super::framework::Framework;
use super::framework_counters::FrameworkCounters;
use super::offers::role_of;
use super::task::{Made, Task};
use super::validation::Known;
use super::{Master, event};
use crate::messages::ToAgent;

impl Master {
    pub(super) fn accept(&mut self, framework: &str, accept: Accept) {
        self.count_launches(&accept);
        if let Err(reason) = self.validate_offers(framework, &accept.offer_ids) {
            return self.refuse_accept(framework, accept, &reason);
        }
        // The offers are valid, so there is at least one.
        let Some(first) = accept.offer_ids.first().and_then(|id| self.offers.get(&id.value)).cloned() else {
            return;
        };
        let mut basket = Basket {
            framework,
            agent: first.agent_id.clone(),
            role: role_of(&first).to_owned(),
            remaining: Resources::new(),
            shared: Resources::new(),
            resized: Resources::new(),
        };
        for id in &accept.offer_ids {
            let offer = self.offers.remove(&id.value);
            basket.remaining.extend(offer.map(|offer| offer.resources).unwrap_or_default());
        }
        basket.shared = basket.remaining.shared();
        self.count_for(framework, |counters| counters.offers_accepted += accept.offer_ids.len() as u64);
        for operation in accept.operations {
            self.operate(&mut basket, operation);
        }
        self.recover_unused(&first, &(basket.remaining + basket.resized), accept.filters);
    }

    /// Counts launches as Mesos does: one without tasks declines its offers.
    fn count_launches(&mut self, accept: &Accept) {
        let launches = accept.operations.iter().filter(|operation| operation.r#type() == Type::Launch);
        for launch in launches.filter_map(|operation| operation.launch.as_ref()) {
            let has_tasks = !launch.task_infos.is_empty();
            self.counters.count(if has_tasks { "messages_launch_tasks" } else { "messages_decline_offers" });
        }
    }

    /// Counts something for a framework.
    pub(super) fn count_for(&mut self, framework: &str, count: impl FnOnce(&mut FrameworkCounters)) {
        if let Some(framework) = self.frameworks.get_mut(framework) {
            count(&mut framework.counters);
        }
    }

    fn recover_unused(&mut self, offer: &Offer, unused: &Resources, filters: Option<Filters>) {
        if !unused.is_empty() {
            self.recover(offer, unused, Some(&filters.unwrap_or_default()));
        }
    }

    /// Refuses an ACCEPT with an invalid offer: all its offers are void, and so are the operations.
    fn refuse_accept(&mut self, framework: &str, accept: Accept, reason: &str) {
        tracing::warn!(framework, reason, "ACCEPT used invalid offers");
        for offer in &accept.offer_ids {
            self.discard(&offer.value, None);
        }
        let is_aware = self.frameworks.get(framework).is_some_and(Framework::is_partition_aware);
        let state = if is_aware { TaskState::Dropped } else { TaskState::Lost };
        for operation in accept.operations {
            match operation.r#type() {
                Type::Launch | Type::LaunchGroup => {
                    let message = format!("Task launched with invalid offers: {reason}");
                    self.fail_tasks(framework, &tasks(&operation), (state, Reason::InvalidOffers), &message);
                }
                _ => {
                    let message = format!("Operation attempted with invalid offers: {reason}");
                    let kind = operation.r#type();
                    self.drop_operation(framework, (kind, operation.id), &message);
                }
            }
        }
    }

    fn operate(&mut self, basket: &mut Basket<'_>, mut operation: Operation) {
        let has_id = operation.id.is_some();
        match operation.r#type() {
            Type::Launch if has_id => {
                let error = (TaskState::Error, Reason::TaskInvalid);
                let message = "The `id` field cannot be set on LAUNCH operations";
                self.fail_tasks(basket.framework, &tasks(&operation), error, message);
            }
            Type::LaunchGroup if has_id => {
                let error = (TaskState::Error, Reason::TaskGroupInvalid);
                let message = "The `id` field cannot be set on LAUNCH_GROUP operations";
                self.fail_tasks(basket.framework, &tasks(&operation), error, message);
            }
            Type::Launch => self.launch(basket, operation.launch.take().unwrap_or_default()),
            Type::LaunchGroup => {
                self.launch_group(basket, *operation.launch_group.take().unwrap_or_default())
            }
            Type::Unknown => tracing::warn!("operation of unknown type ignored"),
            _ => self.perform(basket, operation),
        }
    }

    fn launch(&mut self, basket: &mut Basket<'_>, launch: operation::Launch) {
        let error = (TaskState::Error, Reason::TaskInvalid);
        let mut tasks = launch.task_infos;
        // A malformed task voids the whole operation before anything starts.
        let prepared =
            tasks.iter_mut().try_for_each(|task| prepare_task(task, &basket.role, basket.framework));
        if let Err(reason) = prepared {
            return self.fail_tasks(basket.framework, &tasks, error, &reason);
        }
        for task in tasks {
            let available = basket.remaining.non_shared() + &basket.shared;
            match self.validate(basket, &available, |known| task_in(&task, known)) {
                Ok(()) => self.start_task(basket, task),
                Err(reason) => self.fail_tasks(basket.framework, &[task], error, &reason),
            }
        }
    }

    fn validate(
        &self,
        basket: &Basket<'_>,
        available: &Resources,
        look: impl FnOnce(&Known<'_>) -> Result<(), ValidationError>,
    ) -> Result<(), String> {
        let known = self.known(basket.framework, &basket.agent.value, available)?;
        look(&known).map_err(ValidationError::into_reason)
    }

    fn start_task(&mut self, basket: &mut Basket<'_>, task: TaskInfo) {
        let executor = task.executor.clone();
        let launch_executor = executor.as_ref().is_none_or(|executor| self.add_executor(basket, executor));
        let used = self.add_task(basket.framework, task.clone());
        self.take(basket, &used);
        self.count_for(basket.framework, |counters| counters.operations.count(Type::Launch));
        self.run(basket, (executor, launch_executor), vec![task], false);
    }

    /// Takes the used resources out of the basket. A shared volume may be used more often than it
    /// was offered.
    fn take(&mut self, basket: &mut Basket<'_>, used: &Resources) {
        let more = used.shared() - &basket.remaining;
        if let Some(agent) = self.agents.get_mut(&basket.agent.value).filter(|_| !more.is_empty()) {
            agent.hold(basket.framework, &more);
        }
        basket.remaining -= used;
    }

    fn launch_group(&mut self, basket: &mut Basket<'_>, mut group: LaunchGroup) {
        let error = (TaskState::Error, Reason::TaskGroupInvalid);
        let prepared = prepare_group(&mut group, &basket.role);
        let valid = prepared
            .and_then(|()| self.validate(basket, &basket.remaining, |known| task_group_in(&group, known)));
        let LaunchGroup { executor, task_group } = group;
        if let Err(reason) = valid {
            return self.fail_tasks(basket.framework, &task_group.tasks, error, &reason);
        }
        let launch_executor = self.add_executor(basket, &executor);
        for task in &task_group.tasks {
            let used = self.add_task(basket.framework, task.clone());
            self.take(basket, &used);
        }
        self.count_for(basket.framework, |counters| counters.operations.count(Type::LaunchGroup));
        self.run(basket, (Some(Box::new(executor)), launch_executor), task_group.tasks, true);
    }

    /// Counts an executor on the agent, unless it already runs. Returns whether it is new.
    fn add_executor(&mut self, basket: &mut Basket<'_>, executor: &ExecutorInfo) -> bool {
        let id = &executor.executor_id.value;
        let Some(agent) = self.agents.get_mut(&basket.agent.value) else { return false };
        if agent.has_executor(basket.framework, id) {
            return false;
        }
        agent.executors.insert((basket.framework.to_owned(), id.clone()), executor.clone());
        self.take(basket, &executor.resources.iter().cloned().collect());
        true
    }

    /// Counts a task, and returns its resources.
    fn add_task(&mut self, framework: &str, info: TaskInfo) -> Resources {
        let resources = info.resources.iter().cloned().collect();
        if let Some(framework) = self.frameworks.get_mut(framework) {
            let task = Task::new(framework.framework_id(), info, TaskState::Staging);
            let id = task.id().to_owned();
            framework.tasks.insert(id.clone(), task);
            let framework = framework.id().to_owned();
            self.publish_task_added(&framework, &id);
        }
        resources
    }

    fn run(
        &mut self,
        basket: &Basket<'_>,
        (executor, launch_executor): (Option<Box<ExecutorInfo>>, bool),
        tasks: Vec<TaskInfo>,
        group: bool,
    ) {
        let Some(framework) = self.frameworks.get(basket.framework) else { return };
        let framework = Box::new(framework.info.clone());
        let message = ToAgent::RunTasks { framework, executor, launch_executor, tasks, group };
        self.send_to_agent(&basket.agent.value, message);
    }

    /// Sends one status, generated by the master, for each task that was not launched.
    fn fail_tasks(
        &mut self,
        framework: &str,
        tasks: &[TaskInfo],
        (state, reason): (TaskState, Reason),
        message: &str,
    ) {
        let made = Made { state, reason, message, timestamp: self.timestamp() };
        for task in tasks {
            let status = made.status(&task.task_id, Some(&task.agent_id));
            self.counters.count_end(&status);
            self.send(framework, event::update(status));
        }
    }
}

fn tasks(operation: &Operation) -> Vec<TaskInfo> {
    match (&operation.launch, &operation.launch_group) {
        (Some(launch), _) if operation.r#type() == Type::Launch => launch.task_infos.clone(),
        (_, Some(group)) => group.task_group.tasks.clone(),
        _ => Vec::new(),
    }
}
