//! What the network does with a request.

use crate::dice::Dice;
use crate::network::{After, Fate, Line, Speaker};
use crate::world::{Inner, address};

/// What something on the way, or a master in trouble, says to SUBSCRIBE. The last three end the driver.
const TO_SUBSCRIBE: [(u16, &str); 10] = [
    (500, "out of order"),
    (503, "No leader elected"),
    (503, "Master has not finished recovery"),
    (404, "no such route"),
    (502, "bad gateway"),
    (504, "gateway timeout"),
    (429, "too many"),
    (401, ""),
    (400, "wrong"),
    (403, "forbidden"),
];

/// What is said to any other call.
const TO_CALLS: [(u16, &str); 10] = [
    (500, "out of order"),
    (503, "No leader elected"),
    (404, "no such route"),
    (502, "bad gateway"),
    (429, "too many"),
    (409, "conflict"),
    (400, "wrong"),
    (401, ""),
    (403, "forbidden"),
    (403, "Framework is not subscribed"),
];

impl Inner {
    pub(super) fn fate(&mut self, pipe: &Line, is_subscribe: bool, length: usize, dice: &mut Dice) -> Fate {
        if let Some(refusal) = self.refusal(pipe.master) {
            return refusal;
        }
        let weather = self.weather();
        if dice.chance(weather.answered) {
            let answers = if is_subscribe { &TO_SUBSCRIBE[..] } else { &TO_CALLS[..] };
            // What ends the driver is rarer.
            let harmless = is_subscribe && dice.chance(800);
            let (status, text) = *dice.pick(if harmless { &answers[..7] } else { answers });
            return Fate::Answered(status, None, text);
        }
        self.passage(pipe, length, dice)
    }

    /// How a request gets through.
    pub(super) fn passage(&mut self, pipe: &Line, length: usize, dice: &mut Dice) -> Fate {
        let weather = self.weather();
        let delay = self.delay(dice);
        // Executors are on the agent's machine: there, what is lost is broken too.
        if dice.chance(weather.swallowed)
            && let Speaker::Scheduler(life) = pipe.speaker
        {
            self.life(life).swallowing.insert(pipe.number);
            return Fate::Arrives { bytes: dice.below(length + 1), delay, after: After::Silence };
        }
        if dice.chance(weather.cut_request) {
            let bytes = if dice.chance(500) { length } else { dice.below(length + 1) };
            return Fate::Arrives { bytes, delay, after: After::Break };
        }
        Fate::Arrives { bytes: length, delay, after: After::Answer }
    }

    /// What a master answers that does not lead.
    fn refusal(&self, master: usize) -> Option<Fate> {
        match self.leader {
            Some(leader) if leader == master && self.recovering => {
                Some(Fate::Answered(503, None, "Master has not finished recovery"))
            }
            Some(leader) if leader == master => None,
            Some(leader) => {
                let location = format!("//{}/api/v1/scheduler", address(leader));
                Some(Fate::Answered(307, Some(location), ""))
            }
            None => Some(Fate::Answered(503, None, "No leader elected")),
        }
    }
}
