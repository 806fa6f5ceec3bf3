//! The response to a call: as a whole, or as it arrives.

use bytes::Bytes;

use super::line::{Line, Mode, Ready};
use super::progress::Progress;
use super::search::Search;
use crate::http::OpenResponse;
use crate::{Error, ErrorKind, Sent};

impl Line {
    /// Sends a call, named `name` in errors, and returns the body of its response.
    pub(super) async fn call(&self, name: &str, body: Bytes, mode: Mode) -> Result<Bytes, Error> {
        self.ready()?.call(name, body, mode).await
    }
}

impl Ready {
    async fn call(&self, name: &str, body: Bytes, mode: Mode) -> Result<Bytes, Error> {
        let (limit, progress) = (self.call_timeout, Progress::default());
        let attempt = self.whole(&body, mode, &progress);
        if mode == Mode::Wait {
            return attempt.await;
        }
        progress.within(limit, attempt).await.unwrap_or_else(|| Err(self.late(name, limit, mode)))
    }

    async fn whole(&self, body: &Bytes, mode: Mode, progress: &Progress) -> Result<Bytes, Error> {
        let mut search = Search::new(self, mode);
        loop {
            let (at, response) = search.open(body).await?;
            if mode == Mode::Change && response.is_endless() {
                // The rest of the response does not matter, and may never end.
                search.keep(at, None);
                return Ok(Bytes::new());
            }
            match response.whole(self.endpoint.max_record, || progress.is_made()).await {
                Ok((bytes, channel)) => {
                    search.keep(at, Some(channel));
                    return Ok(bytes);
                }
                Err(error) => search.after(error.sent(Sent::Yes).into()).await?,
            }
        }
    }

    /// Sends a call that only reads, named `name` in errors, and returns its response as soon as
    /// that begins.
    pub(super) async fn open_response(&self, name: &str, body: &Bytes) -> Result<OpenResponse, Error> {
        let mut search = Search::new(self, Mode::Ask);
        let limit = self.call_timeout;
        let opened = Progress::default().within(limit, search.open(body)).await;
        let (at, response) = opened.unwrap_or_else(|| Err(self.late(name, limit, Mode::Ask)))?;
        search.keep(at, None);
        Ok(response)
    }

    /// Returns the next part of a response to the call `name`, or `None` at its end. However long
    /// it takes, a response is awaited as long as parts of it arrive.
    pub(super) async fn next_part(
        &self,
        name: &str,
        response: &mut OpenResponse,
    ) -> Result<Option<Bytes>, Error> {
        let limit = self.call_timeout;
        let part = Progress::default().within(limit, response.next()).await;
        part.unwrap_or_else(|| {
            let (peer, seconds) = (response.peer(), limit.as_secs_f64());
            let text = format!("{peer} sent no more of its response to {name} for {seconds} s");
            Err(Error::new(ErrorKind::Timeout, text))
        })
    }
}
