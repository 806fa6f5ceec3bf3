//! What is measured on a large state works on a small one.

use std::process::Command;

use bench::measure::Reading;
use bench::state::Server;
use mesos_sdk::wire::Encoding;

#[test]
fn all_tasks_of_a_state_are_read() {
    for (encoding, json) in [(Encoding::Protobuf, None), (Encoding::Json, Some("--json"))] {
        let server = Server::start(encoding, 3_000).unwrap();
        for reader in ["floor", "stream"] {
            let mut reading = Command::new(env!("CARGO_BIN_EXE_bench"));
            reading.args(["read", reader, &server.port.to_string(), "3000"]).args(json);
            let output = reading.output().unwrap();
            assert!(output.status.success(), "{reader}: {}", String::from_utf8_lossy(&output.stderr));
            let reading: Reading = serde_json::from_slice(&output.stdout).unwrap();
            assert!(reading.wall > 0.0, "{reader}: {reading:?}");
        }
    }
}
