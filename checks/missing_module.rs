//! How to get the Python module that a program ended for want of.

use crate::lesson::{self, Section};
use crate::services::python::REQUIREMENTS;

/// The client library, which comes with the workshop and from nowhere else.
const OWN: &str = "pysimplehttp";

/// What to do where `last`, the end of a program's standard error, says that a module is missing; nothing where it does
/// not.
pub fn missing_module(last: &[&str]) -> String {
    last.iter()
        .find_map(|line| named(line))
        .map_or_else(String::new, |module| {
            format!("\nPython has no module `{module}`. {}", how_to_get(module))
        })
}

/// The module that Python's last line names.
fn named(line: &str) -> Option<&str> {
    let (name, _) = line
        .strip_prefix("ModuleNotFoundError: No module named '")?
        .split_once('\'')?;
    // Of a package inside another, the outer one is what is installed.
    let package = name.split('.').next()?;
    let is_name = package
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_');
    (is_name && !package.is_empty()).then_some(package)
}

fn how_to_get(module: &str) -> String {
    if module == OWN {
        return "It comes with the workshop, and PYTHONPATH names its folder in a check: Python looks there unless it is \
                started with -E or -I, or the program changes sys.path."
            .to_owned();
    }
    let sections: Vec<String> = lesson::sections()
        .iter()
        .filter(|section| requires(section, module))
        .map(|section| section.number.to_string())
        .collect();
    match sections.split_first() {
        Some((first, others)) => {
            let others: String = others.iter().map(|other| format!(" (or {other})")).collect();
            format!(
                "`workshop start {first}`{others} puts it into the workspace's `.venv`, whose `python3` is the first on the \
                 PATH of a check there. Is it there already? Then another Python has run this: call it `python3`, not by \
                 a path or a version of its own."
            )
        }
        None => format!(
            "If it is a file of yours, put it beside the program. If it is a package: in the workspace, `python3 -m venv \
             .venv && .venv/bin/python3 -m pip install {module}` gets it, where it has that name."
        ),
    }
}

/// Whether the Python packages of `section` have one by the name of `module`.
fn requires(section: &Section, module: &str) -> bool {
    let requirements = section.common().find(|file| file.path == REQUIREMENTS);
    requirements.is_some_and(|file| {
        String::from_utf8_lossy(file.contents).lines().any(|line| {
            // A name, and then versions or more (PEP 508).
            let name = line.split(|letter: char| !(letter.is_alphanumeric() || "-_.".contains(letter)));
            name.map(|name| name.replace(['-', '.'], "_").to_lowercase())
                .next()
                .is_some_and(|name| name == module.to_lowercase())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_of_a_section_is_got_by_starting_that_section() {
        let told = missing_module(&[
            "Traceback:",
            "ModuleNotFoundError: No module named 'redis.asyncio'",
        ]);
        assert!(
            told.contains("no module `redis`. `workshop start 4` (or 5) puts"),
            "{told}"
        );
    }

    #[test]
    fn any_other_package_is_named_with_what_gets_it() {
        let told = missing_module(&["ModuleNotFoundError: No module named 'google.cloud'"]);
        assert!(told.contains("-m pip install google` gets"), "{told}");
        let own = missing_module(&["ModuleNotFoundError: No module named 'pysimplehttp'"]);
        assert!(own.contains("PYTHONPATH") && !own.contains("pip"), "{own}");
    }

    #[test]
    fn what_is_no_name_of_a_module_gets_into_no_command() {
        for line in [
            "ModuleNotFoundError: No module named 'x; reboot'",
            "ModuleNotFoundError: No module named ''",
            "ModuleNotFoundError: No module named 'x",
            "I wrote: ModuleNotFoundError: No module named 'x'",
            "KeyError: 'x'",
        ] {
            assert_eq!(missing_module(&[line]), "", "{line}");
        }
    }
}
