//! The calls of operators that are about containers.

use std::sync::Arc;

use http::StatusCode;
use mesos_sdk::proto::v1::agent::call::{LaunchContainer, Type};
use mesos_sdk::proto::v1::agent::response::get_containers::Container;
use mesos_sdk::proto::v1::agent::response::{self, GetContainers, WaitContainer, WaitNestedContainer};
use mesos_sdk::proto::v1::agent::{Call, Response, call};
use mesos_sdk::proto::v1::executor;
use mesos_sdk::proto::v1::{CommandInfo, ContainerId, ContainerInfo, ContainerStatus, container_info};
use mesos_sdk::wire::Encoding;
use rustix::process::Signal;

use super::book::{Launch, Name};
use super::process::Reach;
use super::switchboard::Switchboard;
use super::{Nested, Place, Plan, input, volumes};
use crate::server::{Calls, ClientGone, HttpResponse};

/// The encodings of a response: that of one message, and that of records.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Encodings {
    pub(in super::super) message: Encoding,
    pub(in super::super) records: Encoding,
}

impl Nested {
    /// Does a call; `None` if it is not about containers.
    #[expect(deprecated, reason = "operators still send the older names")]
    pub(in super::super) async fn operate(&self, call: &Call, encodings: Encodings) -> Option<HttpResponse> {
        let message = encodings.message;
        Some(match call.r#type() {
            Type::LaunchContainer => self.launch(*call.launch_container.clone()?).await,
            Type::LaunchNestedContainer => {
                let call::LaunchNestedContainer { container_id, command, container } =
                    *call.launch_nested_container.clone()?;
                self.launch(LaunchContainer { container_id, command, container, ..Default::default() }).await
            }
            Type::LaunchNestedContainerSession => {
                self.session(*call.launch_nested_container_session.clone()?, encodings.records).await
            }
            Type::WaitContainer => {
                let ended = self.ended(&call.wait_container.as_ref()?.container_id).await;
                ended.map_or_else(|refusal| refusal, |status| waited(status, message))
            }
            Type::WaitNestedContainer => {
                let ended = self.ended(&call.wait_nested_container.as_ref()?.container_id).await;
                ended.map_or_else(|refusal| refusal, |status| waited_nested(status, message))
            }
            Type::KillContainer => {
                let kill = call.kill_container.as_ref()?;
                self.kill(&kill.container_id, kill.signal)
            }
            Type::KillNestedContainer => {
                let kill = call.kill_nested_container.as_ref()?;
                self.kill(&kill.container_id, kill.signal)
            }
            Type::RemoveContainer => self.remove(&call.remove_container.as_ref()?.container_id),
            Type::RemoveNestedContainer => self.remove(&call.remove_nested_container.as_ref()?.container_id),
            Type::AttachContainerOutput => {
                self.output(&call.attach_container_output.as_ref()?.container_id, encodings.records)
            }
            _ => return None,
        })
    }

    /// Adds those that `GET_CONTAINERS` asks for beside the executors'.
    pub(in super::super) fn list(&self, wanted: call::GetContainers, found: &mut GetContainers) {
        let names = self.book().list(wanted.show_nested == Some(true), wanted.show_standalone == Some(true));
        found.containers.extend(names.iter().map(|name| Container {
            // Mesos names them without what they are within.
            container_id: ContainerId { parent: None, ..name.id() },
            container_status: Some(Box::new(ContainerStatus {
                container_id: Some(Box::new(name.id())),
                executor_pid: self.pid(name),
                ..ContainerStatus::default()
            })),
            ..Container::default()
        }));
    }

    /// Adds to an executor's update the process of the nested container that it is about.
    pub(in super::super) fn add_process(&self, call: &mut executor::Call) {
        let Some(status) = call.update.as_mut().and_then(|update| update.status.container_status.as_mut())
        else {
            return;
        };
        let nested = status.container_id.as_ref().filter(|id| id.parent.is_some());
        if let Some(Ok(name)) = nested.map(|id| Name::of(id)) {
            status.executor_pid = status.executor_pid.or_else(|| self.pid(&name));
        }
    }

    /// Gives a container what the calls say.
    pub(in super::super) async fn input(&self, id: &ContainerId, calls: Calls<Call>) -> HttpResponse {
        match self.switchboard(id) {
            Ok(switchboard) => input::feed(&switchboard, calls).await,
            Err(refusal) => refusal,
        }
    }

    async fn launch(&self, launch: LaunchContainer) -> HttpResponse {
        let plan = plan(&launch.container_id, launch.command, launch.container.as_deref(), false);
        let started = match plan {
            Ok(plan) => self.start(plan).await,
            Err(reason) => Err(reason),
        };
        launched(started.map(|(launch, reached)| {
            if let Some((switchboard, outputs)) = reached {
                tokio::spawn(async move { switchboard.run(outputs).await });
            }
            launch
        }))
    }

    async fn session(&self, launch: call::LaunchNestedContainerSession, encoding: Encoding) -> HttpResponse {
        let id = &launch.container_id;
        let plan = match plan(id, launch.command, launch.container.as_deref(), true) {
            Ok(plan) => plan,
            Err(reason) => return HttpResponse::bad_request(reason),
        };
        let name = plan.name.clone();
        let (switchboard, outputs) = match self.start(plan).await {
            Ok((_, Some(reached))) => reached,
            other => return launched(other.map(|(launch, _)| launch)),
        };
        let (stream, gone) = switchboard.attach(encoding);
        tokio::spawn(self.clone().end_session(name, Arc::clone(&switchboard), gone));
        tokio::spawn(async move { switchboard.run(outputs).await });
        HttpResponse::records(stream)
    }

    /// Kills what nobody reads any more.
    async fn end_session(self, name: Name, switchboard: Arc<Switchboard>, gone: ClientGone) {
        gone.wait().await;
        if !switchboard.is_over() {
            self.signal(&name, Signal::KILL);
        }
    }

    fn output(&self, id: &ContainerId, encoding: Encoding) -> HttpResponse {
        match self.switchboard(id) {
            Ok(switchboard) => HttpResponse::records(switchboard.attach(encoding).0),
            Err(refusal) => refusal,
        }
    }

    fn switchboard(&self, id: &ContainerId) -> Result<Arc<Switchboard>, HttpResponse> {
        let name = Name::of(id).map_err(HttpResponse::bad_request)?;
        if !self.book().is_of_executor(&name) {
            return Err(unknown(&name));
        }
        let failure = |text: String| HttpResponse::text(StatusCode::INTERNAL_SERVER_ERROR, text);
        let place = self.places().get(name.as_str()).cloned();
        let place = place.ok_or_else(|| failure(format!("Unknown container: {}", name.as_str())))?;
        let disabled = "I/O switchboard server was disabled for this container";
        place.switchboard.ok_or_else(|| failure(disabled.to_owned()))
    }

    async fn ended(&self, id: &ContainerId) -> Result<i32, HttpResponse> {
        let name = Name::of(id).map_err(HttpResponse::bad_request)?;
        self.wait(&name).await.ok_or_else(|| unknown(&name))
    }

    fn kill(&self, id: &ContainerId, signal: Option<i32>) -> HttpResponse {
        let name = match Name::of(id) {
            Ok(name) => name,
            Err(reason) => return HttpResponse::bad_request(reason),
        };
        if self.places().get(name.as_str()).is_some_and(Place::is_running) {
            let Some(signal) = signal.map_or(Some(Signal::KILL), Signal::from_named_raw) else {
                let text = "Unable to send signal to container: Invalid argument";
                return HttpResponse::text(StatusCode::INTERNAL_SERVER_ERROR, text);
            };
            self.signal(&name, signal);
            return HttpResponse::ok();
        }
        let text = format!("Container '{}' cannot be found (or is already killed)", name.as_str());
        HttpResponse::text(StatusCode::NOT_FOUND, text)
    }

    /// Removes a container. Real agents crash if it is not within another one: this is what they
    /// would respond otherwise.
    fn remove(&self, id: &ContainerId) -> HttpResponse {
        let name = match Name::of(id) {
            Ok(name) => name,
            Err(reason) => return HttpResponse::bad_request(reason),
        };
        match self.book().remove(&name) {
            Ok(()) => {
                self.places().remove(name.as_str());
                HttpResponse::ok()
            }
            Err(reason) => HttpResponse::text(StatusCode::INTERNAL_SERVER_ERROR, reason),
        }
    }
}

fn plan(
    id: &ContainerId,
    command: Option<Box<CommandInfo>>,
    container: Option<&ContainerInfo>,
    is_session: bool,
) -> Result<Plan, String> {
    let name = Name::of(id)?;
    let has_image = container.is_some_and(|container| {
        container.r#type() == container_info::Type::Docker
            || container.mesos.as_ref().is_some_and(|mesos| mesos.image.is_some())
    });
    if has_image {
        return Err("The embedded cluster has no images for containers".to_owned());
    }
    let volumes = container.map(|container| container.volumes.clone()).unwrap_or_default();
    volumes.iter().try_for_each(|volume| volumes::shared(volume).map(drop))?;
    if !volumes.is_empty() && (is_session || name.parent().is_none()) {
        return Err("SANDBOX_PATH volume PARENT type only works for nested container".to_owned());
    }
    // Without a command there is nothing to execute, and it ends at once.
    let command = *command.unwrap_or_default();
    let reach = match container.and_then(|container| container.tty_info.as_ref()) {
        Some(_) => Reach::Terminal,
        None if is_session => Reach::Pipes,
        None => Reach::Not,
    };
    Ok(Plan { name, command, volumes, reach, is_session })
}

fn launched(launched: Result<Launch, String>) -> HttpResponse {
    match launched {
        Ok(Launch::New) => HttpResponse::ok(),
        Ok(Launch::Known) => HttpResponse::accepted(),
        Err(reason) => HttpResponse::bad_request(reason),
    }
}

fn unknown(name: &Name) -> HttpResponse {
    HttpResponse::text(StatusCode::NOT_FOUND, format!("Container {} cannot be found", name.as_str()))
}

fn waited(status: i32, encoding: Encoding) -> HttpResponse {
    let ended = WaitContainer { exit_status: Some(status), ..WaitContainer::default() };
    let wait_container = Some(Box::new(ended));
    let kind = Some(response::Type::WaitContainer.into());
    HttpResponse::message(&Response { r#type: kind, wait_container, ..Response::default() }, encoding)
}

#[expect(deprecated, reason = "operators still send the older names")]
fn waited_nested(status: i32, encoding: Encoding) -> HttpResponse {
    let ended = WaitNestedContainer { exit_status: Some(status), ..WaitNestedContainer::default() };
    let kind = Some(response::Type::WaitNestedContainer.into());
    HttpResponse::message(
        &Response { r#type: kind, wait_nested_container: Some(ended.into()), ..Response::default() },
        encoding,
    )
}
