//! The layers: a file uses only what stands to its left.

use std::path::{Path, PathBuf};

/// From left to right. Those in one group know nothing of one another.
const LAYERS: [&[&str]; 10] = [
    &["protocol", "lesson"],
    &["render"],
    &["graph", "server", "source", "program", "workspace"],
    &["services"],
    &["arena"],
    &["checks"],
    &["page"],
    &["verify"],
    &["cli"],
    &["commands"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|group| group.contains(&module))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules of the crate that `text` names: `crate::a`, and each of `crate::{a, b::c}`.
fn modules_used(text: &str) -> Vec<String> {
    let name = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    text.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group[..group.find(';').unwrap_or(group.len())]
                .split(',')
                .map(name)
                .collect(),
            None => vec![name(rest)],
        })
        .collect()
}

#[test]
fn a_module_uses_only_what_stands_to_its_left() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for (module, folder) in LAYERS.iter().flat_map(|group| group.iter()).map(|module| {
        (
            *module,
            if *module == "checks" {
                root.join("checks")
            } else {
                root.join("src").join(module)
            },
        )
    }) {
        let mut files = Vec::new();
        if folder.is_dir() {
            rust_files(&folder, &mut files);
        } else {
            files.push(folder.with_extension("rs"));
        }
        assert!(!files.is_empty(), "{module} is empty");
        for file in files {
            for used in modules_used(&std::fs::read_to_string(&file).unwrap()) {
                if used == module {
                    continue;
                }
                let (Some(from), Some(to)) = (layer(module), layer(&used)) else {
                    continue;
                };
                seen += 1;
                assert!(
                    to < from,
                    "{} uses crate::{used}, which does not stand to the left of {module}",
                    file.display()
                );
            }
        }
    }
    assert!(
        seen > 30,
        "only {seen} uses were seen; does this test still look where the code is?"
    );
}

#[test]
fn every_module_of_the_crate_has_a_layer() {
    let library = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let modules: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert!(modules.len() >= 10, "{modules:?}");
    for module in modules {
        assert!(layer(module).is_some(), "{module} stands nowhere in the layers");
    }
}
