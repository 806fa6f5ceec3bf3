//! The library's messages are on the wire what prost's derive macros would make of them.

mod compare;
mod contents;
mod table;

use std::error::Error;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any};
use proptest::test_runner::TestRunner;
use protox::prost_reflect::{DescriptorPool, MessageDescriptor};

use self::contents::Choices;

/// Contents for each message.
const CASES: u32 = 48;
/// Deeper than prost goes.
const DEEP: usize = 120;

#[test]
fn messages_are_the_same_on_the_wire() -> Result<(), Box<dyn Error>> {
    let pool = pool()?;
    let messages = table::messages();
    assert_eq!(messages.len(), descriptors(&pool).count(), "a message is missing");
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        cases: CASES,
        ..ProptestConfig::default()
    });
    for (name, check) in messages {
        let message = descriptors(&pool).find(|found| plain(found.full_name()) == plain(name)).ok_or(name)?;
        runner.run(&vec(any::<u8>(), 0..300), |choices| {
            let mut choices = Choices::new(&choices);
            let (first, second) = (choices.message(&message), choices.message(&message));
            check(&first, &second);
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn enums_are_the_same() {
    let enums = table::enums();
    assert!(enums.len() > 50);
    for check in enums {
        check();
    }
}

#[test]
fn what_is_nested_too_deep_is_refused_alike() {
    let mut bytes = Vec::new();
    for _ in 0..DEEP {
        bytes = contents::field(2, &bytes);
    }
    compare::messages::<mesos_sdk::proto::v1::ContainerId, wire_reference::v1::ContainerId>(&bytes, &bytes);
    let error = mesos_sdk::wire::Encoding::Protobuf.decode::<mesos_sdk::proto::v1::ContainerId>(&bytes);
    assert!(error.is_err_and(|error| error.to_string().contains("recursion limit reached")));
}

#[test]
fn errors_name_the_field() {
    // The text should have two bytes.
    let agent_id = [0x0a, 2, b'a'];
    let event = contents::field(7, &contents::field(1, &agent_id));
    let event = mesos_sdk::wire::Encoding::Protobuf.decode::<mesos_sdk::proto::v1::scheduler::Event>(&event);
    let error = event.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("AgentId.value: Failure.agent_id: Event.failure: "), "{error}");
}

/// The one difference that is meant: what prost refuses is read with U+FFFD, and all else is the
/// same.
#[test]
fn text_that_is_not_utf_8_is_read() {
    let bytes = [contents::field(1, b"r\xe9p"), contents::field(2, &[0xff])].concat();
    let reference = <wire_reference::v1::Label as prost::Message>::decode(&bytes[..]);
    assert!(reference.is_err_and(|error| error.to_string().contains("invalid string value")));
    let ours = mesos_sdk::wire::Encoding::Protobuf.decode::<mesos_sdk::proto::v1::Label>(&bytes);
    let ours = ours.map(|label| (label.key, label.value)).ok();
    assert_eq!(ours, Some(("r\u{fffd}p".to_owned(), Some("\u{fffd}".to_owned()))));
}

fn pool() -> Result<DescriptorPool, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let files = [
        "agent/agent",
        "executor/executor",
        "master/master",
        "resource_provider/resource_provider",
        "scheduler/scheduler",
    ];
    let files = files.map(|file| format!("mesos/v1/{file}.proto"));
    Ok(DescriptorPool::from_file_descriptor_set(protox::compile(files, [root])?)?)
}

fn descriptors(pool: &DescriptorPool) -> impl Iterator<Item = MessageDescriptor> {
    pool.all_messages().filter(|message| !message.is_map_entry())
}

/// `mesos.v1.TaskInfo` and `v1::TaskInfo` are the same.
fn plain(name: &str) -> String {
    name.trim_start_matches("mesos.").replace("::", ".").replace([' ', '_'], "").to_lowercase()
}
