//! Signals that must end what a test starts, whoever runs the tests.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

/// What whoever runs the tests has had ignored (as a shell does for what it runs in the background, and `nohup`) is ignored by
/// a child too, and by a shell for good; what this process handles is not. It ends this process as before.
pub fn heed(signal: i32) {
    static HEEDED: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
    if HEEDED.lock().unwrap().insert(signal) {
        let always = Arc::new(AtomicBool::new(true));
        signal_hook::flag::register_conditional_default(signal, always).unwrap();
    }
}
