//! How the end of a process is described, in the words of the C library.

/// Returns the words for a status of waitpid: `exited with status 1`, `terminated with signal
/// Killed`.
pub fn describe(status: i32) -> String {
    match status & 0x7f {
        0 => format!("exited with status {}", (status >> 8) & 0xff),
        signal => {
            let core = if status & 0x80 == 0 { "" } else { " (core dumped)" };
            format!("terminated with signal {}{core}", signal_name(signal))
        }
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "Hangup",
        2 => "Interrupt",
        3 => "Quit",
        4 => "Illegal instruction",
        6 => "Aborted",
        8 => "Floating point exception",
        9 => "Killed",
        11 => "Segmentation fault",
        13 => "Broken pipe",
        14 => "Alarm clock",
        15 => "Terminated",
        other => return format!("Unknown signal {other}"),
    };
    name.to_owned()
}
