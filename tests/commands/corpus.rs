//! Programs that must fail, each for its own reason, and programs that must pass.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::student::{Student, claim, command_of, processes_mentioning, solution, text, verdict};

/// A program and what its head says about it.
struct Specimen {
    section: &'static str,
    path: PathBuf,
    /// The claim that must fail; `None` for a program that must pass.
    claim: Option<String>,
    /// The name of the extra program that it is (`merge`); `None` for a reader.
    extra: Option<String>,
}

/// The programs in `checks/<section>/<folder>/`.
fn specimens(section: &'static str, folder: &str) -> Vec<Specimen> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("checks")
        .join(section)
        .join(folder);
    let mut paths: Vec<PathBuf> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let head = |text: &str, key: &str| {
        text.lines().find_map(|line| {
            let comment = line.strip_prefix("# ").or(line.strip_prefix("// "))?;
            Some(comment.strip_prefix(key)?.trim().to_owned())
        })
    };
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            Specimen {
                section,
                claim: head(&text, "claim:"),
                extra: head(&text, "program:"),
                path,
            }
        })
        .collect()
}

/// Judges a program: a reader by itself, an extra program beside the solution's reader, in a workspace.
fn judge(specimen: &Specimen) -> Value {
    let section = specimen.section;
    let student = Student::with_packages_of(section);
    let number = section[..2].trim_start_matches('0');
    let own = command_of(&specimen.path);
    if let Some(extra) = &specimen.extra {
        if section == GRAPH {
            // Without a live workshop: to start one makes a Python environment for each student.
            make_workspace(&student, &solution(GRAPH, "python"));
        } else {
            student.says(["start", number]);
            student.solve(section);
        }
        let settings = format!("[{section}]\nrun = [\"python3\", \"reader.py\"]\n{extra} = {own:?}\n");
        std::fs::write(student.workspace().join("workshop.toml"), settings).unwrap();
        student.check([number]).0
    } else {
        let [interpreter, path] = &own;
        let (report, _) = student.check([number, "--", interpreter, path]);
        std::fs::remove_dir_all(report["run"].as_str().unwrap()).unwrap();
        report
    }
}

/// Checks, and again where a busy machine kept the check from telling: that is no verdict, and it says itself what to do.
fn until_told<T>(check: impl FnMut() -> T, told: impl Fn(&T) -> bool) -> T {
    const MOST_CHECKS: usize = 4;
    let mut checks = std::iter::repeat_with(check);
    let last = checks.by_ref().take(MOST_CHECKS - 1).find(|report| told(report));
    last.or_else(|| checks.next()).expect("it goes on for ever")
}

/// Judges a program until its own claim is told, or where it is to pass, all that it needs.
fn judge_until_told(specimen: &Specimen) -> Value {
    until_told(
        || judge(specimen),
        |report| match &specimen.claim {
            Some(claim) => verdict(report, claim) != Some("could-not-tell"),
            None => report["verdict"] != "could-not-tell",
        },
    )
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
                    let report = judge_until_told(specimen);
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

fn every_wrong_program_fails_its_own_claim(section: &'static str, at_least: usize) {
    let wrong = specimens(section, "wrong");
    assert!(wrong.len() >= at_least, "{} wrong programs", wrong.len());
    let complaints = judge_all(&wrong, |specimen, report| {
        let claim = specimen.claim.as_deref().expect("its head names the claim");
        (verdict(report, claim) != Some("fail")).then(|| format!("{claim} must fail"))
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for specimen in &wrong {
        assert_eq!(processes_mentioning(&specimen.path), [0_u32; 0], "left running");
    }
}

fn every_right_program_passes(section: &'static str, at_least: usize) {
    let right = specimens(section, "right");
    assert!(right.len() >= at_least, "{} right programs", right.len());
    let complaints = judge_all(&right, |_, report| {
        (report["verdict"] != "pass").then(|| "every required claim must pass".to_owned())
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn section_2_wrong() {
    every_wrong_program_fails_its_own_claim("02-readers", 10);
}

#[test]
fn section_2_right() {
    every_right_program_passes("02-readers", 6);
}

#[test]
fn section_3_wrong() {
    every_wrong_program_fails_its_own_claim("03-online-statistics", 12);
}

#[test]
fn section_3_right() {
    every_right_program_passes("03-online-statistics", 6);
}

/// Checks the solution of `section` in `language`, whose `programs` stand in workshop.toml under these names and in these
/// files, in a workspace of its own. That in Rust has to be built first: `languages.rs` does.
fn check_solution(section: &str, language: &str, programs: &[(&str, &str)]) -> (Value, i32) {
    let student = Student::new();
    let number = section[..2].trim_start_matches('0');
    student.says(["start", number, "--rate", "200"]);
    let folder = solution(section, language);
    let mut settings = format!("[{section}]\n");
    for (name, file) in programs {
        let path = ["js", "py", "sh"]
            .map(|extension| folder.join(format!("{file}.{extension}")))
            .into_iter()
            .find(|path| path.is_file())
            .unwrap();
        settings += &format!("{name} = {:?}\n", command_of(&path));
    }
    std::fs::write(student.workspace().join("workshop.toml"), settings).unwrap();
    until_told(
        || student.check([number]),
        |(report, _)| {
            let claims = report["claims"].as_array().unwrap();
            claims.iter().all(|claim| claim["verdict"] != "could-not-tell")
        },
    )
}

#[test]
fn every_solution_of_section_2_passes_every_claim() {
    for language in ["javascript", "python"] {
        let programs = [
            ("run", "reader"),
            ("upper-half", "upper_half"),
            ("quarter", "quarter"),
        ];
        let (report, code) = check_solution("02-readers", language, &programs);
        for claim in report["claims"].as_array().unwrap() {
            assert_eq!(claim["verdict"], "pass", "{language}: {claim:#}");
        }
        assert_eq!((report["claims"].as_array().unwrap().len(), code), (8, 0));
    }
}

#[test]
fn section_4_wrong() {
    every_wrong_program_fails_its_own_claim("04-shared-state", 12);
}

#[test]
fn section_4_right() {
    every_right_program_passes("04-shared-state", 10);
}

#[test]
fn the_solution_of_section_4_passes_every_claim() {
    let student = Student::with_packages_of("04-shared-state");
    let [interpreter, path] = command_of(&solution("04-shared-state", "python").join("reader.py"));
    let (report, code) = student.check(["4", "--", &interpreter, &path]);
    for claim in report["claims"].as_array().unwrap() {
        assert_eq!(claim["verdict"], "pass", "{claim:#}");
    }
    assert_eq!((report["claims"].as_array().unwrap().len(), code), (6, 0));
}

#[test]
fn the_starter_of_section_4_runs_and_fails() {
    let student = Student::with_packages_of("04-shared-state");
    let starter = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/lessons/04-shared-state/starter/python/reader.py"
    );
    let (report, code) = student.check(["4", "--", "python3", starter]);
    let datatype = claim(&report, "datatype").unwrap();
    assert_eq!((datatype["verdict"].as_str(), code), (Some("fail"), 1));
    let explanation = datatype["explanation"].as_str().unwrap();
    assert!(explanation.contains("There is nothing at all."), "{explanation}");
}

#[test]
fn a_lost_update_is_shown_in_two_columns_with_its_remedy() {
    let student = Student::with_packages_of("04-shared-state");
    let wrong = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/checks/04-shared-state/wrong/hget_hset.py"
    );
    let mut check = student.command(["check", "4", "--", "python3", wrong]);
    let page = text(&check.output().unwrap().stdout);
    let lines: Vec<&str> = page.lines().collect();
    let head = lines.iter().position(|line| line.matches("reader ").count() == 2);
    let head = head.unwrap_or_else(|| panic!("no columns in {page}"));
    let picture = lines[head..].join("\n");
    for part in [
        "HGET histogram:",
        "HSET histogram:",
        "update is gone",
        "Remedy: HINCRBY",
    ] {
        assert!(picture.contains(part), "no {part:?} in {page}");
    }
}

#[test]
fn every_solution_of_section_3_passes_every_claim_but_the_secret() {
    for language in ["javascript", "python", "shell"] {
        let programs = [("run", "reader"), ("merge", "merge")];
        let (report, code) = check_solution("03-online-statistics", language, &programs);
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

#[test]
fn section_5_wrong() {
    every_wrong_program_fails_its_own_claim(GRAPH, 10);
}

#[test]
fn section_5_right() {
    every_right_program_passes(GRAPH, 6);
}

const GRAPH: &str = "05-click-graph";

/// Makes the workspace of a student of section 5 who has the programs in `folder`, without a live workshop.
fn make_workspace(student: &Student, folder: &Path) {
    let section = student.workspace().join(GRAPH);
    std::fs::create_dir_all(student.workspace().join(".workshop")).unwrap();
    std::fs::create_dir_all(&section).unwrap();
    for name in ["reader.py", "undirected.py", "top.py"] {
        std::fs::copy(folder.join(name), section.join(name)).unwrap();
    }
    let settings = starter_of_section_5().join("workshop.toml");
    std::fs::copy(settings, student.workspace().join("workshop.toml")).unwrap();
}

fn starter_of_section_5() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/05-click-graph/starter/python")
}

#[test]
fn the_solution_of_section_5_passes_every_claim() {
    let student = Student::with_packages_of(GRAPH);
    make_workspace(&student, &solution(GRAPH, "python"));
    let (report, code) = student.check(["5"]);
    for claim in report["claims"].as_array().unwrap() {
        assert_eq!(claim["verdict"], "pass", "{claim:#}");
    }
    assert_eq!((report["claims"].as_array().unwrap().len(), code), (5, 0));
}

#[test]
fn the_starter_of_section_5_runs_and_fails() {
    let student = Student::with_packages_of(GRAPH);
    make_workspace(&student, &starter_of_section_5());
    let (report, code) = student.check(["5"]);
    for claim in report["claims"].as_array().unwrap() {
        assert_eq!(claim["verdict"], "fail", "{claim:#}");
    }
    assert_eq!((report["claims"].as_array().unwrap().len(), code), (5, 1));
}
