//! Tells cargo which folders travel inside the binary.
//!
//! rust-embed's macro makes cargo notice an embedded file that changes, but not one that is new: it reads the folders
//! while the crate is compiled, and nothing says when to compile it again.

/// The folders that `src/lesson/embedded.rs` and `src/page/assets.rs` embed.
const EMBEDDED: [&str; 5] = [
    "lessons",
    "solutions",
    "clients/python/pysimplehttp",
    "clients/rust/src",
    "src/page/assets",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for folder in EMBEDDED {
        // A folder that is missing makes every build compile the crate again, until it is there.
        println!("cargo::rerun-if-changed={folder}");
    }
}
