//! Files and servers of `ZooKeeper` that hold something else than they should.

use mesos_sdk::operator::MasterOperator;
use mesos_sdk::store::{FileStore, FrameworkStore as _};
use mesos_sdk::{ClientOptions, ErrorKind, Master};
use peer::Server;
use tokio::time::timeout;

use crate::{ALONE, PATIENCE, check_memory};

#[tokio::test]
async fn large_file_is_not_an_id() {
    let _alone = ALONE.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("id");
    for content in [b"[", b"f", b"\0", b"\n", b"\xff"] {
        std::fs::write(&path, content.repeat(64 << 20)).unwrap();
        let error = FileStore::new(&path).load().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().len() < 1000 && error.to_string().contains("/id"), "{error}");
    }
    check_memory();
}

/// A message of `ZooKeeper`: its length, and the bytes.
fn frame(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn response(xid: u8, body: &[u8]) -> Vec<u8> {
    frame(&[&[0, 0, 0, xid][..], &[0; 12], body].concat())
}

fn buffer(bytes: &[u8]) -> Vec<u8> {
    frame(bytes)
}

/// The largest message that is accepted, and a little less.
const MAX_FRAME: usize = 4 << 20;
const ALMOST: usize = MAX_FRAME - 100;

#[tokio::test]
async fn zookeeper_bombs_are_errors() {
    let _alone = ALONE.lock().await;
    let begin = [
        frame(&[&[0, 0, 0, 0, 0, 0, 0x27, 0x10][..], &[0; 8], &buffer(&[0; 16])].concat()),
        response(1, b""),
    ];
    let begin = begin.concat();
    let leader = response(2, &[&[0, 0, 0, 1][..], &buffer(b"json.info_0000000001")].concat());
    let node = |text: &[u8]| response(3, &buffer(&text.repeat(ALMOST / text.len())));
    let count = |count: u32| count.to_be_bytes().to_vec();
    let empty_names = [count(u32::try_from(ALMOST / 4).unwrap()), vec![0; ALMOST]].concat();
    let event = frame(&[&[0xff; 4][..], &[0; 12]].concat());
    let names = [count(200_000), buffer(b"json.info_00000a").repeat(200_000)].concat();
    for bomb in [
        vec![0x7f, 0xff, 0xff, 0xff],
        u32::try_from(MAX_FRAME + 1).unwrap().to_be_bytes().to_vec(),
        response(2, &empty_names),
        response(2, &[count(0x7fff_ffff), vec![0; ALMOST]].concat()),
        response(2, &names),
        [leader.clone(), node(b"[")].concat(),
        [leader.clone(), node(b"{\"a\":")].concat(),
        [leader.clone(), response(3, &buffer(&[b"[", &b"[],".repeat(ALMOST / 3)[..], b"0]"].concat()))]
            .concat(),
        [leader.clone(), node(b"\xff")].concat(),
        // Events without end.
        event.repeat(10_000),
    ] {
        let server = Server::greeting([&begin[..], &bomb].concat()).unwrap();
        let master: Master = format!("zk://{}/mesos", server.address()).parse().unwrap();
        let options = ClientOptions::new().call_timeout(std::time::Duration::from_secs(1));
        let operator = MasterOperator::new(master).client_options(options);
        let error = timeout(PATIENCE, operator.get_health()).await.unwrap().unwrap_err();
        assert!(error.to_string().len() < 1000, "{error:?}");
    }
    check_memory();
}
