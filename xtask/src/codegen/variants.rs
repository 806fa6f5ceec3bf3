//! Names of the variants of an enum.

/// The enums whose values begin with another word than the name of the enum, which is what
/// prost-build leaves out: `TASK_RUNNING` of `TaskState` is `TaskState::Running` here, too.
const PREFIXES: [(&str, &str); 3] =
    [("TaskState", "Task"), ("OperationState", "Operation"), ("Status", "Driver")];

/// Leaves the first word out of the names of these variants.
pub(super) fn shorten(source: &str) -> String {
    let (mut lines, mut prefix) = (Vec::new(), None);
    for line in source.split_inclusive('\n') {
        if let Some((_, found)) = PREFIXES.iter().find(|(name, _)| begins(line, name)) {
            prefix = Some(*found);
        }
        lines.push(prefix.map_or_else(|| line.to_owned(), |prefix| without(line, prefix)));
        if line.starts_with('}') {
            prefix = None;
        }
    }
    lines.concat()
}

fn begins(line: &str, name: &str) -> bool {
    line.trim_end() == format!("pub enum {name} {{") || line.trim_end() == format!("impl {name} {{")
}

/// Removes the prefix of a variant, which stands at the beginning of its line, or behind `Self::`.
fn without(line: &str, prefix: &str) -> String {
    let line = line.replace(&format!("Self::{prefix}"), "Self::");
    let (code, indent) = (line.trim_start(), line.len() - line.trim_start().len());
    match code.strip_prefix(prefix) {
        Some(short) => format!("{}{short}", &line[..indent]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn only_these_enums_lose_a_word() {
        let source = "pub enum TaskState {\n    /// TaskX.\n    TaskRunning = 1,\n}\n\
            impl TaskState {\n    f(Self::TaskRunning => \"TASK_RUNNING\");\n}\n\
            pub enum Reason {\n    TaskUnknown = 2,\n}\n";
        let shortened = "pub enum TaskState {\n    /// TaskX.\n    Running = 1,\n}\n\
            impl TaskState {\n    f(Self::Running => \"TASK_RUNNING\");\n}\n\
            pub enum Reason {\n    TaskUnknown = 2,\n}\n";
        assert_eq!(shorten(source), shortened);
    }
}
