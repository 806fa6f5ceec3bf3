//! Logins at a host that this test plays.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use peer::{Response, Server, response};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::json;

use super::*;

const KEY: &str = include_str!("../../../tests/rsa-key-for-tests.pem");
const START: Duration = Duration::from_secs(1_000_000);

/// Responds to logins with this status, and with tokens that live for so many seconds.
struct Host {
    server: Server,
    last: Arc<std::sync::Mutex<Value>>,
}

impl Host {
    fn start(status: u16, lifetime: u64) -> Self {
        let last = Arc::<std::sync::Mutex<Value>>::default();
        let kept = Arc::clone(&last);
        let server = Server::scripted(move |received| {
            let request = &received.request;
            assert!(request.head.starts_with("POST /acs/api/v1/auth/login "), "{request:?}");
            *kept.lock().unwrap() = serde_json::from_slice(&request.body).unwrap();
            let claims = json!({"exp": START.as_secs() + lifetime, "n": received.connection}).to_string();
            let token = json!({"token": format!("x.{}.y", URL_SAFE_NO_PAD.encode(claims))});
            Response::closing(response(status, &[("Connection", "close")], &token.to_string()))
        });
        Self { server: server.unwrap(), last }
    }

    fn logins(&self) -> usize {
        self.server.connections()
    }

    fn url(&self) -> String {
        format!("http://{}/acs/api/v1/auth/login", self.server.address())
    }

    fn account(&self) -> ServiceAccount {
        ServiceAccount::new(&self.url(), "me", KEY).unwrap()
    }
}

#[tokio::test]
async fn a_login_is_signed_by_the_accounts_key() {
    let host = Host::start(200, 3600);
    let account = host.account();
    let header = account.token(START).await.unwrap();
    assert!(header.reveal().starts_with("token=x."), "{}", header.reveal());
    let login = host.last.lock().unwrap();
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
    let host = Host::start(200, 3600);
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
    let host = Host::start(200, 0);
    let account = host.account();
    for _ in 0..3 {
        account.token(START).await.unwrap();
    }
    assert_eq!(host.logins(), 1);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let host = Host::start(200, 100_000_000);
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
        let host = Host::start(status, 1);
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
    for (name, value, text) in [
        ("scheme", json!("HS256"), "RS256"),
        ("uid", json!(1), "\"uid\""),
        ("private_key", json!("no key"), "private key"),
        ("login_endpoint", json!("leader.mesos"), "leader.mesos/acs"),
        ("login_endpoint", json!("https://u:p@h/"), "authenticator"),
    ] {
        let mut secret = secret.clone();
        secret[name] = value;
        let error = ServiceAccount::from_json(&secret.to_string()).unwrap_err();
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(text), "{error}");
        assert!(!error.to_string().contains("u:p"));
    }
}
