//! Alternatives, of which RE2 merges what neighbors begin with.

/// One of several alternatives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alternative<'a> {
    /// The text that it begins with.
    pub(super) text: &'a [u8],
    /// How many instructions follow.
    pub(super) rest: usize,
}

/// Returns how many instructions the alternatives have together.
pub(super) fn instructions(all: &[Alternative<'_>]) -> usize {
    let (mut total, mut single) = (0_usize, Vec::new());
    for alike in all.chunk_by(|one, next| !one.text.is_empty() && one.text.first() == next.text.first()) {
        match alike {
            // Single characters become one class.
            [Alternative { text: [byte], rest: 0 }] => {
                single.push(*byte);
                continue;
            }
            [Alternative { text: [], rest: 0 }] => total = total.saturating_add(1),
            [Alternative { text, rest }] => total = total.saturating_add(text.len()).saturating_add(*rest),
            _ => total = total.saturating_add(together(alike)),
        }
        total += ranges(&mut single);
    }
    total.saturating_add(ranges(&mut single))
}

/// Counts alternatives that begin with the same byte.
fn together(alike: &[Alternative<'_>]) -> usize {
    let common =
        |first: &[u8], text: &[u8]| first.iter().zip(text).take_while(|(one, other)| one == other).count();
    let Some(first) = alike.first() else { return 0 };
    let prefix = alike.iter().map(|one| common(first.text, one.text)).min().unwrap_or_default();
    let rest: Vec<_> = alike
        .iter()
        .map(|one| Alternative { text: one.text.get(prefix..).unwrap_or_default(), rest: one.rest })
        .collect();
    instructions(&rest).saturating_add(prefix)
}

/// Counts the ranges that these bytes make up, and forgets them.
fn ranges(bytes: &mut Vec<u8>) -> usize {
    bytes.sort_unstable();
    bytes.dedup();
    let count = bytes.chunk_by(|one, next| one + 1 == *next).count();
    bytes.clear();
    count
}
