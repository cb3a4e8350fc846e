//! The command lines that do what a plan does, for a POSIX shell.
//!
//! Names come from a server and from people: nothing of them may be read by the shell, nor hide on the screen that they
//! are pasted into. A name that could is given by its id, and where that is no better there is no command line.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    directory::{
        Directory, Id, RecordKind, ResourceRef,
        change::{Change, NewUser, RoleDraft, StorageBucket},
        find::NameFinder,
    },
    scim::text::clean,
};

/// The lines that do the same headless, one below another; `None` where there is no command for one of the changes, or a
/// name in it can't be written.
///
/// Changes that differ in nothing but the user share a line.
pub fn command_line(changes: &[&Change], directory: &Directory, profile: Option<&str>) -> Option<String> {
    let calls = calls(changes, directory)?;
    let lines: Option<Vec<String>> = calls.iter().map(|call| Some(line(&call.words(profile)?))).collect();
    lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n"))
}

/// The line that ends the access of these people; `None` where a name in it can't be written.
pub fn offboarding_line(
    leaving: &[Id],
    successor: Option<&Id>,
    directory: &Directory,
    profile: Option<&str>,
) -> Option<String> {
    let names = CommandNames { finder: NameFinder::new(directory), directory, changes: &[] };
    let call = CommandCall::many(&["offboard"], names.users(leaving)?);
    let call = match successor {
        Some(next) => call.option("--successor", names.user(next)?),
        None => call,
    };
    Some(line(&call.words(profile)?))
}

/// The lines with a reason or ticket for the journal.
pub fn with_reason(lines: &str, reason: &str) -> String {
    let reason = quoted(reason);
    lines.lines().map(|line| format!("{line} --reason={reason}")).collect::<Vec<_>>().join("\n")
}

/// A call of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CommandCall {
    verb: &'static [&'static str],
    /// Between the verb and the users.
    before: Vec<String>,
    users: Vec<String>,
    /// Behind the users.
    after: Vec<String>,
    options: Vec<(&'static str, String)>,
    flags: Vec<&'static str>,
    /// More users may be named in it.
    many: bool,
}

impl CommandCall {
    fn many(verb: &'static [&'static str], users: Vec<String>) -> Self {
        Self { verb, before: Vec::new(), users, after: Vec::new(), options: Vec::new(), flags: Vec::new(), many: true }
    }

    fn before(mut self, word: impl Into<String>) -> Self {
        self.before.push(word.into());
        self
    }

    fn after(mut self, word: impl Into<String>) -> Self {
        self.after.push(word.into());
        self
    }

    fn option(mut self, flag: &'static str, value: impl Into<String>) -> Self {
        self.options.push((flag, value.into()));
        self
    }

    /// An option without a value.
    fn flag(mut self, flag: &'static str) -> Self {
        self.flags.push(flag);
        self
    }

    fn alone(self) -> Self {
        Self { many: false, ..self }
    }

    /// True if the other one differs in nothing but its users.
    fn takes(&self, other: &Self) -> bool {
        let same = |call: &Self| {
            (call.verb, call.before.clone(), call.after.clone(), call.options.clone(), call.flags.clone())
        };
        self.many && other.many && same(self) == same(other)
    }

    /// The words of the line; `None` where one of them can't be written.
    fn words(&self, profile: Option<&str>) -> Option<Vec<String>> {
        let plain = self.before.iter().chain(&self.users).chain(&self.after).cloned();
        let plain: Vec<String> = plain.collect();
        let profile = profile.map(|name| ("-p", name.to_owned()));
        let mut options: Vec<String> = self.flags.iter().map(|flag| (*flag).to_owned()).collect();
        for (flag, value) in self.options.iter().cloned().chain(profile) {
            match (value.starts_with('-'), flag) {
                (false, _) => options.extend([flag.to_owned(), value]),
                (true, "-p") => options.push(format!("--profile={value}")),
                (true, _) => options.push(format!("{flag}={value}")),
            }
        }
        let head = std::iter::once("scimitar").chain(self.verb.iter().copied()).map(str::to_owned);
        let words: Vec<String> = if plain.iter().any(|word| word.starts_with('-')) {
            head.chain(options).chain(["--".to_owned()]).chain(plain).collect()
        } else {
            head.chain(plain).chain(options).collect()
        };
        words.iter().all(|word| is_visible(word)).then_some(words)
    }
}

fn calls(changes: &[&Change], directory: &Directory) -> Option<Vec<CommandCall>> {
    let names = CommandNames { finder: NameFinder::new(directory), directory, changes };
    let mut calls: Vec<CommandCall> = Vec::new();
    for call in changes.iter().map(|change| names.calls(change)).collect::<Option<Vec<_>>>()?.into_iter().flatten() {
        // Not past another line about the same user: the order of those may matter.
        let open = calls.iter().rposition(|earlier| earlier.users.iter().any(|user| call.users.contains(user)));
        let first = open.map_or(0, |at| at + 1);
        match calls.iter().skip(first).position(|earlier| earlier.takes(&call)) {
            Some(at) => calls[first + at].users.extend(call.users),
            None => calls.push(call),
        }
    }
    Some(calls)
}

/// How records are called on a command line.
struct CommandNames<'a> {
    finder: NameFinder<'a>,
    directory: &'a Directory,
    changes: &'a [&'a Change],
}

impl CommandNames<'_> {
    fn calls(&self, change: &Change) -> Option<Vec<CommandCall>> {
        let of = |verb, user: &Id| Some(CommandCall::many(verb, vec![self.user(user)?]));
        Some(vec![match change {
            Change::SetOrgRole { user, role } => of(&["set-role"], user)?.after(role.raw()),
            Change::SetTeamRole { user, team, role } => {
                of(&["set-role"], user)?.after(role.raw()).option("--team", self.team(team)?)
            }
            Change::SetRegistryRole { user, registry, role } => {
                of(&["set-role"], user)?.after(role.raw()).option("--registry", registry.raw())
            }
            Change::AddMember { team, user } => of(&["add"], user)?.before(self.team(team)?),
            Change::RemoveMember { team, user } => of(&["remove"], user)?.before(self.team(team)?),
            Change::ReplaceMembers { team, come, go, .. } => {
                let line =
                    |verb, users: &[Id]| Some(CommandCall::many(verb, self.users(users)?).before(self.team(team)?));
                let lines = [(&["add"], come), (&["remove"], go)].into_iter().filter(|(_, users)| !users.is_empty());
                return lines.map(|(verb, users)| line(verb, users)).collect();
            }
            Change::SetActive { user, active: true } => of(&["activate"], user)?,
            Change::SetActive { user, active: false } => of(&["deactivate"], user)?,
            Change::DeleteUser { user } => of(&["delete", "user"], user)?,
            Change::DeleteTeam { team } => CommandCall::many(&["delete", "team"], vec![self.team(team)?]),
            Change::DeleteRole { role } => CommandCall::many(&["delete", "role"], vec![self.role(role)?]),
            Change::SetSeat { user, seat, to } => of(&["set-seat"], user)?.after(seat.word()).after(to.raw()),
            Change::SetDisplayName { user, to } => of(&["set-name"], user)?.after(to).alone(),
            Change::SetEmail { user, to } => of(&["set-email"], user)?.after(to).alone(),
            Change::CreateUser { user, .. } => return created_user(user),
            Change::CreateTeam { name, members, bucket, external_id, .. } => {
                let call = CommandCall::many(&["create", "team"], self.users(members)?).before(name).alone();
                let id = Some(external_id).filter(|id| !id.is_empty());
                let call = id.into_iter().fold(call, |call, id| call.option("--external-id", id));
                bucket.iter().fold(call, in_bucket)
            }
            Change::CreateRole { role, .. } => created_role(role),
            Change::EditRole { role, to } => self.edited_role(role, to)?,
            Change::RemoveRegistryRole { user, registry: Some(registry) } => {
                of(&["unset-role"], user)?.option("--registry", registry.raw())
            }
            Change::RemoveRegistryRole { user, registry: None } => of(&["unset-role"], user)?.flag("--all-registries"),
            Change::CreateService { service, .. } => {
                let call = CommandCall::many(&["create", "service"], Vec::new()).before(&service.name).alone();
                let call = call.option("--team", self.team(&service.team)?);
                if service.organisation { call.flag("--organisation") } else { call }
            }
            Change::Invite { team, to, admin, .. } => {
                let call = CommandCall::many(&["invite"], vec![whom(to)?]).before(self.team(team)?);
                if *admin { call.flag("--admin") } else { call }
            }
            Change::RevokeInvite { team, to, .. } => {
                CommandCall::many(&["withdraw"], vec![whom(to)?]).before(self.team(team)?)
            }
            Change::CreateKey { description, .. } => {
                CommandCall::many(&["create", "key"], Vec::new()).before(description).alone()
            }
            Change::DeleteKey { owner, key, .. } => {
                let owner = if self.directory.owner().is_some_and(|me| me.id == *owner) {
                    "me".to_owned()
                } else {
                    self.user(owner)?
                };
                CommandCall::many(&["delete-key"], vec![called(None, key)?]).before(owner)
            }
            Change::SetAttribute { target, path, to, .. } => self.attribute(target, path, to.as_ref())?,
        }])
    }

    /// The differences from the role as it is.
    fn edited_role(&self, id: &Id, to: &RoleDraft) -> Option<CommandCall> {
        let before = RoleDraft::of(self.directory.role(id)?);
        let mut call = CommandCall::many(&["edit-role"], Vec::new()).before(self.role(id)?).alone();
        for (flag, now, then) in [
            ("--name", &before.name, &to.name),
            ("--description", &before.description, &to.description),
            ("--inherits", &before.inherits, &to.inherits),
        ] {
            if now != then {
                call = call.option(flag, then);
            }
        }
        let more = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|name| !those.contains(name)).cloned().collect()
        };
        let call = more(&to.added, &before.added).iter().fold(call, |call, name| call.option("--add", name));
        Some(more(&before.added, &to.added).iter().fold(call, |call, name| call.option("--remove", name)))
    }

    fn attribute(&self, target: &ResourceRef, path: &str, to: Option<&Value>) -> Option<CommandCall> {
        let (name, team) = match target.kind {
            RecordKind::User => (self.user(&target.id)?, false),
            RecordKind::Team => (self.team(&target.id)?, true),
            RecordKind::Role => return None,
        };
        let call = CommandCall::many(&["set-attribute"], vec![name]).after(path).alone();
        let call = match to {
            None => call.flag("--unset"),
            Some(Value::String(text)) => call.after(text),
            Some(value) => call.after(value.to_string()),
        };
        Some(if team { call.flag("--team") } else { call })
    }

    fn users(&self, ids: &[Id]) -> Option<Vec<String>> {
        ids.iter().map(|id| self.user(id)).collect()
    }

    /// The user name where it leads back to the same user, else the id.
    fn user(&self, id: &Id) -> Option<String> {
        let name = self.directory.user(id).map(|user| user.user_name.raw());
        let leads_back = |name: &&str| self.finder.user(name).is_ok_and(|user| user.id == *id);
        called(name.filter(leads_back), id)
    }

    fn team(&self, id: &Id) -> Option<String> {
        let created = self.changes.iter().find_map(|change| match change {
            Change::CreateTeam { key, name, .. } if key == id => Some(name.as_str()),
            _ => None,
        });
        let name = self.directory.team(id).map(|team| team.name.raw());
        let leads_back = |name: &&str| self.finder.team(name).is_ok_and(|team| team.id == *id);
        called(created.or(name.filter(leads_back)), id)
    }

    fn role(&self, id: &Id) -> Option<String> {
        let name = self.directory.role(id).map(|role| role.name.raw());
        let leads_back = |name: &&str| self.finder.role(name).is_ok_and(|role| role.id == *id);
        called(name.filter(leads_back), id)
    }
}

/// A name that can be written, else the id; `-` would read standard input.
fn called(name: Option<&str>, id: &Id) -> Option<String> {
    let fine = |name: &&str| is_visible(name) && *name != "-" && !name.starts_with("new:");
    name.filter(fine).or(Some(id.as_ref()).filter(fine)).map(str::to_owned)
}

fn in_bucket(call: CommandCall, bucket: &StorageBucket) -> CommandCall {
    let all = [
        ("--bucket", &bucket.name),
        ("--bucket-provider", &bucket.provider),
        ("--bucket-path", &bucket.path),
        ("--kms-key", &bucket.kms_key),
        ("--aws-external-id", &bucket.aws_external_id),
        ("--azure-tenant", &bucket.azure_tenant),
        ("--azure-client", &bucket.azure_client),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).fold(call, |call, (flag, value)| call.option(flag, value))
}

/// An address or a user name; `-` would read standard input.
fn whom(to: &str) -> Option<String> {
    (is_visible(to) && to != "-").then(|| to.to_owned())
}

/// A single line: options say what the user begins with.
fn created_user(user: &NewUser) -> Option<Vec<CommandCall>> {
    // The other values are of a user who is made again.
    let names = ["givenName", "familyName"].map(|part| user.attributes.get("name")?.get(part)?.as_str());
    let told = names.iter().flatten().count();
    let parts = user.attributes.get("name").and_then(Value::as_object).map_or(0, serde_json::Map::len);
    if user.instance_admin {
        let name = if user.user_name.is_empty() { &user.email } else { &user.user_name };
        let call = CommandCall::many(&["create", "user"], Vec::new()).before(name).option("--email", &user.email);
        return Some(vec![call.flag("--instance-admin").alone()]);
    }
    if user.attributes.len() > usize::from(told > 0) || parts > told {
        return None;
    }
    let name = &user.user_name;
    let mut first =
        CommandCall::many(&["create", "user"], Vec::new()).before(name).option("--email", &user.email).alone();
    if !user.display_name.is_empty() {
        first = first.option("--name", &user.display_name);
    }
    if !user.external_id.is_empty() {
        first = first.option("--external-id", &user.external_id);
    }
    for (flag, part) in ["--first-name", "--last-name"].into_iter().zip(names) {
        first = part.into_iter().fold(first, |call, part| call.option(flag, part));
    }
    for (flag, seat) in [("--models", &user.models_seat), ("--weave", &user.weave_role)] {
        first = seat.iter().fold(first, |call, seat| call.option(flag, seat.raw()));
    }
    Some(vec![user.teams.iter().fold(first, |call, team| call.option("--team", team.raw()))])
}

fn created_role(role: &RoleDraft) -> CommandCall {
    let call = CommandCall::many(&["create", "role"], Vec::new())
        .before(&role.name)
        .option("--inherits", &role.inherits)
        .alone();
    let call = role.added.iter().fold(call, |call, permission| call.option("--permission", permission));
    if role.description.is_empty() { call } else { call.option("--description", &role.description) }
}

/// True if what is seen is what is there: no control characters, nothing that turns the direction of writing.
fn is_visible(word: &str) -> bool {
    let shown = clean(word);
    *shown == *word && !word.chars().any(char::is_control)
}

fn line(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word that no POSIX shell reads anything into.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+,=".contains(c);
    // `=` and `~` mean something at the beginning of a word to some shells.
    let first = word.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || "-_./@".contains(c));
    if first && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests;
