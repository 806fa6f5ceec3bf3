use std::fs;
use std::path::Path;

use super::super::conformance;
use super::*;
use crate::store::Records;

fn put(key: &str, record: &str) -> Vec<Change> {
    vec![Change::put(key, record)]
}

async fn open(folder: &Path) -> (FileLog, Opened) {
    let store = FileLog::new(folder);
    let opened = store.open().await.unwrap();
    (store, opened)
}

#[tokio::test]
async fn conforms() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not/there/yet");
    conformance::check(|| FileLog::new(&path)).await.unwrap();
}

#[tokio::test]
async fn folder_of_a_store_that_ends_soon_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = open(folder.path()).await;
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        drop(first);
    });
    open(folder.path()).await;
}

#[tokio::test]
async fn survives_crashes() {
    let folder = tempfile::tempdir().unwrap();
    conformance::check_files(|folder| FileLog::new(folder), folder.path()).await.unwrap();
}

#[tokio::test]
async fn crash_before_the_rename_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (store, opened) = open(folder.path()).await;
    store.write(opened.epoch, put("a", "1")).await.unwrap();
    drop(store);
    let next = fs::read(folder.path().join("log")).unwrap();
    for length in 0..=next.len() {
        fs::write(folder.path().join("log.new"), &next[..length]).unwrap();
        let (store, opened) = open(folder.path()).await;
        assert_eq!(opened.records, Records::from([("a".to_owned(), "1".to_owned())]));
        store.write(opened.epoch, put("a", "1")).await.unwrap();
    }
}

#[tokio::test]
async fn log_is_rewritten_when_half_is_out_of_date() {
    let folder = tempfile::tempdir().unwrap();
    let (store, opened) = open(folder.path()).await;
    let record = "x".repeat(10_000);
    for _ in 0..100 {
        store.write(opened.epoch, put("a", &record)).await.unwrap();
        assert!(fs::metadata(folder.path().join("log")).unwrap().len() < 80_000);
    }
    drop(store);
    assert_eq!(open(folder.path()).await.1.records, Records::from([("a".to_owned(), record)]));
}

#[tokio::test]
async fn damage_is_reported_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let (store, opened) = open(folder.path()).await;
    store.write(opened.epoch, put("a", "1")).await.unwrap();
    let offset = fs::metadata(folder.path().join("log")).unwrap().len();
    store.write(opened.epoch, put("b", "1")).await.unwrap();
    drop(store);
    let mut bytes = fs::read(folder.path().join("log")).unwrap();
    *bytes.last_mut().unwrap() = b' ';
    let at = usize::try_from(offset).unwrap() + 40;
    bytes[at] ^= 1;
    fs::write(folder.path().join("log"), bytes).unwrap();
    let error = FileLog::new(folder.path()).open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    let path = folder.path().join("log");
    let place = format!("{} is damaged at offset {offset}: the checksum is wrong", path.display());
    assert!(error.to_string().starts_with(&place), "{error}");
}

#[tokio::test]
async fn large_nonsense_is_reported_soon() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path()).await;
    drop(store);
    let path = folder.path().join("log");
    let sound = fs::read(&path).unwrap();
    let begun = std::time::Instant::now();
    for (begin, nonsense) in
        [(&b""[..], "["), (&sound, "["), (&sound, " "), (&sound, "00000000 "), (&sound, "é")]
    {
        fs::write(&path, [begin, nonsense.repeat((64 << 20) / nonsense.len()).as_bytes()].concat()).unwrap();
        let error = FileLog::new(folder.path()).open().await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt);
        let place = format!("{} is damaged at offset {}: ", path.display(), begin.len());
        assert!(error.to_string().starts_with(&place), "{error}");
    }
    // A write that the disk has not completed.
    fs::write(&path, [&sound, &vec![0; 64 << 20][..]].concat()).unwrap();
    open(folder.path()).await;
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn second_process_is_refused_until_the_first_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = open(folder.path()).await;
    let error = FileLog::new(folder.path()).open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::InUse);
    drop(first);
    assert_eq!(open(folder.path()).await.1.epoch, Epoch(2));
}

#[tokio::test]
async fn writer_that_ignores_the_lock_fences() {
    let folder = tempfile::tempdir().unwrap();
    let (store, opened) = open(folder.path()).await;
    fs::remove_file(folder.path().join("lock")).unwrap(); // as on a disk without locks
    let (other, _) = open(folder.path()).await;
    assert_eq!(store.write(opened.epoch, put("a", "1")).await.unwrap_err().kind(), StoreErrorKind::Fenced);
    drop(other);
    assert_eq!(open(folder.path()).await.1.records, Records::new());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_user_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let _open = open(&path).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!([mode(&path.join("log")), mode(&path.join("lock"))], [0o600; 2]);
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_refused_without_waiting() {
    for name in ["log", "lock"] {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let error = FileLog::new(folder.path()).open().await.unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{name}: {error}");
    }
}

#[tokio::test]
async fn what_is_not_ours_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("log"), "from=2024-01-01 GET /\n").unwrap();
    fs::write(at("log.new"), "mine").unwrap();
    let error = FileLog::new(folder.path()).open().await.unwrap_err().to_string();
    assert!(error.contains("first line") && error.contains("give FileLog another folder"), "{error}");
    assert_eq!(fs::read(at("log")).unwrap(), b"from=2024-01-01 GET /\n");
    fs::remove_file(at("log")).unwrap();
    let error = FileLog::new(folder.path()).open().await.unwrap_err().to_string();
    assert!(error.contains("log.new is not the beginning of a log: move it away"), "{error}");
    assert_eq!(fs::read(at("log.new")).unwrap(), b"mine");
    let error = FileLog::new(at("log.new")).open().await.unwrap_err().to_string();
    assert!(error.contains("log.new is a file: give FileLog the path of a folder"), "{error}");
}

/// Most of these files take no room on the disk.
#[tokio::test]
async fn huge_file_is_not_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path()).await;
    drop(store);
    let path = folder.path().join("log");
    let sound = fs::read(&path).unwrap();
    for begin in [&b""[..], &sound] {
        fs::write(&path, begin).unwrap();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(50 << 30).unwrap();
        let error = FileLog::new(folder.path()).open().await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt);
        let place = format!("is damaged at offset {}: ", begin.len());
        assert!(error.to_string().contains(&place), "{error}");
        assert_eq!(fs::metadata(&path).unwrap().len(), 50 << 30);
    }
}

#[tokio::test]
async fn folder_that_cannot_be_written_to_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = FileLog::new(folder.path().join("file/store")).open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.to_string().contains("can't be created"), "{error}");
}

/// The environment variable that holds the folder, in the process whose files have a limit.
const LIMITED: &str = "MESOS_LAUNCHER_LIMITED_FOLDER";

/// Runs the test below in a process whose files have at most 64 KiB.
#[cfg(unix)]
#[test]
fn full_disk_is_reported_and_the_next_write_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let limited =
        "trap '' XFSZ; ulimit -f 128; exec \"$0\" --exact --nocapture store::file_log::tests::on_a_full_disk";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", limited]).arg(std::env::current_exe().unwrap()).env(LIMITED, folder.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(folder.path().join("log").exists(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
async fn on_a_full_disk() {
    let Some(folder) = std::env::var_os(LIMITED) else { return };
    let (store, opened) = open(Path::new(&folder)).await;
    let large = "x".repeat(40_000);
    store.write(opened.epoch, put("a", &large)).await.unwrap();
    let error = store.write(opened.epoch, put("b", &large)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
    store.write(opened.epoch, put("c", "1")).await.unwrap();
    drop(store);
    let records = open(Path::new(&folder)).await.1.records;
    assert_eq!(records.keys().collect::<Vec<_>>(), ["a", "c"]);
}
