//! The window on a cluster.

use std::io;
use std::net::SocketAddr;

use mesos_window::Window;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::options::{Page, Ui};
use super::outcome::Outcome;
use super::output;

/// Where the window is, unless that port is taken.
const PORT: u16 = 5040;

/// Serves a window on any cluster.
pub(crate) async fn run(ui: Ui) -> Outcome {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let Ui { access, page } = ui;
    let master = access.master()?;
    let window = window(Window::new(master.clone()).client_options(access.options()?), &page);
    let listener = listen(&page).await?;
    let address = listener.local_addr()?;
    output::line(&format!("A window on {master}: http://{address} (Ctrl-C ends it)"));
    tokio::select! {
        () = window.serve(listener) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Gives a window the settings of the command line.
pub(crate) fn window(window: Window, page: &Page) -> Window {
    let window = window.allow_changes(page.allow_changes);
    page.host.iter().fold(window, Window::host)
}

/// Listens where the page is to be.
pub(crate) async fn listen(page: &Page) -> io::Result<TcpListener> {
    let bind = async |port| {
        let address = SocketAddr::from((page.listen, port));
        let failed =
            |error: io::Error| io::Error::new(error.kind(), format!("can't listen on {address}: {error}"));
        TcpListener::bind(address).await.map_err(failed)
    };
    match (page.ui_port, bind(page.ui_port.unwrap_or(PORT)).await) {
        (None, Err(_)) => bind(0).await,
        (_, bound) => bound,
    }
}
