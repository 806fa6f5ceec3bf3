//! What goes to standard output. If nobody reads that any more, the program goes on.

use std::io::{self, Write as _};

/// Prints a line.
pub(crate) fn line(text: &str) {
    let mut output = io::stdout().lock();
    // A cluster outlives the terminal from which it was started.
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}

/// Prints a line to standard error, which is the log of a cluster in the background.
pub(crate) fn log(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Returns a text in which nothing moves the cursor, breaks the line or hides what follows.
pub(crate) fn printable(text: &str) -> String {
    let is_odd = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    text.chars().map(|letter| if is_odd(letter) { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn names_move_no_cursor() {
        assert_eq!(printable("a\x1b[2Jb\nc\u{202e}d"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d");
        assert_eq!(printable("größe"), "größe");
    }
}
