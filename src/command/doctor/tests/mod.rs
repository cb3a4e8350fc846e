//! The doctor on the demo server, and on a server with the field's habits.

mod demo;
mod habits;
mod odd;

use secrecy::SecretString;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{DoctorReport, FindingVerdict, Outcome, PrintStyle, examine, text};
use crate::{
    config::{KeySource, Profile, StandardPaths},
    demo as server,
    provider::Provider,
    runtime::{Opener, ProfileConnection},
};

const TAG: &str = "0123abcd";
const PLAIN: PrintStyle = PrintStyle { colours: false, unicode: true, width: 80 };

/// An opener with a home of its own.
fn opener(home: &TempDir, demo: server::DemoOptions) -> Opener {
    let at = |name: &str| home.path().join(name);
    let places = StandardPaths {
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

async fn look_at(connection: &mut ProfileConnection, write: bool) -> DoctorReport {
    examine(connection, write, TAG.into(), CancellationToken::new()).await
}

/// The verdict and words of one finding.
fn found<'a>(report: &'a DoctorReport, part: super::ReportPart, what: &str) -> (FindingVerdict, &'a str) {
    let finding = report.findings.iter().find(|finding| finding.part == part && finding.what == what);
    let finding = finding.unwrap_or_else(|| panic!("nothing about {what}:\n{}", text(report, PLAIN)));
    (finding.verdict, &finding.words)
}
