//! The doctor on the demo server, and on a server with the field's habits.

mod demo;
mod habits;
mod odd;

use secrecy::SecretString;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{Look, Outcome, Report, Verdict, examine, text};
use crate::{
    config::{KeySource, Places, Profile, Provider},
    demo as server,
    runtime::{Connection, Opener},
};

const TAG: &str = "0123abcd";
const PLAIN: Look = Look { colours: false, unicode: true, width: 80 };

/// An opener with a home of its own.
fn opener(home: &TempDir, demo: server::Options) -> Opener {
    let at = |name: &str| home.path().join(name);
    let places = Places {
        config_file: at("config.toml"),
        state: at("state"),
        cache: at("cache"),
        log: at("log"),
        netrc: None,
        wandb_settings: None,
    };
    Opener { places, config: None, read_only: false, no_journal: false, demo, env: |_| None }
}

fn profile(url: &str) -> Profile {
    let key = KeySource::Value(SecretString::from("very-private"));
    Profile::new("odd", Provider::Scim, url::Url::parse(url).unwrap(), key)
}

async fn look_at(connection: &mut Connection, write: bool) -> Report {
    examine(connection, write, TAG.into(), CancellationToken::new()).await
}

/// The verdict and words of one finding.
fn found<'a>(report: &'a Report, part: super::Part, what: &str) -> (Verdict, &'a str) {
    let finding = report.findings.iter().find(|finding| finding.part == part && finding.what == what);
    let finding = finding.unwrap_or_else(|| panic!("nothing about {what}:\n{}", text(report, PLAIN)));
    (finding.verdict, &finding.words)
}
