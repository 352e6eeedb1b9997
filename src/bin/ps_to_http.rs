//! `ps_to_http`, as the tutorial runs it.

fn main() -> std::process::ExitCode {
    workshop::server::command::ps_to_http()
}
