//! A program that hardly gets a processor is slow, and not wrong. Linux alone tells how long a program waits for one.
#![cfg(target_os = "linux")]

use std::process::{Child, Command, Stdio};

use super::student::{Student, solution};

/// Python for: run on one processor only, always the same.
const ON_ONE_PROCESSOR: &str = "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n";

/// A program that takes all of one processor until it is dropped.
struct Busy(Child);

impl Busy {
    fn start() -> Self {
        let forever = format!("{ON_ONE_PROCESSOR}while True: pass\n");
        let mut python = Command::new("python3");
        python.args(["-c", &forever]).stdin(Stdio::null());
        Self(python.spawn().unwrap())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_program_without_a_processor_is_never_failed() {
    let student = Student::new();
    let _busy = Busy::start();
    let reader = solution("02-readers", "python").join("reader.py");
    // From its second line on it has what the busy one leaves: a third of a percent of the processor.
    let starved = format!(
        "{ON_ONE_PROCESSOR}\
         os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n\
         import runpy\n\
         runpy.run_path({reader:?}, run_name='__main__')\n"
    );
    let program = student.folder().join("starved.py");
    std::fs::write(&program, starved).unwrap();
    let (report, code) = student.check(["2", "--", "python3", program.to_str().unwrap()]);
    assert!(code == 0 || code == 3, "exit code {code}: {report:#}");
    let claims = report["claims"].as_array().unwrap();
    assert!(
        !claims.is_empty() && claims.iter().all(|claim| claim["verdict"] != "fail"),
        "{report:#}"
    );
}
