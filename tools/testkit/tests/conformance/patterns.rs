//! Regular expressions in offer constraints are those of RE2.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

testkit::cases![patterns_of_re2_are_accepted, malformed_patterns_are_refused, patterns_mean_what_re2_means];

fn condition(predicate: &str, pattern: &str) -> Value {
    json!({"selector": {"pseudoattribute_type": "HOSTNAME"}, "predicate": {predicate: {"regex": pattern}}})
}

fn constraints(conditions: &[Value]) -> Value {
    json!({"role_constraints": {"*": {"groups": [{"attribute_constraints": conditions}]}}})
}

/// Returns the status and the text of the response to this pattern.
async fn response(framework: &Framework, pattern: &str) -> Result<(u16, String)> {
    let mut info = framework_info("patterns");
    info["id"] = json!({"value": framework.id()});
    let constraints = constraints(&[condition("text_matches", pattern)]);
    let update = json!({"framework_info": info, "offer_constraints": constraints});
    let response = framework.try_call("UPDATE_FRAMEWORK", update).await?;
    Ok((response.status(), response.text().await?))
}

#[statement::proves(constr)]
async fn patterns_of_re2_are_accepted(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("patterns")).await?;
    for pattern in [
        "",
        "|",
        r"\Qa.b*\E+",
        r"a\Q|",
        r"\C",
        r"(?P<name>a)(?P<name>b)",
        "(?U)a+?",
        "a(?i)*",
        "^*$+",
        "a{,2}",
        "{}x{y}",
        "a{01}",
        "]}",
        "a{0}",
        r"\101\x{e9}\07",
        r"\_\-\<",
        "[]a]",
        "[a-]",
        "[--/]",
        "[a[b]]",
        "[a&&b]",
        "[[:^word:]]",
        "[[:alpha]",
        r"[\d\-x]",
        r"\p{Zs}\P{^Zs}\p{Any}",
        r"\b\B\A\z",
        "(?i-s:é)",
        "(?)",
        "[^]]",
        "(a{10}){2}",
        r"[\p{Zs}]",
        "[a-z]{96}",
    ] {
        let (status, text) = response(&framework, pattern).await?;
        ensure!(status == 200, "{pattern:?}: {status} {text}");
    }
    Ok(())
}

#[statement::proves(constr)]
async fn malformed_patterns_are_refused(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("patterns")).await?;
    for (pattern, reason) in [
        ("(", "missing ): ("),
        ("a)|(b", "unexpected ): a)|(b"),
        ("a|*", "no argument for repetition operator: *"),
        ("a*?+?", "bad repetition operator: *?+?"),
        ("a{2}{3}", "bad repetition operator: {2}{3}"),
        ("a{2,1}", "invalid repetition size: {2,1}"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("((a{100}){10}){2}?", "invalid repetition size: {2}?"),
        ("(?<name>a)", "invalid perl operator: (?<"),
        ("(?x)a", "invalid perl operator: (?x"),
        ("(?i-)a", "invalid perl operator: (?i-)"),
        ("(?P=name)", "invalid perl operator: (?P"),
        ("(?P<n-e>a)", "invalid named capture group: (?P<n-e>"),
        ("(?P<name", "invalid named capture group: (?P<name"),
        ("a[b", "missing ]: [b"),
        ("[]", "missing ]: []"),
        ("[b-a]", "invalid character class range: b-a"),
        ("[[:foo:]]", "invalid character class range: [:foo:]"),
        (r"\p{Alphabetic}", r"invalid character class range: \p{Alphabetic}"),
        (r"\p{greek}", r"invalid character class range: \p{greek}"),
        (r"\p{L", r"invalid character class range: \p{L"),
        (r"\p", r"invalid character class range: \p"),
        (r"(a)\1", r"invalid escape sequence: \1"),
        (r"\Z", r"invalid escape sequence: \Z"),
        (r"\u00e9", r"invalid escape sequence: \u"),
        (r"\é", r"invalid escape sequence: \é"),
        (r"\x4", r"invalid escape sequence: \x4"),
        (r"\x{110000}", r"invalid escape sequence: \x{110000"),
        (r"[\b]", r"invalid escape sequence: \b"),
        (r"\", r"trailing \"),
        ("(a{100}){10}", "pattern too large - compile failed"),
    ] {
        let (status, text) = response(&framework, pattern).await?;
        let words = format!("Failed to construct regex from pattern '{pattern}': {reason}");
        ensure!(status == 400 && text.ends_with(&words), "{pattern:?}: {status} {text}\n{words}");
    }
    let (status, text) = response(&framework, "[a-z]{97}").await?;
    let words = "Regex '[a-z]{97}' is too complex: program size of 101 is larger than maximum of 100 allowed";
    ensure!(status == 400 && text.ends_with(words), "{status} {text}");
    Ok(())
}

#[statement::proves(constr)]
async fn patterns_mean_what_re2_means(cluster: TestCluster) -> Result<()> {
    let hostname = cluster.state().await?["slaves"][0]["hostname"].clone();
    let hostname = hostname.as_str().context("no hostname")?;
    let first = &hostname[..1];
    let mut conditions: Vec<_> = [
        format!(r"\Q{hostname}\E"),
        format!("(?i){}", hostname.to_uppercase().replace('.', r"\.")),
        format!("[{first}]{{1,}}.*|[{first}&&x].*"),
        r"(?P<all>\C+)".to_owned(),
        "[[:graph:]]+".to_owned(),
        r"(?s).+(?m)$".to_owned(),
    ]
    .iter()
    .map(|pattern| condition("text_matches", pattern))
    .collect();
    conditions.extend(
        [first.to_owned(), format!(r"{hostname}\Qx"), format!("{first}{{,9}}.*"), r"\p{Greek}+".to_owned()]
            .iter()
            .map(|pattern| condition("text_not_matches", pattern)),
    );
    let subscribe =
        json!({"framework_info": framework_info("patterns"), "offer_constraints": constraints(&conditions)});
    Framework::subscribe_with(&cluster, subscribe).await?.offers().await.map(drop)
}
