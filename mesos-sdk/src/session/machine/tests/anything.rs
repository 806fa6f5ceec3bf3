//! Whatever happens, in whatever order.

use proptest::prelude::*;

use super::*;

/// What may happen to a machine, by a number.
fn anything(session: &mut Session, what: u8) {
    let attempt = session.attempt - u64::from(what.is_multiple_of(7) && session.attempt > 0);
    match what % 16 {
        0 => session.step(Input::Leader(Ok(master()))),
        1 => session.step(Input::Leader(Err(unavailable()))),
        2 => session.step(Input::Stream(
            attempt,
            StreamEvent::Response(SubscribeResponse::Accepted(stream_id(&attempt.to_string()))),
        )),
        3 => session
            .step(Input::Stream(attempt, StreamEvent::Response(SubscribeResponse::Redirected(master())))),
        4 => session
            .step(Input::Stream(attempt, StreamEvent::Response(SubscribeResponse::Failed(unavailable())))),
        5 => session.step(Input::Stream(attempt, StreamEvent::Event(Box::new(subscribed()), 0))),
        6 => session.step(Input::Stream(attempt, StreamEvent::Event(Box::new(update("t")), 0))),
        7 => session.step(Input::Stream(attempt, StreamEvent::Ended(None))),
        8 => session.step(Input::Answered(u64::from(what / 16), CallResponse::Accepted)),
        9 => session.step(Input::Answered(u64::from(what / 16), lost())),
        10 => session.step(call_now(u64::from(what / 16), suppress(vec![]))),
        11 => session.step(Input::Stream(attempt, StreamEvent::Event(Box::new(error_event("rate")), 0))),
        12 => session.step(Input::Stream(attempt, StreamEvent::Event(Box::new(heartbeat()), 0))),
        13 if what == 13 => session.step(Input::Stop(Stop::Teardown)),
        13 => session.undecodable(),
        14 if !session.undelivered.is_empty() => session.handled(Ok(())),
        15 => session.step(Input::LeaderChanged(Address::new("m", 5050 + u16::from(what / 64)))),
        _ => {
            session.sleep();
            session
        }
    };
}

proptest! {
    #[test]
    fn random_input_causes_no_panic_or_wrong_id(what in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut session = Session::new(Settings::default());
        for what in what {
            anything(&mut session, what);
            // Each id was made from the number of the attempt that it was given to.
            let own = stream_id(&session.attempt.to_string());
            for action in &session.actions {
                if let Action::Send { stream_id, .. } = action {
                    prop_assert_eq!(stream_id, &own);
                }
            }
            session.take_deliveries();
        }
    }
}
