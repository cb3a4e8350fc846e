//! Keys to actions, from the action table and the config.

use std::collections::BTreeMap;

use crokey::KeyCombination;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{ACTIONS, Action, ActionSpec, Scope};
use crate::scim::text::nearest_first;

/// The bindings of keys to actions.
#[derive(Debug, Clone)]
pub struct KeyBindings {
    bindings: Vec<(Scope, KeyCombination, Action)>,
}

/// A key in the config that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("keys.{action}: {why}")]
pub struct BadKey {
    /// The action's name as given.
    pub action: String,
    /// The problem, and the correct form.
    pub why: String,
}

impl KeyBindings {
    /// The keys of the action table, replaced by the config's for the actions that it names. An empty list unbinds.
    pub fn new(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, BadKey> {
        for name in overrides.keys() {
            if !ACTIONS.iter().any(|spec| spec.name == name) {
                let near = nearest_first(name, ACTIONS.iter().map(|spec| spec.name));
                let near = near.into_iter().take(3).collect::<Vec<_>>().join(", ");
                let why = format!("no such action; the nearest are {near}; `scimitar keys` lists all");
                return Err(BadKey { action: name.clone(), why });
            }
        }
        let mut bindings: Vec<(Scope, KeyCombination, Action)> = Vec::new();
        for spec in ACTIONS {
            let mut own: Vec<String> = spec.keys.iter().map(|key| (*key).to_owned()).collect();
            if matches!(spec.action, Action::Suspend | Action::OpenLine) {
                // Older configs may have given this action's key to other actions.
                let elsewhere = |key: &String| {
                    let meets = |other: &ActionSpec| spec.action == Action::Suspend || other.scope == spec.scope;
                    let others = ACTIONS.iter().filter(|other| other.action != spec.action && meets(other));
                    let others = others.filter_map(|other| overrides.get(other.name));
                    others.flatten().any(|other| parse(other) == parse(key))
                };
                own.retain(|key| !elsewhere(key));
            }
            for key in overrides.get(spec.name).unwrap_or(&own) {
                let bad = |why| BadKey { action: spec.name.into(), why };
                let combination = parse(key).ok_or_else(|| {
                    bad(format!("`{key}` is no key; write it like `r`, `shift-r`, `ctrl-d`, `pagedown`, `space`"))
                })?;
                let taken = bindings.iter().find(|(scope, other, _)| *scope == spec.scope && *other == combination);
                if let Some((_, _, other)) = taken {
                    return Err(bad(format!("`{key}` is already the key of `{}` there", other.spec().name)));
                }
                bindings.push((spec.scope, combination, spec.action));
            }
        }
        Ok(Self { bindings })
    }

    /// The action of a key, searched in these scopes from the first to the last.
    pub fn action(&self, scopes: &[Scope], key: KeyEvent) -> Option<Action> {
        let combination = normal(key.code, key.modifiers);
        scopes.iter().find_map(|scope| {
            self.bindings
                .iter()
                .find(|(of, bound, _)| of == scope && *bound == combination)
                .map(|(_, _, action)| *action)
        })
    }

    /// The first key of an action, as shown; `None` where it has no key.
    pub fn label(&self, action: Action) -> Option<String> {
        self.labels(action).next()
    }

    /// The keys that trigger the action in these scopes, among those that `may` accepts: another action of an inner
    /// scope may have taken a key.
    pub fn labels_in(
        &self,
        scopes: &[Scope],
        action: Action,
        may: impl Fn(KeyEvent) -> bool,
    ) -> impl Iterator<Item = String> {
        let own = self.bindings.iter().filter(move |(_, _, bound)| *bound == action).map(|(_, key, _)| key);
        let event = |key: &KeyCombination| KeyEvent::new(*key.codes.first(), key.modifiers);
        own.filter(move |key| self.action(scopes, event(key)) == Some(action) && may(event(key))).map(show)
    }

    /// All keys of an action, as shown.
    pub fn labels(&self, action: Action) -> impl Iterator<Item = String> {
        self.bindings.iter().filter(move |(_, _, bound)| *bound == action).map(|(_, key, _)| show(key))
    }

    /// The event that triggers an action: for tests, so that they press the keys of the table.
    pub fn event(&self, action: Action) -> Option<KeyEvent> {
        let (_, key, _) = self.bindings.iter().find(|(_, _, bound)| *bound == action)?;
        Some(KeyEvent::new(*key.codes.first(), key.modifiers))
    }
}

fn parse(text: &str) -> Option<KeyCombination> {
    let upper = text.len() == 1 && text.chars().all(|c| c.is_ascii_uppercase());
    let parsed = if upper { crokey::parse(&format!("shift-{text}")) } else { crokey::parse(text) }.ok()?;
    Some(normal(*parsed.codes.first(), parsed.modifiers))
}

/// A common form for keys that terminals report in several ways: an upper-case letter always with shift, any other
/// character never.
fn normal(code: KeyCode, modifiers: KeyModifiers) -> KeyCombination {
    let (code, modifiers) = match code {
        KeyCode::Char(c) if c.is_alphabetic() => {
            if c.is_uppercase() || modifiers.contains(KeyModifiers::SHIFT) {
                let upper = c.to_uppercase().next().unwrap_or(c);
                (KeyCode::Char(upper), modifiers | KeyModifiers::SHIFT)
            } else {
                (code, modifiers)
            }
        }
        KeyCode::Char(_) => (code, modifiers - KeyModifiers::SHIFT),
        KeyCode::BackTab => (code, modifiers | KeyModifiers::SHIFT),
        _ => (code, modifiers),
    };
    KeyCombination::new(code, modifiers)
}

/// The name of a pressed key, as shown.
pub fn name(key: KeyEvent) -> String {
    show(&normal(key.code, key.modifiers))
}

fn show(key: &KeyCombination) -> String {
    let mut out = String::new();
    let code = *key.codes.first();
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        out.push_str("C-");
    }
    if key.modifiers.contains(KeyModifiers::ALT) {
        out.push_str("M-");
    }
    let plain_shift = matches!(code, KeyCode::Char(_) | KeyCode::BackTab);
    if key.modifiers.contains(KeyModifiers::SHIFT) && !plain_shift {
        out.push_str("S-");
    }
    match code {
        KeyCode::Char(' ') => out.push_str("Space"),
        KeyCode::Char(c) => out.push(c),
        KeyCode::BackTab => out.push_str("S-Tab"),
        KeyCode::PageUp => out.push_str("PgUp"),
        KeyCode::PageDown => out.push_str("PgDn"),
        KeyCode::F(n) => out.push_str(&format!("F{n}")),
        other => out.push_str(&format!("{other:?}")),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn the_table_has_no_key_twice_in_a_scope() {
        let keymap = KeyBindings::new(&BTreeMap::new()).unwrap();
        for spec in ACTIONS {
            for key in spec.keys {
                let combination = parse(key).unwrap();
                let event = press(*combination.codes.first(), combination.modifiers);
                assert_eq!(keymap.action(&[spec.scope], event), Some(spec.action), "{key}");
            }
        }
    }

    #[test]
    fn terminals_report_upper_case_and_symbols_in_several_ways() {
        let keymap = KeyBindings::new(&BTreeMap::new()).unwrap();
        let scopes = [Scope::Users, Scope::List, Scope::Record, Scope::Tabs, Scope::Global];
        for modifiers in [KeyModifiers::SHIFT, KeyModifiers::NONE] {
            assert_eq!(keymap.action(&scopes, press(KeyCode::Char('D'), modifiers)), Some(Action::Delete));
            assert_eq!(keymap.action(&scopes, press(KeyCode::Char('?'), modifiers)), Some(Action::Help));
            assert_eq!(keymap.action(&scopes, press(KeyCode::BackTab, modifiers)), Some(Action::PreviousTab));
        }
        assert_eq!(keymap.action(&scopes, press(KeyCode::Char('d'), KeyModifiers::NONE)), Some(Action::ToggleActive));
    }

    #[test]
    fn the_config_can_rebind_and_errors_name_the_key() {
        let with = |name: &str, keys: &[&str]| {
            KeyBindings::new(&BTreeMap::from([(name.to_owned(), keys.iter().map(|key| (*key).to_owned()).collect())]))
        };
        let keymap = with("undo", &["ctrl-z"]).unwrap();
        assert_eq!((keymap.label(Action::Undo).as_deref(), keymap.label(Action::Suspend)), (Some("C-z"), None));
        assert!(with("fly", &[]).unwrap_err().to_string().starts_with("keys.fly: no such action; the nearest are "));
        let taken = with("help", &["q"]).unwrap_err().to_string();
        assert_eq!(taken, "keys.quit: `q` is already the key of `help` there");
        let keymap = with("send", &["enter"]).unwrap();
        assert_eq!((keymap.label(Action::Send).as_deref(), keymap.label(Action::OpenLine)), (Some("Enter"), None));
        assert!(with("undo", &["hyper-q"]).unwrap_err().to_string().contains("is no key"));
    }
}
