//! Waiting for several programs in one world.

use futures_util::future::select_all;

use super::session::{Ending, Seen, Session};

/// Waits until `until` holds of what has been seen of all of them, in their order, or there is nothing left to wait for:
/// one of them is gone, the time is up, or nothing happens to any of them any more.
pub async fn wait_together(sessions: &mut [Session<'_>], mut until: impl FnMut(&[&Seen]) -> bool) -> Ending {
    let mut turn = 0;
    loop {
        sessions.iter_mut().for_each(Session::look);
        let seen: Vec<&Seen> = sessions.iter().map(Session::seen).collect();
        if until(&seen) {
            return Ending::Settled;
        }
        if sessions.iter().any(Session::is_gone) {
            return Ending::Exited;
        }
        let mut steps: Vec<_> = sessions
            .iter_mut()
            .map(|session| Box::pin(session.step()))
            .collect();
        // The first that is ready is served: each takes its turn at being first, or a talkative one would be the only one.
        turn = (turn + 1) % steps.len().max(1);
        steps.rotate_left(turn);
        let (ending, _, _) = select_all(steps).await;
        match ending {
            // One that rests while another works is no reason to stop.
            Some(Ending::Idle) if !sessions.iter().all(Session::is_idle) => {}
            Some(ending) => return ending,
            None => {}
        }
    }
}
