//! An agent's pages over HTTP.

use std::path::PathBuf;

use futures::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use mesos_sdk::proto::v1::agent::call::ReadFile;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::attached::shown;
use super::machine::Page as OfMachine;
use super::operator::ApiRequest;
use super::recovery::Recovery;
use super::{files, usage};
use crate::pages::{self, Common, FilesPage, Found, Query, Routes, Wanted};
use crate::server::{Arrived, HttpResponse};

#[derive(Clone, Copy, Debug)]
enum Page {
    OfMachine(OfMachine),
    /// Containers without what is known of their processes.
    Statistics,
    Health,
}

const ROUTES: Routes<Page> = Routes {
    own: &[
        ("/health", Page::Health),
        ("/state", Page::OfMachine(OfMachine::State)),
        ("/flags", Page::OfMachine(OfMachine::Flags)),
        ("/containers", Page::OfMachine(OfMachine::Containers)),
        ("/monitor/statistics", Page::Statistics),
    ],
};

/// The pages of one agent.
#[derive(Debug)]
pub(super) struct Pages {
    name: String,
    requests: mpsc::Sender<ApiRequest>,
    /// What is shown of files.
    root: PathBuf,
    recovery: Recovery,
}

impl Pages {
    pub(super) fn new(
        name: &str,
        requests: mpsc::Sender<ApiRequest>,
        root: PathBuf,
        recovery: Recovery,
    ) -> Self {
        Self { name: name.to_owned(), requests, root, recovery }
    }

    /// Returns the name of the agent's process.
    pub(super) fn process(&self) -> &str {
        &self.name
    }

    pub(super) async fn respond(&self, request: &Arrived) -> HttpResponse {
        let query = request.query();
        let document = match ROUTES.find(&self.name, request.path()) {
            None => return HttpResponse::not_found(),
            Some(Found::Common(page)) => return self.common_page(page, query).await,
            Some(Found::Own(Page::Health)) => return HttpResponse::ok(),
            Some(Found::Own(Page::Statistics)) => self.statistics().await,
            Some(Found::Own(Page::OfMachine(OfMachine::Containers))) => self.containers().await,
            Some(Found::Own(Page::OfMachine(OfMachine::State))) => match self.recovery.refusal() {
                Some(refusal) => return refusal,
                None => self.ask(OfMachine::State).await,
            },
            Some(Found::Own(Page::OfMachine(page))) => self.ask(page).await,
        };
        shown_as(document, query)
    }

    async fn common_page(&self, page: Common, query: &Query) -> HttpResponse {
        match page {
            Common::Version => pages::response(&pages::version(), query),
            Common::System => pages::response(&pages::system_statistics(), query),
            Common::Files(FilesPage::Debug) => shown_as(self.ask(OfMachine::Files).await, query),
            Common::Files(page) => match Wanted::new(page, query) {
                Ok(wanted) => self.files(page, wanted, query).await,
                Err(refusal) => refusal,
            },
            Common::Logging => pages::toggle_logging(query),
            Common::Profiler => pages::refuse_to_profile(),
            Common::Metrics => match pages::check_timeout(query) {
                Ok(()) => shown_as(self.metrics().await, query),
                Err(refusal) => refusal,
            },
        }
    }

    async fn ask(&self, page: OfMachine) -> Result<Value, Gone> {
        let (response, responded) = oneshot::channel();
        self.requests.send(ApiRequest::Page(page, response)).await.map_err(|_| Gone)?;
        responded.await.map_err(|_| Gone)
    }

    async fn metrics(&self) -> Result<Value, Gone> {
        let mut metrics = self.ask(OfMachine::Metrics).await?;
        pages::extend(&mut metrics, pages::metrics(pages::system_metrics()));
        Ok(metrics)
    }

    async fn containers(&self) -> Result<Value, Gone> {
        let mut containers = self.ask(OfMachine::Containers).await?;
        let looked_at = tokio::task::spawn_blocking(move || {
            usage::add_to(&mut containers);
            containers
        });
        looked_at.await.map_err(|_| Gone)
    }

    async fn statistics(&self) -> Result<Value, Gone> {
        let mut containers = self.containers().await?;
        for entries in containers.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            entries.retain(|name, _| name != "status" && name != "container_id");
        }
        Ok(containers)
    }

    async fn files(&self, page: FilesPage, wanted: Wanted, query: &Query) -> HttpResponse {
        let Some(kind) = kind(self.root.clone(), wanted.path.clone()).await else {
            return pages::no_such_file(page);
        };
        match (page, kind) {
            (FilesPage::Read, Kind::Folder) => HttpResponse::bad_request("Cannot read a directory.\n"),
            (FilesPage::Download, Kind::Folder) => {
                HttpResponse::bad_request("Cannot download a directory.\n")
            }
            (FilesPage::Read, Kind::File) => self.read(wanted, query).await,
            (FilesPage::Download, Kind::File) => self.download(wanted.path),
            (FilesPage::Browse, Kind::File) => pages::response(&json!([]), query),
            (FilesPage::Browse | FilesPage::Debug, Kind::Folder) | (FilesPage::Debug, Kind::File) => {
                match files::list(self.root.clone(), wanted.path).await {
                    Ok(infos) => pages::response(&infos.iter().map(pages::file).collect(), query),
                    Err(_) => pages::no_such_file(page),
                }
            }
        }
    }

    async fn read(&self, wanted: Wanted, query: &Query) -> HttpResponse {
        let Wanted { path, offset, length } = wanted;
        let length = if offset.is_none() { Some(0) } else { length };
        let read = ReadFile { path, offset: offset.unwrap_or(0), length };
        match files::read(self.root.clone(), read).await {
            Ok((size, data)) => {
                let data = String::from_utf8_lossy(&data);
                pages::response(&json!({"offset": offset.unwrap_or(size), "data": data}), query)
            }
            Err(_) => pages::no_such_file(FilesPage::Read),
        }
    }

    /// Returns the file piece by piece.
    fn download(&self, path: String) -> HttpResponse {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let root = self.root.clone();
        let pieces = stream::try_unfold(0, move |offset| {
            let read = ReadFile { path: path.clone(), offset, length: None };
            let read = files::read(root.clone(), read);
            async move {
                let (_, data) = read.await?;
                let next = offset.saturating_add(data.len() as u64);
                Ok::<_, files::NoSuchFile>((!data.is_empty()).then_some((data, next)))
            }
        });
        HttpResponse::pieces(pieces)
            .with_header(CONTENT_TYPE, "application/octet-stream")
            .with_header(CONTENT_DISPOSITION, &format!("attachment; filename={name}"))
    }
}

/// Returns the response with this document, if there is one.
fn shown_as(document: Result<Value, Gone>, query: &Query) -> HttpResponse {
    document.map_or_else(|Gone| HttpResponse::broken(), |document| pages::response(&document, query))
}

/// The agent is about to end, or was killed.
struct Gone;

enum Kind {
    File,
    Folder,
}

async fn kind(root: PathBuf, path: String) -> Option<Kind> {
    let found = tokio::task::spawn_blocking(move || shown(&root, &path).ok());
    let path = found.await.ok().flatten()?;
    Some(if path.is_dir() { Kind::Folder } else { Kind::File })
}
