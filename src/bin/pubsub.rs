//! `pubsub`, as the tutorial runs it.

fn main() -> std::process::ExitCode {
    workshop::server::command::pubsub()
}
