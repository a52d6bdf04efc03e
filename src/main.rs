//! The program `holdpoint`: everything it does is a verb of [`holdpoint::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    holdpoint::cli::main()
}
