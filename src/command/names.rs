//! From names on the command line to records.

use std::io::{self, IsTerminal, Read};

use super::{desk::Desk, end::Stop};
use crate::{
    directory::{Id, find::Finder},
    scim::text::without_bom,
};

/// What the provider calls a team.
pub(super) fn team_word(desk: &Desk) -> &'static str {
    desk.can().holds().team_word
}

/// The names given; `-` stands for those on standard input, one a line.
pub(super) fn given(names: &[String]) -> Result<Vec<String>, Stop> {
    let mut all = Vec::new();
    for name in names {
        if name != "-" {
            all.push(name.clone());
            continue;
        }
        if io::stdin().is_terminal() {
            return Err(Stop::usage("- reads names from standard input, and that is this terminal"));
        }
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        all.extend(without_bom(&text).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    }
    if all.is_empty() { Err(Stop::usage("no names came on standard input")) } else { Ok(all) }
}

/// Each name's user, once; or everything that is wrong with the names.
pub(super) fn users(desk: &Desk, names: &[String]) -> Result<Vec<Id>, Stop> {
    let finder = Finder::new(&desk.directory);
    let found = names.iter().map(|name| match finder.user(name) {
        Ok(user) => Ok(user.id.clone()),
        Err(missing) => Err(missing.sentence("user", name)),
    });
    once(found)
}

/// Each name's team.
pub(super) fn teams(desk: &Desk, names: &[String]) -> Result<Vec<Id>, Stop> {
    let finder = Finder::new(&desk.directory);
    let found = names.iter().map(|name| match finder.team(name) {
        Ok(team) => Ok(team.id.clone()),
        Err(missing) => Err(missing.sentence(team_word(desk), name)),
    });
    once(found)
}

/// Each name's custom role.
pub(super) fn roles(desk: &Desk, names: &[String]) -> Result<Vec<Id>, Stop> {
    let finder = Finder::new(&desk.directory);
    let found = names.iter().map(|name| match finder.role(name) {
        Ok(role) => Ok(role.id.clone()),
        Err(missing) => Err(missing.sentence("role", name)),
    });
    once(found)
}

/// One team.
pub(super) fn team(desk: &Desk, name: &str) -> Result<Id, Stop> {
    let mut found = teams(desk, &[name.to_owned()])?;
    found.pop().ok_or_else(|| Stop::usage(format!("no {} is called so", team_word(desk))))
}

fn once(found: impl Iterator<Item = Result<Id, String>>) -> Result<Vec<Id>, Stop> {
    let (mut ids, mut wrong): (indexmap::IndexSet<Id>, Vec<String>) = Default::default();
    for one in found {
        match one {
            Ok(id) => drop(ids.insert(id)),
            Err(why) => wrong.push(why),
        }
    }
    if wrong.is_empty() { Ok(ids.into_iter().collect()) } else { Err(Stop::usage(wrong.join("\nscimitar: "))) }
}
