use super::*;

fn id(text: &str) -> FrameworkId {
    FrameworkId::from(text)
}

#[tokio::test]
async fn an_id_is_kept_replaced_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("id"));
    assert_eq!(store.load().await.unwrap(), None);
    store.clear().await.unwrap();
    for text in ["5d8a-0000", "5d8a-0001"] {
        store.save(&id(text)).await.unwrap();
        assert_eq!(FileStore::new(store.path()).load().await.unwrap(), Some(id(text)));
    }
    assert_eq!(fs::read_to_string(store.path()).unwrap(), "5d8a-0001\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    store.clear().await.unwrap();
    assert_eq!(store.load().await.unwrap(), None);
}

#[tokio::test]
async fn exclusive_store_is_of_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = || FileStore::new(folder.path().join("id")).exclusive();
    let first = store();
    assert_eq!(first.load().await.unwrap(), None);
    first.save(&id("a")).await.unwrap();
    // A lock is of an open file, so this one is as another process.
    let error = store().load().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("another scheduler"), "{error}");
    assert_eq!(first.clone().load().await.unwrap(), Some(id("a")));
    assert_eq!(FileStore::new(first.path()).load().await.unwrap(), Some(id("a")));
    drop(first);
    assert_eq!(store().load().await.unwrap(), Some(id("a")));
}

#[tokio::test]
async fn what_can_not_be_removed_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = FileStore::new(folder.path()).clear().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(folder.path().exists());
}

#[tokio::test]
async fn invalid_id_is_an_error_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("id"));
    for stored in [String::new(), "{\n\"id\": 1\n}".to_owned(), "x".repeat(1 << 20)] {
        fs::write(store.path(), stored).unwrap();
        let error = store.load().await.unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(text.contains(&*store.path().to_string_lossy()) && text.contains("remove it"), "{text}");
    }
}

#[tokio::test]
async fn missing_folder_is_named_and_old_id_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("missing/id"));
    let error = store.save(&id("a")).await.unwrap_err();
    assert!(error.to_string().contains("missing/id") && error.to_string().contains("folder"), "{error}");
    // The new one can't be written, as on a full disk: its name would be longer than a name can be.
    let store = FileStore::new(folder.path().join("x".repeat(250)));
    fs::write(store.path(), "before\n").unwrap();
    store.save(&id("after")).await.unwrap_err();
    assert_eq!(store.load().await.unwrap(), Some(id("before")));
    // The new one can't take the place of what is there.
    let store = FileStore::new(folder.path().join("folder"));
    fs::create_dir_all(folder.path().join("folder/full")).unwrap();
    store.save(&id("after")).await.unwrap_err();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "a part was left behind");
}

#[tokio::test]
async fn concurrent_saves_keep_one_id() {
    let folder = tempfile::tempdir().unwrap();
    let stores: Vec<_> = (0..8).map(|_| FileStore::new(folder.path().join("id"))).collect();
    let ids: Vec<_> = (0..8).map(|number| id(&number.to_string())).collect();
    for _ in 0..20 {
        let saves = stores.iter().zip(&ids).map(|(store, id)| store.save(id));
        futures::future::try_join_all(saves).await.unwrap();
        let kept = stores[0].load().await.unwrap().unwrap();
        assert!(ids.contains(&kept), "{kept:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_symlink_is_followed_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("disk")).unwrap();
    std::os::unix::fs::symlink("disk/id", at("second")).unwrap();
    std::os::unix::fs::symlink(at("second"), at("first")).unwrap();
    let store = FileStore::new(at("first")).exclusive();
    assert_eq!(store.load().await.unwrap(), None);
    for text in ["a", "b"] {
        store.save(&id(text)).await.unwrap();
        assert_eq!(fs::read_to_string(at("disk/id")).unwrap(), format!("{text}\n"));
    }
    // Whichever way leads there, it is one store.
    FileStore::new(at("disk/id")).exclusive().load().await.unwrap_err();
    store.clear().await.unwrap();
    assert!(!at("disk/id").exists() && at("first").is_symlink() && at("second").is_symlink());
    assert_eq!(store.load().await.unwrap(), None);
}

#[cfg(unix)]
#[tokio::test]
async fn symlinks_in_a_circle_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("id");
    std::os::unix::fs::symlink(&path, &path).unwrap();
    let error = FileStore::new(&path).load().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
}

/// Opening a FIFO waits, and a device is not the store's to replace.
#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_refused_and_stays() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["fifo", "locked.lock"] {
        mknodat(CWD, at(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }
    std::os::unix::fs::symlink("fifo", at("link")).unwrap();
    fs::create_dir(at("empty")).unwrap();
    for name in ["fifo", "link", "empty"] {
        let store = FileStore::new(at(name));
        let refused = [
            store.load().await.unwrap_err(),
            store.save(&id("a")).await.unwrap_err(),
            store.clear().await.unwrap_err(),
        ];
        assert!(refused.iter().all(|error| error.kind() == ErrorKind::Store), "{name}: {refused:?}");
    }
    FileStore::new(at("locked")).exclusive().load().await.unwrap_err();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "one was removed, or a part left behind");
    assert!(!at("fifo").metadata().unwrap().is_file() && at("link").is_symlink());
}

/// What is renamed or removed outlasts a power cut only if its folder is synced, for which it has
/// to be opened.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn folder_is_synced_after_each_change() {
    use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("id"));
    let watching = inotify::init(CreateFlags::NONBLOCK).unwrap();
    let events = WatchFlags::OPEN | WatchFlags::MOVED_TO | WatchFlags::DELETE;
    inotify::add_watch(&watching, folder.path(), events).unwrap();
    let seen = || {
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&watching, &mut buffer);
        let mut seen = Vec::new();
        while let Ok(event) = reader.next() {
            seen.push(event.events());
        }
        seen
    };
    let ends_with = |seen: &[ReadFlags], change: ReadFlags| {
        matches!(seen, [.., changed, opened] if changed.contains(change)
            && opened.contains(ReadFlags::OPEN | ReadFlags::ISDIR))
    };
    store.save(&id("a")).await.unwrap();
    let saved = seen();
    assert!(ends_with(&saved, ReadFlags::MOVED_TO), "{saved:?}");
    store.clear().await.unwrap();
    let cleared = seen();
    assert!(ends_with(&cleared, ReadFlags::DELETE), "{cleared:?}");
}
