use super::*;

#[tokio::test]
async fn a_command_runs_to_its_end() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.launch("exit 0").await;
    let mut states = vec![framework.state().await];
    while states.last() != Some(&TaskState::Finished) {
        states.push(framework.state().await);
    }
    assert_eq!(states, [TaskState::Starting, TaskState::Running, TaskState::Finished]);
    framework.stop().await;
    let state = cluster.state().await;
    let completed = &state["completed_frameworks"][0];
    assert_eq!(completed["completed_tasks"][0]["state"], "TASK_FINISHED");
    assert_eq!(state["frameworks"].as_array().map(Vec::len), Some(0));
    cluster.shutdown().await;
}

#[tokio::test]
async fn a_killed_command_is_killed() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.launch("sleep 1000").await;
    while framework.state().await != TaskState::Running {}
    framework.driver.kill(TaskId::from("task"), None).await.unwrap();
    while framework.state().await != TaskState::Killed {}
    framework.stop().await;
}

#[tokio::test]
async fn sandboxes_are_kept_only_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::builder().work_dir(folder.path()).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.launch("echo hello").await;
    while framework.state().await != TaskState::Finished {}
    cluster.shutdown().await;
    assert!(folder.path().join("agent-0").join("slaves").is_dir());
    let cluster = Cluster::builder().start().await.unwrap();
    let path = cluster.work_dir.of_agent(0).unwrap();
    assert!(path.is_dir());
    drop(cluster);
    assert!(!path.exists());
}

#[tokio::test(start_paused = true)]
async fn an_hour_passes_in_no_time_over_pipes() {
    let cluster = Cluster::builder().agents(2).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.subscribed().await;
    let mut offered = Vec::new();
    let started = tokio::time::Instant::now();
    while offered.len() < 2 {
        offered.extend(framework.offers().await);
    }
    for round in 1..=60 {
        let ids = offered.drain(..).map(|offer| offer.id);
        let minute = Duration::from_millis(59_500);
        framework.driver.decline_for(ids, minute).await.unwrap();
        let search = async {
            while offered.len() < 2 {
                match framework.received.recv().await.unwrap() {
                    Received::Offers(offers) => offered.extend(offers),
                    other => panic!("round {round}: {other:?}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(120), search).await.unwrap();
    }
    assert!(started.elapsed() > Duration::from_secs(3500), "{:?}", started.elapsed());
    framework.stop().await;
}

#[tokio::test]
async fn many_commands_in_one_launch_all_run() {
    const COMMANDS: usize = 100;
    let cluster = Cluster::builder().resources("cpus:1000;mem:100000").start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let offer = framework.offers().await.remove(0);
    let tasks = (0..COMMANDS).map(|index| command_task(&format!("task-{index}"), &offer, "exit 0"));
    framework.driver.launch([offer.id.clone()], tasks).await.unwrap();
    let mut ended = 0;
    while ended < COMMANDS {
        let state = framework.state().await;
        assert!(!state.is_terminal() || state == TaskState::Finished, "{state:?}");
        ended += usize::from(state.is_terminal());
    }
    framework.stop().await;
}
