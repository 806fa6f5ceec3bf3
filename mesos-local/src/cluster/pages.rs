//! The master's pages over HTTP.

use tokio::sync::oneshot;

use super::changes::Change;
use super::endpoint::{Endpoint, NAME};
use super::leader::Command;
use crate::master;
use crate::pages::{self, Common, FilesPage, Found, Query, Routes, Wanted, system_metrics};
use crate::server::{Arrived, HttpResponse};

#[derive(Clone, Copy, Debug)]
enum Page {
    /// That of the leader, to which a standby redirects.
    OfLeader(master::Page),
    /// One of the leader that knows these methods alone.
    Only(&'static [(&'static str, Does)]),
    /// That of any master.
    Own(master::Page),
    Health,
    Redirect,
}

/// What a method does.
#[derive(Clone, Copy, Debug)]
enum Does {
    Show(master::Page),
    Change(Change),
}

const ROUTES: Routes<Page> = Routes {
    own: &[
        ("/health", Page::Health),
        ("/redirect", Page::Redirect),
        ("/flags", Page::Own(master::Page::Flags)),
        ("/state", Page::OfLeader(master::Page::State)),
        ("/state-summary", Page::OfLeader(master::Page::StateSummary)),
        ("/slaves", Page::OfLeader(master::Page::Agents)),
        ("/frameworks", Page::OfLeader(master::Page::Frameworks)),
        ("/tasks", Page::OfLeader(master::Page::Tasks)),
        ("/roles", Page::OfLeader(master::Page::Roles)),
        (
            "/weights",
            Page::Only(&[("GET", Does::Show(master::Page::Weights)), ("PUT", Does::Change(Change::Weights))]),
        ),
        (
            "/quota",
            Page::Only(&[
                ("GET", Does::Show(master::Page::Quota)),
                ("POST", Does::Change(Change::SetQuota)),
                ("DELETE", Does::Change(Change::RemoveQuota)),
            ]),
        ),
        (
            "/maintenance/schedule",
            Page::Only(&[
                ("GET", Does::Show(master::Page::MaintenanceSchedule)),
                ("POST", Does::Change(Change::Schedule)),
            ]),
        ),
        ("/maintenance/status", Page::Only(&[("GET", Does::Show(master::Page::MaintenanceStatus))])),
        ("/machine/down", Page::Only(&[("POST", Does::Change(Change::MachineDown))])),
        ("/machine/up", Page::Only(&[("POST", Does::Change(Change::MachineUp))])),
        ("/teardown", Page::Only(&[("POST", Does::Change(Change::Teardown))])),
        ("/reserve", Page::Only(&[("POST", Does::Change(Change::Reserve))])),
        ("/unreserve", Page::Only(&[("POST", Does::Change(Change::Unreserve))])),
        ("/create-volumes", Page::Only(&[("POST", Does::Change(Change::CreateVolumes))])),
        ("/destroy-volumes", Page::Only(&[("POST", Does::Change(Change::DestroyVolumes))])),
    ],
};

impl Endpoint {
    pub(super) async fn page(&self, request: Arrived) -> HttpResponse {
        match ROUTES.find(NAME, request.path()) {
            Some(Found::Own(page)) => self.own_page(page, request).await,
            Some(Found::Common(page)) => self.common_page(page, request.query()).await,
            None => HttpResponse::not_found(),
        }
    }

    async fn common_page(&self, page: Common, query: &Query) -> HttpResponse {
        match page {
            Common::Version => pages::response(&pages::version(), query),
            Common::System => pages::response(&pages::system_statistics(), query),
            Common::Files(page) => no_files(page, query),
            Common::Logging => pages::toggle_logging(query),
            Common::Profiler => pages::refuse_to_profile(),
            Common::Metrics => match pages::check_timeout(query) {
                Ok(()) => self.ask_page(master::Page::Metrics, query.clone()).await,
                Err(refusal) => refusal,
            },
        }
    }

    async fn own_page(&self, page: Page, request: Arrived) -> HttpResponse {
        match page {
            Page::Health => HttpResponse::ok(),
            // The one page that does not respond for the paths below it.
            Page::Redirect if request.path().ends_with("/redirect") => {
                self.leader.availability.redirect(&self.address)
            }
            Page::Redirect => HttpResponse::not_found(),
            Page::Own(page) => self.ask_page(page, request.query().clone()).await,
            Page::OfLeader(page) => self.of_leader(&[], Some(Does::Show(page)), request).await,
            Page::Only(methods) => {
                let method = request.method().as_str();
                let does = methods.iter().find(|(known, _)| *known == method).map(|(_, does)| *does);
                self.of_leader(methods, does, request).await
            }
        }
    }

    /// Returns the response of the leader; `does` is `None` for a method that is not supported.
    async fn of_leader(
        &self,
        methods: &[(&str, Does)],
        does: Option<Does>,
        request: Arrived,
    ) -> HttpResponse {
        if let Some(refusal) = self.leader.availability.refusal(request.path()) {
            return refusal;
        }
        match does {
            Some(Does::Show(page)) => self.ask_page(page, request.query().clone()).await,
            Some(Does::Change(change)) => self.change(change, request).await,
            None => {
                let known: Vec<_> = methods.iter().map(|(method, _)| *method).collect();
                HttpResponse::method_not_allowed(&known, request.method())
            }
        }
    }

    async fn ask_page(&self, page: master::Page, query: Query) -> HttpResponse {
        let (sender, document) = oneshot::channel();
        let sent = self.leader.commands.send(Command::Page(page, query.clone(), sender)).await;
        match (sent, document.await) {
            (Ok(()), Ok(mut document)) => {
                if page == master::Page::Metrics {
                    pages::extend(&mut document, pages::metrics(system_metrics()));
                }
                pages::response(&document, &query)
            }
            // Without a leader's task the cluster is about to end, as any process may.
            _ => HttpResponse::broken(),
        }
    }
}

/// Returns no files, like a master that does not log to a file.
fn no_files(page: FilesPage, query: &Query) -> HttpResponse {
    match page {
        FilesPage::Debug => pages::response(&serde_json::json!({}), query),
        _ => Wanted::new(page, query).map_or_else(|refusal| refusal, |_| pages::no_such_file(page)),
    }
}
