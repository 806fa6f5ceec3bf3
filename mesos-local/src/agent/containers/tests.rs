use std::time::Duration;

use mesos_sdk::proto::v1::CommandInfo;

use super::*;

fn launch(container: &str) -> Launch {
    Launch {
        container: container.to_owned(),
        agent_id: "S0".to_owned(),
        framework_id: "F0".to_owned(),
        executor_id: container.to_owned(),
        executor_name: String::new(),
        role: None,
        volumes: Vec::new(),
        user: "root".to_owned(),
        command: CommandInfo { value: Some("exit 0".to_owned()), ..CommandInfo::default() },
        is_default: false,
        unsupported: None,
        terminal: false,
        checkpoint: false,
        shutdown_grace_period: Duration::from_secs(1),
    }
}

fn containers(work_dir: &tempfile::TempDir) -> (Containers, mpsc::Receiver<Input>) {
    let origin = Origin {
        name: "slave(1)".to_owned(),
        address: ([127, 0, 0, 1], 5051).into(),
        domain_socket: None,
        tokens: None,
        subscription_backoff_max: Duration::from_secs(2),
    };
    let place = (work_dir.path().to_owned(), true);
    Containers::new(place, origin, InProcessExecutors::default(), MemoryConnector::default())
}

#[tokio::test]
async fn sixteen_start_at_once_and_others_wait() {
    let work_dir = tempfile::tempdir().unwrap();
    let (containers, mut reports) = containers(&work_dir);
    let starting = &containers.shared.starting;
    assert_eq!(starting.available_permits(), 16);
    // Sixteen others are being started.
    let mut others: Vec<_> = (0..MAX_STARTING).map(|_| starting.try_acquire().unwrap()).collect();
    for index in 0..3 {
        containers.start(launch(&format!("c{index}")));
    }
    let early = tokio::time::timeout(Duration::from_millis(300), reports.recv()).await;
    assert!(early.is_err(), "{early:?}");
    assert!(!work_dir.path().join("slaves").exists(), "a sandbox was made out of turn");
    others.pop();
    let mut exited = 0;
    while exited < 3 {
        match reports.recv().await.unwrap() {
            Input::Exited { status: 0, .. } => exited += 1,
            Input::Started { pid: Some(_), .. } => {}
            other => panic!("{other:?}"),
        }
    }
}
