//! Decides what happens: by a seed, or as a script wants it.

use fastrand::Rng;

#[derive(Clone, Debug)]
pub(super) enum Chance {
    Seed(Rng),
    /// The outcomes to choose, and how many there were each time. Behind its end, the first one is
    /// chosen.
    Script {
        script: Vec<usize>,
        counts: Vec<usize>,
    },
}

impl Chance {
    pub(super) fn script(script: Vec<usize>) -> Self {
        Self::Script { script, counts: Vec::new() }
    }

    /// Chooses one of as many outcomes as there are weights. A seed follows the weights.
    pub(super) fn among(&mut self, weights: &[u32]) -> usize {
        match self {
            Self::Seed(random) => {
                let mut number = random.u32(..weights.iter().sum::<u32>());
                let is_it = |weight: &u32| {
                    let is_below = number < *weight;
                    number = number.saturating_sub(*weight);
                    is_below
                };
                weights.iter().position(is_it).unwrap()
            }
            Self::Script { script, counts } => {
                counts.push(weights.len());
                script.get(counts.len() - 1).copied().unwrap_or(0)
            }
        }
    }

    /// Returns whether something happens that a seed has happen once in so many times.
    pub(super) fn once_in(&mut self, times: u32) -> bool {
        self.among(&[times - 1, 1]) == 1
    }

    /// Returns the script of the next combination of choices, after those that were made.
    pub(super) fn next_script(&self) -> Option<Vec<usize>> {
        let Self::Script { script, counts } = self else { return None };
        let mut next: Vec<_> = (0..counts.len()).map(|at| script.get(at).copied().unwrap_or(0)).collect();
        let last = (0..counts.len()).rev().find(|at| next[*at] + 1 < counts[*at])?;
        next.truncate(last + 1);
        next[last] += 1;
        Some(next)
    }
}

#[test]
fn scripts_are_all_combinations() {
    let (mut script, mut found) = (Some(Vec::new()), Vec::new());
    while let Some(next) = script {
        let mut chance = Chance::script(next);
        let first = chance.among(&[1, 1, 1]);
        found.push((first, (first == 1).then(|| chance.once_in(9))));
        script = chance.next_script();
    }
    assert_eq!(found, [(0, None), (1, Some(false)), (1, Some(true)), (2, None)]);
}
