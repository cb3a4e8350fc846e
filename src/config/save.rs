//! Adds a profile to `config.toml` without altering the existing text.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use toml::{Table, Value};
use toml_edit::{DocumentMut, Item, TableLike};

use super::error::ConfigError;
use super::file::{self, ConfigFile};
use super::loose::refuse_loose;
use super::places::make_private;
use super::profile::AuthForm;
use super::secret::{KeyError, KeySource, write_keyring};
use crate::provider::{Hosting, Provider};

/// The data of the first-run form about a profile.
#[derive(Debug, Clone)]
pub struct NewProfile {
    /// The server's vendor.
    pub provider: Provider,
    /// The hosting; W&B only.
    pub hosting: Hosting,
    /// The server's address; W&B's shared cloud needs none.
    pub url: Option<String>,
    /// The number that is part of the address, where the provider has one.
    pub number: Option<String>,
    /// The form in which the key is sent.
    pub auth: AuthForm,
    /// The source of the key. The key itself is never written: `Value` is refused.
    pub key: KeySource,
    /// The user name of the key's owner.
    pub me: Option<String>,
    /// True if nothing may be changed.
    pub read_only: bool,
}

/// The text of a config file with an unsaved profile, checked as a whole.
#[derive(Debug)]
pub struct DraftedConfig {
    path: PathBuf,
    text: String,
    /// The parsed text.
    pub config: ConfigFile,
}

impl DraftedConfig {
    fn new(path: &Path, text: String) -> Result<Self, ConfigError> {
        Ok(Self { path: path.to_path_buf(), config: ConfigFile::parse(&text, path)?, text })
    }

    /// Replaces the file with the text in a single step; a missing file is created (mode 0600).
    pub fn save(self) -> Result<ConfigFile, ConfigError> {
        write(&self.path, &self.text)
    }
}

/// The file with `[profile.NAME]` appended. An existing name is refused.
pub fn draft_new(path: &Path, name: &str, fields: &NewProfile) -> Result<DraftedConfig, ConfigError> {
    let fail = |why: String, hint: &str| ConfigError::about(path, why, hint).key("name");
    if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')) {
        let why = format!("\"{name}\" can't be a profile's name");
        return Err(fail(why, "use letters, digits, - and _"));
    }
    let old = file::read(path)?.unwrap_or_default();
    if ConfigFile::parse(&old, path)?.profiles.contains_key(name) {
        return Err(fail(format!("there is a profile \"{name}\" already"), "choose another name"));
    }
    let gap = match old.as_str() {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    DraftedConfig::new(path, format!("{old}{gap}[profile.{name}]\n{}", lines(fields)?))
}

/// The file with these keys of `[profile.NAME]` set to the fields' values, or removed if a field has none; the rest,
/// including comments and order, stays.
pub fn draft_edited(path: &Path, name: &str, fields: &NewProfile, keys: &[&str]) -> Result<DraftedConfig, ConfigError> {
    let fail = |why: String, hint: &str| ConfigError::about(path, why, hint);
    let old = file::read(path)?.unwrap_or_default();
    let mut document: DocumentMut = old.parse().map_err(|error| fail(format!("{error}"), "correct this line"))?;
    let profile = document.get_mut("profile").and_then(|all| all.get_mut(name)).and_then(Item::as_table_like_mut);
    let Some(profile) = profile else {
        return Err(fail(format!("there is no [profile.{name}]"), "add one"));
    };
    let pairs = pairs(fields)?;
    for key in keys {
        let value = pairs.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_ref());
        let value = value.and_then(|value| value.to_string().parse::<toml_edit::Value>().ok());
        match (value, profile.get_mut(key).and_then(Item::as_value_mut)) {
            (Some(value), Some(held)) => {
                let around = held.decor().clone();
                *held = value;
                *held.decor_mut() = around;
            }
            (Some(value), None) => drop(profile.insert(key, toml_edit::value(value))),
            (None, _) => drop(profile.remove(key)),
        }
    }
    DraftedConfig::new(path, document.to_string())
}

/// Sets or removes a group's role in `[profile.NAME.mapping.groups]`; comments and order stay. Checked and replaced
/// like [`DraftedConfig::save`].
///
/// # Errors
/// Fails if the profile is not in the file, or if the file can't be read or written.
pub fn save_mapping(path: &Path, name: &str, group: &str, role: Option<&str>) -> Result<(), ConfigError> {
    let fail = |why: String, hint: &str| ConfigError::about(path, why, hint);
    let mut document: DocumentMut =
        file::read(path)?.unwrap_or_default().parse().map_err(|error| fail(format!("{error}"), "correct this line"))?;
    let profile = document.get_mut("profile").and_then(|all| all.get_mut(name)).and_then(Item::as_table_like_mut);
    let Some(profile) = profile else {
        return Err(fail(format!("there is no [profile.{name}]"), "add one, or keep the mapping elsewhere"));
    };
    let mapping = table(profile, "mapping");
    let groups = mapping.and_then(|mapping| table(mapping, "groups"));
    let Some(groups) = groups else {
        return Err(fail(format!("[profile.{name}.mapping] is no table"), "correct this line"));
    };
    match (role, groups.get_mut(group).and_then(Item::as_value_mut)) {
        (Some(role), Some(held)) => {
            // Text around the value, such as a comment behind it, belongs to the line.
            let around = held.decor().clone();
            *held = role.into();
            *held.decor_mut() = around;
        }
        (Some(role), None) => drop(groups.insert(group, toml_edit::value(role))),
        (None, _) => drop(groups.remove(group)),
    }
    write(path, &document.to_string()).map(drop)
}

/// The table of this name, created if missing.
fn table<'a>(of: &'a mut dyn TableLike, name: &str) -> Option<&'a mut dyn TableLike> {
    let made = || {
        let mut table = toml_edit::Table::new();
        // A table without lines of its own needs no heading.
        table.set_implicit(true);
        Item::Table(table)
    };
    of.entry(name).or_insert_with(made).as_table_like_mut()
}

/// Checks the text, and replaces the file in a single step.
fn write(path: &Path, new: &str) -> Result<ConfigFile, ConfigError> {
    let fail = |why: String, hint: &str| ConfigError::about(path, why, hint);
    let checked = ConfigFile::parse(new, path)?;
    // A link (for example, to a dotfiles repository) stays a link: the target file is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if let Some(directory) = target.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        make_private(directory)?;
    }
    refuse_loose(path)?;
    replace_file(&target, new)
        .map_err(|error| fail(format!("this file can't be written: {error}"), "check its place"))?;
    Ok(checked)
}

/// The table's lines, in the order of the documentation.
fn lines(fields: &NewProfile) -> Result<String, ConfigError> {
    let pairs = pairs(fields)?;
    Ok(pairs.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}\n", value?))).collect())
}

/// The possible settings of a profile from the form, with the values that are set.
fn pairs(fields: &NewProfile) -> Result<Vec<(&'static str, Option<Value>)>, ConfigError> {
    let text = |value: &str| Value::String(value.to_owned());
    let (auth, user) = match &fields.auth {
        AuthForm::Bearer => (None, None),
        AuthForm::Basic => (Some("basic"), None),
        AuthForm::BasicUser(user) => (Some("basic-user"), Some(user)),
        AuthForm::None => (Some("none"), None),
    };
    let mut pairs = vec![
        ("provider", Some(text(fields.provider.as_str()))),
        ("hosting", Some(fields.hosting.as_str()).filter(|hosting| !hosting.is_empty()).map(text)),
        ("url", fields.url.as_deref().map(text)),
        ("auth", auth.map(text)),
        ("user", user.map(|user| text(user))),
        ("key", key(&fields.key)?),
        ("me", fields.me.as_deref().map(text)),
        ("read_only", fields.read_only.then_some(Value::Boolean(true))),
    ];
    // A number of another provider goes, where the provider was changed.
    let numbers = Provider::ALL.into_iter().filter_map(|one| Some((one, one.descriptor().number.as_ref()?.setting)));
    let number = |one| fields.number.as_deref().filter(|_| one == fields.provider).map(text);
    pairs.splice(3..3, numbers.map(|(one, setting)| (setting, number(one))));
    Ok(pairs)
}

/// The source of the key; `None` for the default.
fn key(source: &KeySource) -> Result<Option<Value>, ConfigError> {
    let (name, value) = match source {
        KeySource::Env(name) => ("env", Value::String(name.clone())),
        KeySource::Command(words) => ("command", Value::Array(words.iter().cloned().map(Value::String).collect())),
        KeySource::File(path) => ("file", Value::String(path.to_string_lossy().into_owned())),
        KeySource::Keyring(name) => ("keyring", Value::String(name.clone())),
        KeySource::Netrc => ("netrc", Value::Boolean(true)),
        KeySource::Wandb | KeySource::FirstOf(_) => return Ok(None),
        KeySource::Value(_) => {
            return Err(ConfigError::new("a key is never written to a file", "say where it can be read instead"));
        }
    };
    let mut table = Table::new();
    table.insert(name.to_owned(), value);
    Ok(Some(Value::Table(table)))
}

/// Deletes a profile from the file; the rest stays as it is. A default that names it goes, too.
pub fn remove_profile(path: &Path, name: &str) -> Result<ConfigFile, ConfigError> {
    let fail = |why: String, hint: &str| ConfigError::about(path, why, hint);
    let mut document: DocumentMut =
        file::read(path)?.unwrap_or_default().parse().map_err(|error| fail(format!("{error}"), "correct this line"))?;
    let profiles = document.get_mut("profile").and_then(Item::as_table_like_mut);
    if profiles.and_then(|profiles| profiles.remove(name)).is_none() {
        return Err(fail(format!("there is no [profile.{name}]"), "look at the file"));
    }
    if document.get("default_profile").and_then(Item::as_str) == Some(name) {
        document.remove("default_profile");
    }
    write(path, &document.to_string())
}

/// Keeps a key where the source reads it: in a new file of its owner's alone, or in the system's keyring.
pub fn keep_key(source: &KeySource, key: &SecretString) -> Result<(), KeyError> {
    let failed = |why: String, hint: &str| KeyError::Unusable { why, hint: hint.into() };
    match source {
        KeySource::File(path) => {
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let written = options.open(path).and_then(|mut file| {
                file.write_all(format!("{}\n", key.expose_secret()).as_bytes()).and_then(|()| file.sync_all())
            });
            let hint = "name a new file in a folder that exists, or leave the key empty to use the one in the file";
            written.map_err(|error| failed(format!("the key can't be written to {}: {error}", path.display()), hint))
        }
        KeySource::Keyring(name) => write_keyring(name, key),
        other => Err(failed(format!("no key can be kept in {}", other.describe()), "name a file or a keyring entry")),
    }
}

/// Writes a file beside the target, then renames over the target: readers see either the old text or the new. Only the
/// owner can access the new file, whatever the old mode was.
pub fn replace_file(target: &Path, text: &str) -> std::io::Result<()> {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.new", std::process::id()));
    let beside: PathBuf = target.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&beside, target)).inspect_err(|_| {
        // The first error is the relevant one.
        let _ = fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn save_profile(path: &Path, name: &str, fields: &NewProfile) -> Result<ConfigFile, ConfigError> {
        draft_new(path, name, fields)?.save()
    }

    #[test]
    fn an_edited_profile_keeps_what_is_not_edited() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("config.toml");
        let text = "# mine\n[profile.lab]\nprovider = \"wandb\" # ours\nhosting = \"dedicated\"\nurl = \"https://a.example\"\n\
            key = { env = \"OLD\" } # rotated yearly\nprotected = [\"cfo\"]\n\n[ui]\ntheme = \"dark\"\n";
        fs::write(&path, text).unwrap();
        let fields = NewProfile { key: KeySource::File("k".into()), me: None, ..acme() };
        let drafted = draft_edited(&path, "lab", &fields, &["key", "me"]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "nothing is written yet");
        assert!(matches!(&drafted.config.profiles["lab"].key, KeySource::File(_)));
        drafted.save().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text.replace("{ env = \"OLD\" }", "{ file = \"k\" }"));
        assert!(draft_edited(&path, "other", &fields, &["key"]).is_err());
    }

    fn acme() -> NewProfile {
        NewProfile {
            provider: Provider::Wandb,
            hosting: Hosting::Dedicated,
            url: Some("https://acme.wandb.io".into()),
            auth: AuthForm::BasicUser("ann \"a\"".into()),
            key: KeySource::Command(vec!["pass".into(), "show".into(), "it's".into()]),
            me: Some("ann".into()),
            number: None,
            read_only: true,
        }
    }

    #[test]
    fn what_is_there_stays_and_a_name_is_taken_once() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("deep/config.toml");
        save_profile(&path, "first", &acme()).unwrap();
        let commented = format!("# mine\n{}", fs::read_to_string(&path).unwrap().trim_end());
        fs::write(&path, &commented).unwrap();

        save_profile(&path, "second", &acme()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&commented), "{text}");
        let file = ConfigFile::load(&path).unwrap().unwrap();
        let second = &file.profiles["second"];
        assert_eq!(second.auth, AuthForm::BasicUser("ann \"a\"".into()));
        assert!(second.read_only && matches!(&second.key, KeySource::Command(words) if words[2] == "it's"));

        let error = save_profile(&path, "second", &acme()).unwrap_err().to_string();
        assert!(error.contains("there is a profile \"second\" already"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private_and_a_link_stays_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let room = tempfile::tempdir().unwrap();
        let (real, link) = (room.path().join("real.toml"), room.path().join("config.toml"));
        fs::write(&real, "").unwrap();
        symlink(&real, &link).unwrap();
        save_profile(&link, "acme", &acme()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_mapping_is_changed_and_the_rest_stays() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("config.toml");
        let text = "# mine\n[profile.lab]\nprovider = \"datasaur\"\nworkspace = \"7\"\nprotected = [\"cfo\"] # ask Ann\n\
            admins = [\"ann\", \"bob\"]\n\n[profile.lab.mapping.groups]\n\
            Zoo = \"labeler\" # keepers\nQA = \"labeler\"\n\n[ui]\ntheme = \"dark\"\n";
        fs::write(&path, text).unwrap();
        save_mapping(&path, "lab", "Zoo", Some("admin")).unwrap();
        save_mapping(&path, "lab", "The Leads", Some("reviewer")).unwrap();
        save_mapping(&path, "lab", "QA", None).unwrap();
        let expected = text
            .replace("Zoo = \"labeler\"", "Zoo = \"admin\"")
            .replace("QA = \"labeler\"", "\"The Leads\" = \"reviewer\"");
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        let lab = &ConfigFile::load(&path).unwrap().unwrap().profiles["lab"];
        assert_eq!((lab.protected.join(" "), lab.admins.join(" ")), ("cfo".into(), "ann bob".into()));

        let before = fs::read_to_string(&path).unwrap();
        assert!(save_mapping(&path, "lab", "QA", Some("owner")).unwrap_err().to_string().contains("owner"));
        assert!(save_mapping(&path, "other", "QA", Some("admin")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
    }

    #[test]
    fn the_first_group_that_is_mapped_makes_the_table() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("config.toml");
        let lab = NewProfile {
            provider: Provider::Datasaur,
            hosting: Hosting::NotTold,
            url: None,
            number: Some("7".into()),
            ..acme()
        };
        save_profile(&path, "lab", &lab).unwrap();
        save_mapping(&path, "lab", "QA", Some("reviewer")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("\n[profile.lab.mapping.groups]\nQA = \"reviewer\"\n"), "{text}");
        assert_eq!(ConfigFile::load(&path).unwrap().unwrap().profiles["lab"].mapping.as_ref().unwrap().groups.len(), 1);
    }

    #[test]
    fn keys_odd_names_and_unusable_values_are_not_written() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("config.toml");
        let held = NewProfile { key: KeySource::Value("canary".into()), ..acme() };
        assert!(!format!("{:?}", save_profile(&path, "a", &held).unwrap_err()).contains("canary"));
        assert!(save_profile(&path, "a b", &acme()).is_err());
        assert!(save_profile(&path, "a", &NewProfile { url: Some("nowhere".into()), ..acme() }).is_err());
        assert!(!path.exists());
    }
}
