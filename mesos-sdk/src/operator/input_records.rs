//! The records of a container's input.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::{StreamExt as _, once, unfold};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use crate::http::RequestBody;
use crate::proto::v1::agent::call::attach_container_input::Type;
use crate::proto::v1::agent::call::{self, AttachContainerInput};
use crate::proto::v1::agent::process_io::{Control, Data, control, data};
use crate::proto::v1::agent::{Call, ProcessIo, process_io};
use crate::proto::v1::{ContainerId, TtyInfo};
use crate::wire::{Encoding, encode_record};

/// How often a heartbeat is sent, so that nothing on the way takes an idle connection for dead.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30);

/// Encodes records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records(pub(super) Encoding);

impl Records {
    /// Encodes the first record.
    fn container(self, container_id: ContainerId) -> Bytes {
        let container_id = Some(container_id.into());
        self.record(AttachContainerInput {
            r#type: Some(Type::ContainerId.into()),
            container_id,
            process_io: None,
        })
    }

    pub(super) fn data(self, data: Bytes) -> Bytes {
        let data = Data { r#type: Some(data::Type::Stdin.into()), data: Some(data) };
        let kind = process_io::Type::Data;
        self.process_io(ProcessIo { r#type: Some(kind.into()), data: Some(Box::new(data)), control: None })
    }

    pub(super) fn terminal(self, tty_info: TtyInfo) -> Bytes {
        let kind = control::Type::TtyInfo;
        self.control(Control { r#type: Some(kind.into()), tty_info: Some(tty_info), heartbeat: None })
    }

    fn heartbeat(self) -> Bytes {
        let heartbeat = control::Heartbeat { interval: Some(HEARTBEAT_INTERVAL.into()) };
        let kind = control::Type::Heartbeat;
        self.control(Control { r#type: Some(kind.into()), tty_info: None, heartbeat: Some(heartbeat) })
    }

    fn control(self, control: Control) -> Bytes {
        let kind = process_io::Type::Control;
        self.process_io(ProcessIo { r#type: Some(kind.into()), data: None, control: Some(Box::new(control)) })
    }

    fn process_io(self, process_io: ProcessIo) -> Bytes {
        let process_io = Some(process_io);
        self.record(AttachContainerInput {
            r#type: Some(Type::ProcessIo.into()),
            container_id: None,
            process_io,
        })
    }

    fn record(self, input: AttachContainerInput) -> Bytes {
        let kind = Some(call::Type::AttachContainerInput.into());
        let call = Call { r#type: kind, attach_container_input: Some(Box::new(input)), ..Call::default() };
        encode_record(&self.0.encode(&call))
    }
}

/// Returns a request's body: the container, then what is received, with heartbeats in between,
/// until the sender is dropped.
pub(super) fn body(records: Records, container_id: ContainerId, receiver: Receiver<Bytes>) -> RequestBody {
    let input = unfold(receiver, move |mut receiver| async move {
        let record = match timeout(HEARTBEAT_INTERVAL, receiver.recv()).await {
            Ok(record) => record?,
            Err(_) => records.heartbeat(),
        };
        Some((record, receiver))
    });
    let first = once(std::future::ready(records.container(container_id)));
    StreamBody::new(first.chain(input).map(|record| Ok(Frame::data(record)))).boxed_unsync()
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::wire::RecordDecoder;

    async fn next(body: &mut RequestBody) -> Option<AttachContainerInput> {
        let frame = body.frame().await?.unwrap();
        let mut decoder = RecordDecoder::default();
        decoder.push(frame.data_ref().unwrap());
        let record = decoder.next_record().unwrap().unwrap();
        let call: Call = Encoding::Protobuf.decode(&record).unwrap();
        assert_eq!(call.r#type(), call::Type::AttachContainerInput);
        call.attach_container_input.map(|input| *input)
    }

    #[tokio::test(start_paused = true)]
    async fn container_then_input_with_heartbeats() {
        let (sender, receiver) = mpsc::channel(1);
        let records = Records(Encoding::Protobuf);
        let id = ContainerId::from("c");
        let mut body = body(records, id, receiver);
        assert_eq!(next(&mut body).await.unwrap().container_id.unwrap().value, "c");
        let idle = next(&mut body).await.unwrap().process_io.unwrap().control.unwrap();
        assert_eq!(idle.r#type(), control::Type::Heartbeat);
        sender.send(records.data(Bytes::from_static(b"hi"))).await.unwrap();
        let input = next(&mut body).await.unwrap().process_io.unwrap().data.unwrap();
        assert_eq!((input.r#type(), input.data()), (data::Type::Stdin, &b"hi"[..]));
        drop(sender);
        assert!(next(&mut body).await.is_none());
    }
}
