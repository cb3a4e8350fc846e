# Short names for the commands of CONTRIBUTING.md. `just` lists them.

default:
    @just --list

# The console on the embedded demo directory.
demo *arguments:
    cargo run -- demo {{arguments}}

# All tests, or those whose names contain the argument.
test *names:
    cargo test --locked {{names}}

# Formatting and lints, as CI has them.
lint:
    cargo fmt --all --check
    cargo clippy --locked --all-targets -- -D warnings

# The documentation of the code.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# The figures of benches/README.md.
bench *names:
    cargo bench --bench budgets -- {{names}}

# Everything that must hold before a change is taken.
ci:
    bash .ci/run
