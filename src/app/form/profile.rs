//! The form for a profile, new or failing to open: the only form that makes no change to the directory.

use std::slice;

use super::{FormField, FormPurpose, FormState};
use crate::provider::{Hosting, Provider};

/// The fields of a profile for the config file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileDraft {
    /// The profile's name.
    pub name: String,
    /// The provider's name in the config.
    pub provider: String,
    /// The hosting of W&B; other providers ignore it.
    pub hosting: String,
    /// The number that is part of the address, where the provider has one.
    pub number: String,
    /// The base URL.
    pub url: String,
    /// `env NAME`, `file PATH`, `command WORDS`, `netrc` or `none`.
    pub key: String,
    /// The user name or email of the key's owner.
    pub me: String,
    /// The profile as the file has it, where that is edited.
    pub was: Option<Box<ProfileDraft>>,
}

impl ProfileDraft {
    /// The keys of the config that must be rewritten to replace the profile `was` by this one.
    pub fn changes(&self, was: &Self) -> Vec<&'static str> {
        let unlike = |is: &str, was: &str, keys: &[&'static str]| if is == was { Vec::new() } else { keys.to_vec() };
        let is_open = |draft: &Self| draft.key == "none";
        let auth: &[&str] = if is_open(self) == is_open(was) { &["key"] } else { &["key", "auth", "user"] };
        [
            unlike(&self.provider, &was.provider, &["provider"]),
            unlike(&self.hosting, &was.hosting, &["hosting"]),
            // The path in the config belongs to its URL.
            unlike(&self.url, &was.url, &["url", "path"]),
            if (&self.provider, &self.number) == (&was.provider, &was.number) { Vec::new() } else { numbers() },
            unlike(&self.key, &was.key, auth),
            unlike(&self.me, &was.me, &["me"]),
        ]
        .concat()
    }
}

/// The settings for a number in the address, of all providers.
fn numbers() -> Vec<&'static str> {
    Provider::ALL.iter().filter_map(|one| Some(one.descriptor().number.as_ref()?.setting)).collect()
}

impl FormState {
    /// A form for a new profile.
    pub fn new_profile() -> Self {
        let draft = ProfileDraft {
            provider: Provider::Wandb.to_string(),
            hosting: Hosting::Dedicated.to_string(),
            key: Provider::Wandb.descriptor().key.into(),
            ..ProfileDraft::default()
        };
        Self::of_profile(FormPurpose::NewProfile, "New profile", &draft)
    }

    /// A form for a profile that can't be opened as it is. A profile that is in no file becomes a new one.
    pub fn edit_profile(draft: &ProfileDraft) -> Self {
        let Some(was) = &draft.was else {
            return Self::of_profile(FormPurpose::NewProfile, "New profile", draft);
        };
        let title = format!("Profile {}", was.name);
        let mut form = Self::of_profile(FormPurpose::EditProfile(was.clone()), &title, draft);
        for field in form.fields.iter_mut().filter(|field| field.key == "name") {
            field.locked = Some("a profile keeps its name".into());
        }
        form.focus = form.fields.iter().position(|field| field.key == "key").unwrap_or(form.focus);
        form.focus = (form.focus..form.fields.len()).find(|at| form.is_open(*at)).unwrap_or(form.focus);
        form
    }

    /// A form for a new profile that begins like another one. The name is left to the person.
    pub fn copied_profile(draft: &ProfileDraft) -> Self {
        let copy = ProfileDraft { name: String::new(), was: None, ..draft.clone() };
        Self::of_profile(FormPurpose::NewProfile, &format!("New profile, a copy of {}", draft.name), &copy)
    }

    fn of_profile(purpose: FormPurpose, title: &str, draft: &ProfileDraft) -> Self {
        let places = "env NAME, file PATH, keyring NAME, command WORDS, netrc or none";
        let providers = Provider::ALL.map(|one| (one.as_str(), one.as_str()));
        let hostings = Hosting::NAMED.map(|one| (one.as_str(), one.as_str()));
        let mut fields = vec![
            FormField::text("name", "Name", &draft.name, "for --profile and :profile, such as acme"),
            FormField::choice("provider", "Provider", providers, &draft.provider, "scim: any other SCIM 2.0 server"),
        ];
        for provider in Provider::ALL.map(Provider::descriptor) {
            let mut own = Vec::new();
            if provider.is_hosted {
                own.push(FormField::choice("hosting", "Hosting", hostings, &draft.hosting, "where W&B runs"));
            }
            own.push(FormField::text("url", "URL", &draft.url, provider.url_help));
            if let Some(number) = &provider.number {
                let at = if number.needed.is_some() { 0 } else { own.len() };
                own.insert(at, FormField::text(number.setting, number.label, &draft.number, number.help));
            }
            // Separate fields per provider, so that a key is not sent to another provider's server by mistake.
            let key = if provider.name == draft.provider { draft.key.as_str() } else { "" };
            own.push(FormField::text("key", "Key from", key, places));
            fields.extend(own.into_iter().map(|field| field.only("provider", slice::from_ref(&provider.name))));
        }
        let kept = "optional: paste it to keep it in the file or keyring entry named above";
        fields.push(FormField::hidden("secret", "Key", kept));
        fields.push(FormField::text(
            "me",
            "Your user name",
            &draft.me,
            "optional: guards you against demoting yourself",
        ));
        Self::new(purpose, title, fields)
    }

    /// The profile that the form describes.
    pub fn profile(&mut self) -> Option<ProfileDraft> {
        self.forget_errors();
        let descriptor = self.value("provider").parse().unwrap_or(Provider::Scim).descriptor();
        let draft = ProfileDraft {
            name: self.value("name").into(),
            provider: self.value("provider").into(),
            hosting: self.value("hosting").into(),
            number: descriptor.number.as_ref().map_or("", |number| self.value(number.setting)).into(),
            url: self.value("url").into(),
            key: self.value("key").into(),
            me: self.value("me").into(),
            was: match &self.purpose {
                FormPurpose::EditProfile(was) => Some(was.clone()),
                _ => None,
            },
        };
        if draft.name.is_empty() || !draft.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            self.fail("name", "letters, digits, - and _");
        }
        if !self.value("secret").is_empty() && !["file ", "keyring "].iter().any(|place| draft.key.starts_with(place)) {
            self.fail("key", "a pasted key is kept in file PATH (yours alone, mode 0600) or in keyring NAME");
        }
        if descriptor.url.is_none() && draft.url.is_empty() {
            self.fail("url", format!("needed, such as {}", descriptor.example));
        }
        if let Some(number) =
            descriptor.number.as_ref().filter(|number| number.needed.is_some() && draft.number.is_empty())
        {
            self.fail(number.setting, "needed");
        }
        (!self.has_errors()).then_some(draft)
    }
}
