//! The master's pages over HTTP.

use tokio::sync::oneshot;

use super::endpoint::Endpoint;
use super::leader::Command;
use crate::master;
use crate::pages::{self, FilesPage, Query, Routes, Wanted, system_metrics};
use crate::server::{Answer, Arrived};

/// The name of the master's process.
const NAME: &str = "master";

#[derive(Clone, Copy, Debug)]
enum Page {
    /// That of the leader, to which a standby redirects.
    OfLeader(master::Page),
    /// The same, which knows these methods alone.
    Only(&'static [&'static str], master::Page),
    /// That of any master.
    Own(master::Page),
    Health,
    Redirect,
    Version,
    System,
    Files(FilesPage),
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
        ("/weights", Page::Only(&["GET"], master::Page::Weights)),
        ("/quota", Page::Only(&["GET"], master::Page::Quota)),
        ("/maintenance/schedule", Page::Only(&["GET"], master::Page::MaintenanceSchedule)),
        ("/maintenance/status", Page::Only(&["GET"], master::Page::MaintenanceStatus)),
    ],
    others: &[
        ("/version", Page::Version),
        ("/metrics/snapshot", Page::Own(master::Page::Metrics)),
        ("/system/stats.json", Page::System),
        ("/files/debug", Page::Files(FilesPage::Debug)),
        ("/files/browse", Page::Files(FilesPage::Browse)),
        ("/files/read", Page::Files(FilesPage::Read)),
        ("/files/download", Page::Files(FilesPage::Download)),
    ],
};

impl Endpoint {
    pub(super) async fn page(&self, request: &Arrived) -> Answer {
        let query = request.query();
        match ROUTES.find(NAME, request.path()) {
            Some(Page::Health) => Answer::ok(),
            // The one page that does not answer for the paths below it.
            Some(Page::Redirect) if request.path().ends_with("/redirect") => {
                self.availability.redirect(&self.address)
            }
            None | Some(Page::Redirect) => Answer::not_found(),
            Some(Page::Version) => pages::answer(&pages::version(), &query),
            Some(Page::System) => pages::answer(&pages::system_statistics(), &query),
            Some(Page::Files(page)) => no_files(page, &query),
            Some(Page::Own(page)) => self.ask_page(page, query).await,
            Some(Page::OfLeader(page)) => self.page_of_leader(page, request).await,
            Some(Page::Only(methods, page)) if methods.contains(&request.method().as_str()) => {
                self.page_of_leader(page, request).await
            }
            Some(Page::Only(methods, _)) => {
                let refusal = self.availability.refusal(request.path());
                refusal.unwrap_or_else(|| Answer::method_not_allowed(methods, request.method()))
            }
        }
    }

    async fn page_of_leader(&self, page: master::Page, request: &Arrived) -> Answer {
        match self.availability.refusal(request.path()) {
            Some(refusal) => refusal,
            None => self.ask_page(page, request.query()).await,
        }
    }

    async fn ask_page(&self, page: master::Page, query: Query) -> Answer {
        let (document, told) = oneshot::channel();
        let asked = self.commands.send(Command::Page(page, query.clone(), document)).await;
        match (asked, told.await) {
            (Ok(()), Ok(mut document)) => {
                if page == master::Page::Metrics {
                    pages::extend(&mut document, pages::metrics(system_metrics()));
                }
                pages::answer(&document, &query)
            }
            // Without a leader's task the cluster is about to end, as any process may.
            _ => Answer::broken(),
        }
    }
}

/// A master shows none, like one that logs to no file.
fn no_files(page: FilesPage, query: &Query) -> Answer {
    match page {
        FilesPage::Debug => pages::answer(&serde_json::json!({}), query),
        _ => Wanted::new(page, query).map_or_else(|refusal| refusal, |_| pages::no_such_file(page)),
    }
}
