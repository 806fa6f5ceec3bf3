//! Logins at a host that this test plays.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const KEY: &str = include_str!("../../../tests/rsa-key-for-tests.pem");
const START: Duration = Duration::from_secs(1_000_000);

/// Responds to logins with this status, and with tokens that live for so many seconds.
struct Host {
    url: String,
    logins: Arc<AtomicU64>,
    last: Arc<Mutex<Value>>,
}

impl Host {
    async fn start(status: u16, lifetime: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/acs/api/v1/auth/login", listener.local_addr().unwrap());
        let (logins, last) = (Arc::<AtomicU64>::default(), Arc::<Mutex<Value>>::default());
        let (count, kept) = (Arc::clone(&logins), Arc::clone(&last));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 16 << 10];
                let read = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                assert!(request.starts_with("POST /acs/api/v1/auth/login "), "{request}");
                *kept.lock().await = serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
                let number = count.fetch_add(1, Ordering::SeqCst);
                let claims = json!({"exp": START.as_secs() + lifetime, "n": number}).to_string();
                let token = format!("x.{}.y", URL_SAFE_NO_PAD.encode(claims));
                let body = json!({"token": token}).to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        Self { url, logins, last }
    }

    fn logins(&self) -> u64 {
        self.logins.load(Ordering::SeqCst)
    }

    fn account(&self) -> ServiceAccount {
        ServiceAccount::new(&self.url, "me", KEY).unwrap()
    }
}

#[tokio::test]
async fn a_login_is_signed_by_the_accounts_key() {
    let host = Host::start(200, 3600).await;
    let account = host.account();
    let header = account.token(START).await.unwrap();
    assert!(header.reveal().starts_with("token=x."), "{}", header.reveal());
    let login = host.last.lock().await;
    assert_eq!(login["uid"], "me");
    let token = login["token"].as_str().unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, account.key.public());
    public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let parts = signed.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let parts: Vec<Value> = parts.map(|part| serde_json::from_slice(&part).unwrap()).collect();
    assert_eq!(parts[0], json!({"alg": "RS256", "typ": "JWT"}));
    assert_eq!(parts[1], json!({"uid": "me", "exp": START.as_secs() + 300}));
}

#[tokio::test]
async fn token_is_cached_until_shortly_before_expiry() {
    let host = Host::start(200, 3600).await;
    let account = host.account();
    for seconds in [0, 1, 2999] {
        account.token(START + Duration::from_secs(seconds)).await.unwrap();
    }
    assert_eq!(host.logins(), 1);
    account.token(START + Duration::from_secs(3000)).await.unwrap();
    assert_eq!(host.logins(), 2);
}

#[tokio::test]
async fn wrong_clock_does_not_renew_each_time() {
    let host = Host::start(200, 0).await;
    let account = host.account();
    for _ in 0..3 {
        account.token(START).await.unwrap();
    }
    assert_eq!(host.logins(), 1);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let host = Host::start(200, 100_000_000).await;
    let account = host.account();
    let peer = Address::new("m", 5050);
    let first = account.token(START).await.unwrap();
    // All of them used it, and the last one learns of the refusal when there is a newer one.
    for _ in 0..3 {
        assert!(account.refused(&peer, Some(&first)).await.unwrap());
        assert_ne!(account.token(START).await.unwrap(), first);
        assert_eq!(host.logins(), 2);
    }
}

#[tokio::test]
async fn refused_login_names_the_account_only() {
    for (status, kind) in
        [(401, ErrorKind::Unauthorized), (503, ErrorKind::Unavailable), (404, ErrorKind::Rejected)]
    {
        let host = Host::start(status, 1).await;
        let account = host.account();
        let error = account.token(START).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        let printed = format!("{error} {error:?} {account:?}");
        assert!(
            printed.contains("me") && !printed.contains("x.") && !printed.contains("PRIVATE"),
            "{printed}"
        );
    }
}

#[test]
fn dcos_secret_is_read_and_errors_are_named() {
    let secret = json!({"scheme": "RS256", "uid": "me", "private_key": KEY, "login_endpoint": "https://h/x"});
    let account = ServiceAccount::from_json(&secret.to_string()).unwrap();
    assert_eq!(account.uid, "me");
    for (name, value, says) in [
        ("scheme", json!("HS256"), "RS256"),
        ("uid", json!(1), "\"uid\""),
        ("private_key", json!("no key"), "private key"),
        ("login_endpoint", json!("leader.mesos"), "leader.mesos/acs"),
        ("login_endpoint", json!("https://u:p@h/"), "authenticator"),
    ] {
        let mut secret = secret.clone();
        secret[name] = value;
        let error = ServiceAccount::from_json(&secret.to_string()).unwrap_err();
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(says), "{error}");
        assert!(!error.to_string().contains("u:p"));
    }
}
