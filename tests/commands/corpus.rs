//! Programs that must fail, each for its own reason, and programs that must pass.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::student::{Student, processes_mentioning, solution, verdict};

/// A program and what its head says about it.
struct Specimen {
    path: PathBuf,
    /// The claim that must fail; `None` for a program that must pass.
    claim: Option<String>,
    /// Whether it is a merge program.
    merges: bool,
}

fn specimens(folder: &str) -> Vec<Specimen> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("checks/03-online-statistics")
        .join(folder);
    let mut paths: Vec<PathBuf> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let head = |text: &str, key: &str| {
        text.lines()
            .find_map(|line| Some(line.strip_prefix("# ")?.strip_prefix(key)?.trim().to_owned()))
    };
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            Specimen {
                claim: head(&text, "claim:"),
                merges: head(&text, "program:").is_some_and(|program| program == "merge"),
                path,
            }
        })
        .collect()
}

fn command(path: &Path) -> [String; 2] {
    let interpreter = if path.extension().is_some_and(|extension| extension == "sh") {
        "sh"
    } else {
        "python3"
    };
    [interpreter.into(), path.to_str().unwrap().into()]
}

/// Judges a program: a reader by itself, a merge program beside the solution's reader, in a workspace.
fn judge(specimen: &Specimen) -> Value {
    let student = Student::new();
    let (report, _) = if specimen.merges {
        student.says(["start", "3"]);
        student.solve();
        let [interpreter, path] = command(&specimen.path);
        let settings = format!(
            "[03-online-statistics]\nrun = [\"python3\", \"reader.py\"]\nmerge = [\"{interpreter}\", \"{path}\"]\n"
        );
        std::fs::write(student.workspace().join("workshop.toml"), settings).unwrap();
        student.check(["3"])
    } else {
        let [interpreter, path] = command(&specimen.path);
        let judged = student.check(["3", "--", &interpreter, &path]);
        std::fs::remove_dir_all(judged.0["run"].as_str().unwrap()).unwrap();
        judged
    };
    report
}

/// Judges all of them, four at a time: most wait more than they compute, and returns what is wrong with the verdicts.
fn judge_all(
    specimens: &[Specimen],
    complaint: impl Fn(&Specimen, &Value) -> Option<String> + Sync,
) -> Vec<String> {
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(specimen) = specimens.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let report = judge(specimen);
                    if let Some(complaint) = complaint(specimen, &report) {
                        complaints
                            .lock()
                            .unwrap()
                            .push(format!("{}: {complaint}\n{report:#}", specimen.path.display()));
                    }
                }
            });
        }
    });
    complaints.into_inner().unwrap()
}

#[test]
fn every_wrong_program_fails_its_own_claim() {
    let wrong = specimens("wrong");
    assert!(wrong.len() >= 12, "{} wrong programs", wrong.len());
    let complaints = judge_all(&wrong, |specimen, report| {
        let claim = specimen.claim.as_deref().expect("its head names the claim");
        (verdict(report, claim) != Some("fail")).then(|| format!("{claim} must fail"))
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for specimen in &wrong {
        assert_eq!(processes_mentioning(&specimen.path), [0_u32; 0], "left running");
    }
}

#[test]
fn every_right_program_passes() {
    let right = specimens("right");
    assert!(right.len() >= 6, "{} right programs", right.len());
    let complaints = judge_all(&right, |_, report| {
        (report["verdict"] != "pass").then(|| "every required claim must pass".to_owned())
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_solution_passes_every_claim_but_the_secret() {
    for language in ["python", "shell"] {
        let student = Student::started("200");
        let folder = solution(language);
        let program = |name: &str| {
            let [interpreter, path] = ["py", "sh"]
                .map(|extension| folder.join(format!("{name}.{extension}")))
                .into_iter()
                .find(|path| path.is_file())
                .map(|path| command(&path))
                .unwrap();
            format!("[\"{interpreter}\", \"{path}\"]")
        };
        let settings = format!(
            "[03-online-statistics]\nrun = {}\nmerge = {}\n",
            program("reader"),
            program("merge")
        );
        std::fs::write(student.workspace().join("workshop.toml"), settings).unwrap();
        let (report, code) = student.check(["3"]);
        for claim in report["claims"].as_array().unwrap() {
            let expected = if claim["id"] == "secret" { "fail" } else { "pass" };
            assert_eq!(claim["verdict"], expected, "{language}: {claim:#}");
        }
        assert_eq!((report["claims"].as_array().unwrap().len(), code), (10, 1));
    }
}

#[test]
fn the_starter_fails() {
    let student = Student::started("200");
    let (report, code) = student.check(["3"]);
    assert_eq!(
        (verdict(&report, "mean"), verdict(&report, "variance"), code),
        (Some("fail"), Some("fail"), 1)
    );
}
