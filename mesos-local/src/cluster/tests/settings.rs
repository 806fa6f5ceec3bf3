//! Settings at the ends of their ranges.

use std::error::Error as _;

use super::*;
use crate::SimulatedAgents;

const MAX: usize = usize::MAX;

/// Subscribes, and is offered something, or nothing within three seconds.
async fn offered(builder: Builder) -> bool {
    let cluster = builder.start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.subscribed().await;
    let offered = tokio::time::timeout(Duration::from_secs(3), framework.offers()).await.is_ok();
    framework.stop().await;
    cluster.shutdown().await;
    offered
}

#[tokio::test]
async fn extreme_limits_work() {
    let cases = [
        (Cluster::builder().max_offers(0), false),
        (Cluster::builder().max_offers(MAX), true),
        (Cluster::builder().event_queue(0, 0), true),
        (Cluster::builder().event_queue(1, 1), true),
        (Cluster::builder().event_queue(MAX, MAX), true),
        (Cluster::builder().agents(0), false),
        (Cluster::builder().resources(""), false),
        (Cluster::builder().resources("cpus:0;mem:0"), false),
        (Cluster::builder().agent_timeout(Duration::ZERO), true),
        (Cluster::builder().agent_timeout(Duration::MAX), true),
    ];
    futures::future::join_all(cases.map(async |(builder, wanted)| {
        let described = format!("{builder:?}");
        assert_eq!(offered(builder).await, wanted, "{described}");
    }))
    .await;
}

#[tokio::test(start_paused = true)]
async fn clocks_in_memory_begin_at_any_time() {
    for epoch in [Duration::ZERO, Duration::MAX] {
        let cluster = Cluster::builder().in_memory(epoch).start().await.unwrap();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let state = cluster.state().await;
        assert_eq!(state["activated_slaves"], 1);
        let started = state["start_time"].as_f64().unwrap();
        assert!((0.0..7.3e9).contains(&started), "{started}");
    }
}

#[tokio::test]
async fn any_agent_timeout_works() {
    let cluster = Cluster::builder().agent_timeout(Duration::MAX).start().await.unwrap();
    cluster.kill_agent(0).await;
    cluster.restart_agent(0).await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.offers().await;
    framework.stop().await;
}

async fn refused(builder: Builder) -> String {
    let error = builder.start().await.map(|_| ()).unwrap_err();
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}

#[tokio::test]
async fn what_can_not_be_is_refused_with_a_reason() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let info = FrameworkInfo::default();
    let crowd = |agents, tasks| SimulatedAgents::new(info.clone()).agents(agents).tasks(tasks);
    for (builder, reason) in [
        (Cluster::builder().port(port), format!("can't listen on 127.0.0.1:{port}: choose another port")),
        (
            Cluster::builder().work_dir(&file),
            "file for sandboxes: choose one that can be written to".to_owned(),
        ),
        (Cluster::builder().work_dir(""), "can't make the folder  for sandboxes".to_owned()),
        (
            Cluster::builder().work_dir(folder.path().join("x".repeat(120))).domain_sockets(true),
            "more than the 107 of a domain socket".to_owned(),
        ),
        (Cluster::builder().agents(MAX), "more agents than the 100000 that".to_owned()),
        (
            Cluster::builder().agents(0).simulated_agents(crowd(MAX, 0)),
            "more agents of a crowd than".to_owned(),
        ),
        (
            Cluster::builder().agents(0).simulated_agents(crowd(2, MAX)),
            "more tasks of a crowd than the 10000000".to_owned(),
        ),
        (Cluster::builder().resources("cpus:-1"), "\"cpus:-1\" is not a valid list of resources".to_owned()),
        (
            Cluster::builder().resources("cpus:nan"),
            "\"cpus:nan\" is not a valid list of resources".to_owned(),
        ),
        (Cluster::builder().attributes("rack"), "\"rack\" is not a valid list of attributes".to_owned()),
        (Cluster::builder().attributes("file:///nowhere"), "can't read /nowhere, which a setting".to_owned()),
        (
            Cluster::builder().agents(3).agent_port(65534),
            "from port 65534 on, there are not enough ports for 3 agents: choose a lower port".to_owned(),
        ),
    ] {
        let error = refused(builder).await;
        assert!(error.contains(&reason), "{error} does not say: {reason}");
    }
}

#[tokio::test]
async fn resources_and_attributes_may_be_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("file://{}", path.display())
    };
    let resources = "[{\"name\":\"cpus\",\"type\":\"SCALAR\",\"scalar\":{\"value\":2}}]\n";
    let attributes = "rack:a;\ngeneration:3\nzone:b\n";
    let builder = Cluster::builder().resources(file("resources", resources));
    let cluster = builder.attributes(file("attributes", attributes)).start().await.unwrap();
    while cluster.state().await["activated_slaves"] != 1 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let state = cluster.state().await;
    let agent = &state["slaves"][0];
    assert_eq!(agent["attributes"], serde_json::json!({"rack": "a", "generation": 3.0, "zone": "b"}));
    assert_eq!(agent["resources"]["cpus"], 2.0);
}

#[tokio::test]
async fn relative_work_dir_works_for_executors() {
    let folder = tempfile::tempdir_in(".").unwrap();
    let relative = std::path::Path::new(folder.path().file_name().unwrap());
    let cluster = Cluster::builder().work_dir(relative).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.launch("test $(cd $MESOS_SANDBOX && pwd -P) = $(pwd -P)").await;
    let mut states = Vec::new();
    while !states.last().is_some_and(|state: &TaskState| state.is_terminal()) {
        states.push(framework.state().await);
    }
    assert_eq!(states.last(), Some(&TaskState::Finished));
    framework.stop().await;
    cluster.shutdown().await;
}
