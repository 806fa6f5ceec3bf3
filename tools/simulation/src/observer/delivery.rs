//! Decides what the network does with a request.

use crate::network::{After, Client, Connection, Delivery};
use crate::rng::Rng;
use crate::world::{Inner, address};

/// Responses to SUBSCRIBE, from something in between or from a master in trouble. The last three
/// end the driver.
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

/// Responses to any other call.
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
    pub(super) fn delivery(
        &mut self,
        connection: &Connection,
        is_subscribe: bool,
        length: usize,
        rng: &mut Rng,
    ) -> Delivery {
        if let Some(refusal) = self.refusal(connection.master) {
            return refusal;
        }
        let network_faults = self.network_faults();
        if rng.chance(network_faults.intercepted) {
            let responses = if is_subscribe { &TO_SUBSCRIBE[..] } else { &TO_CALLS[..] };
            // Responses that end the driver are rarer.
            let harmless = is_subscribe && rng.chance(800);
            let (status, text) = *rng.pick(if harmless { &responses[..7] } else { responses });
            return Delivery::Response(status, None, text);
        }
        self.passage(connection, length, rng)
    }

    /// Decides how much of a request arrives, and when.
    pub(super) fn passage(&mut self, connection: &Connection, length: usize, rng: &mut Rng) -> Delivery {
        let network_faults = self.network_faults();
        let delay = self.delay(rng);
        // An executor is on the agent's machine, where bytes get lost only if the connection
        // breaks.
        if rng.chance(network_faults.swallowed)
            && let Client::Scheduler(life) = connection.client
        {
            self.life(life).swallowing.insert(connection.number);
            return Delivery::Arrives { bytes: rng.below(length + 1), delay, after: After::Silence };
        }
        if rng.chance(network_faults.cut_request) {
            let bytes = if rng.chance(500) { length } else { rng.below(length + 1) };
            return Delivery::Arrives { bytes, delay, after: After::Break };
        }
        Delivery::Arrives { bytes: length, delay, after: After::Response }
    }

    /// Returns the response of a master that does not lead, or has not recovered.
    fn refusal(&self, master: usize) -> Option<Delivery> {
        match self.leader {
            Some(leader) if leader == master && self.recovering => {
                Some(Delivery::Response(503, None, "Master has not finished recovery"))
            }
            Some(leader) if leader == master => None,
            Some(leader) => {
                let location = format!("//{}/api/v1/scheduler", address(leader));
                Some(Delivery::Response(307, Some(location), ""))
            }
            None => Some(Delivery::Response(503, None, "No leader elected")),
        }
    }
}
