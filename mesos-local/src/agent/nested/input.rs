//! The input of a container, as it comes record by record.

use std::time::Duration;

use http::StatusCode;
use mesos_sdk::proto::v1::agent::call::attach_container_input::Type;
use mesos_sdk::proto::v1::agent::process_io::{Control, control, data};
use mesos_sdk::proto::v1::agent::{Call, ProcessIo, process_io};

use super::switchboard::{Switchboard, Writer};
use crate::server::{Calls, HttpResponse};

/// How long the input may go on when the output has ended.
const GRACE: Duration = Duration::from_secs(1);

/// Gives the process what the calls say, until they end.
pub(super) async fn feed(switchboard: &Switchboard, mut calls: Calls<Call>) -> HttpResponse {
    let Some(writer) = switchboard.writer() else {
        return HttpResponse::text(StatusCode::CONFLICT, "Multiple input connections are not allowed");
    };
    let all = async {
        while let Some(call) = calls.next().await? {
            take(&writer, call).await?;
        }
        Ok(())
    };
    let over = async {
        writer.over().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        fed = all => fed.map_or_else(|refusal| refusal, |()| HttpResponse::ok()),
        () = over => HttpResponse::ok(),
    }
}

async fn take(writer: &Writer<'_>, call: Call) -> Result<(), HttpResponse> {
    let input = call.attach_container_input.unwrap_or_default();
    if input.r#type() != Type::ProcessIo {
        let text = "Expecting 'attach_container_input.type' to be 'PROCESS_IO'";
        return Err(HttpResponse::bad_request(format!(
            "{text} instead of: '{}'",
            input.r#type().as_str_name()
        )));
    }
    let io = input.process_io.ok_or_else(|| missing("attach_container_input.process_io"))?;
    match io.r#type() {
        process_io::Type::Data => write(writer, io).await,
        process_io::Type::Control => control(writer, io.control.as_deref()),
        process_io::Type::Unknown => Err(HttpResponse::bad_request("'process_io.type' is unknown")),
    }
}

async fn write(writer: &Writer<'_>, io: ProcessIo) -> Result<(), HttpResponse> {
    let data = io.data.ok_or_else(|| missing("process_io.data"))?;
    if data.r#type() != data::Type::Stdin {
        return Err(HttpResponse::bad_request("Expecting 'process_io.data.type' to be 'STDIN'"));
    }
    let written = writer.write(data.data()).await;
    written.map_err(|error| {
        HttpResponse::text(StatusCode::INTERNAL_SERVER_ERROR, format!("Failed writing to stdin: {error}"))
    })
}

fn control(writer: &Writer<'_>, control: Option<&Control>) -> Result<(), HttpResponse> {
    let control = control.ok_or_else(|| missing("process_io.control"))?;
    match control.r#type() {
        control::Type::Heartbeat => Ok(()),
        control::Type::TtyInfo => {
            let terminal = control.tty_info.as_ref().ok_or_else(|| missing("process_io.control.tty_info"))?;
            let size = terminal.window_size.as_ref().ok_or_else(|| missing("tty_info.window_size"))?;
            let resized = writer.resize(size.rows, size.columns);
            resized
                .map_err(|error| HttpResponse::bad_request(format!("Unable to set the window size: {error}")))
        }
        control::Type::Unknown => Err(HttpResponse::bad_request("'process_io.control.type' is unknown")),
    }
}

fn missing(field: &str) -> HttpResponse {
    HttpResponse::bad_request(format!("Expecting '{field}' to be present"))
}
