//! The filter and the order of the audit log. Both work on the entries that were read.

use std::sync::Arc;

use crossterm::event::Event;
use rustc_hash::FxHashMap;
use tui_input::Input;

use super::{
    App, Overlay,
    keys::puts_text_in,
    palette::{CommandPalette, PaletteEntry, PaletteLine},
    side_query_box::SideQueryBox,
    text_field,
};
use crate::directory::{
    Id, Name,
    audit::AuditEntry,
    query::{BadQuery, TextQuery, TextTerm},
};

/// The fields that a filter of the audit log can name: the columns of `scimitar audit`.
pub const FIELDS: &[&str] = &["by", "user", "team", "what", "status", "age"];

/// At most so many values are offered: typing finds the others.
const MOST: usize = 200;

/// The order of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuditOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By who did it.
    Actor,
    /// By whom it concerns.
    User,
    /// By team.
    Team,
}

impl AuditOrder {
    const ALL: [Self; 5] = [Self::Newest, Self::Oldest, Self::Actor, Self::User, Self::Team];

    /// The order in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "newest first",
            Self::Oldest => "oldest first",
            Self::Actor => "who did it",
            Self::User => "whom it concerns",
            Self::Team => "team",
        }
    }
}

/// State of filter and order.
#[derive(Debug, Default)]
pub struct AuditSearch {
    /// The text that is typed after `/`.
    pub filter: Input,
    /// True while keys go to the filter.
    pub filtering: bool,
    /// The reason why the filter can't be understood.
    pub bad: Option<BadQuery>,
    /// The order.
    pub order: AuditOrder,
    query: TextQuery,
    /// True if the next typed character starts another filter.
    stale: bool,
    /// The entries shown; `None` where all are, the newest first.
    rows: Option<Vec<Arc<AuditEntry>>>,
}

impl AuditSearch {
    /// True if the filter may hide something.
    pub fn is_filtered(&self) -> bool {
        !self.query.is_empty()
    }

    /// The entries shown, of all that were read.
    pub fn rows<'a>(&'a self, all: &'a [Arc<AuditEntry>]) -> &'a [Arc<AuditEntry>] {
        self.rows.as_deref().unwrap_or(all)
    }

    /// Follows a key or a paste in the filter. True if other entries may be shown now.
    pub(super) fn edit(&mut self, event: &Event, app: &App) -> bool {
        if std::mem::take(&mut self.stale) && puts_text_in(event) {
            self.filter.reset();
        }
        text_field(&mut self.filter, event) && self.parse(app)
    }

    fn parse(&mut self, app: &App) -> bool {
        match TextQuery::parse(self.filter.value(), FIELDS) {
            Err(bad) => {
                self.bad = Some(bad);
                false
            }
            Ok(query) => {
                (self.bad, self.query) = (None, query);
                self.arrange(app);
                true
            }
        }
    }

    /// Applies filter and order to the entries that were read.
    pub(super) fn arrange(&mut self, app: &App) {
        if self.query.is_empty() && self.order == AuditOrder::Newest {
            self.rows = None;
            return;
        }
        let all = app.activity.audit_rows().iter();
        let mut rows: Vec<Arc<AuditEntry>> = all.filter(|entry| self.finds(entry, app)).cloned().collect();
        let name = |name: &Name| app.logged_name(name).raw().to_lowercase();
        match self.order {
            AuditOrder::Newest => {}
            AuditOrder::Oldest => rows.reverse(),
            AuditOrder::Actor => rows.sort_by_cached_key(|entry| name(&entry.actor)),
            AuditOrder::User => rows.sort_by_cached_key(|entry| name(&entry.user)),
            AuditOrder::Team => rows.sort_by_cached_key(|entry| entry.team.raw().to_lowercase()),
        }
        self.rows = Some(rows);
    }

    fn finds(&self, entry: &AuditEntry, app: &App) -> bool {
        let holds = |term: &TextTerm| holds_of(entry, term, app).is_some_and(|holds| holds != term.is_negative);
        self.query.terms().iter().all(holds) && self.query.finds(|| line(entry, app))
    }

    /// Clears the filter. False if there is none.
    pub(super) fn clear(&mut self) -> bool {
        let cleared = self.filtering || self.is_filtered() || self.bad.is_some();
        if cleared {
            *self = Self { order: self.order, ..Self::default() };
        }
        cleared
    }
}

/// Whether a term matches an entry; `None` if the entry lacks the value.
fn holds_of(entry: &AuditEntry, term: &TextTerm, app: &App) -> Option<bool> {
    let value = term.value.to_lowercase();
    let named = |name: &Name| {
        let shown = app.logged_name(name);
        [name.raw(), shown.raw()].iter().any(|name| name.to_lowercase().contains(&value))
    };
    Some(match term.field {
        "by" => named(&entry.actor) || (value == "you" && app.is_own_deed(entry)),
        "user" => named(&entry.user),
        "team" => entry.team.raw().to_lowercase().contains(&value),
        "what" => [entry.words(), entry.action.raw()].iter().any(|words| words.to_lowercase().contains(&value)),
        "status" if "refused".starts_with(&value) => entry.code.map(|_| entry.is_refused())?,
        "status" => entry.code?.to_string().starts_with(&value),
        _ => {
            let (age, asked) = (app.now.as_second() - entry.at?.as_second(), term.seconds()?);
            if term.is_above { age > asked } else { age < asked }
        }
    })
}

/// The text of an entry that words are searched in: its row, and the log's own words.
fn line(entry: &AuditEntry, app: &App) -> String {
    let [actor, user] = [&entry.actor, &entry.user].map(|name| app.logged_name(name));
    let you = if app.is_own_deed(entry) { "you" } else { "" };
    let refused = if entry.is_refused() { "refused" } else { "" };
    let names = [actor.raw(), entry.actor.raw(), user.raw(), entry.user.raw(), entry.team.raw()];
    format!("{} {} {refused} {you} {}", entry.words(), entry.action.raw(), names.join(" "))
}

impl App {
    /// The user name if exactly one user has this address or id; otherwise the log's words.
    pub fn logged_name<'a>(&'a self, name: &'a Name) -> &'a Name {
        let mut named = self.directory.users_named(name.raw());
        let by_id = || self.directory.user(&Id::from(name.raw()));
        let user = match (named.next(), named.next()) {
            (only, None) => only.or_else(by_id),
            _ => None,
        };
        user.map_or(name, |user| &user.user_name)
    }

    /// True if the owner of the key in use did it, here or with another client.
    pub fn is_own_deed(&self, entry: &AuditEntry) -> bool {
        self.directory.owner().is_some_and(|owner| entry.is_by(owner))
    }

    /// Types a filter of the audit log.
    pub(super) fn filter_audit(&mut self) {
        if let Some(Overlay::Aside(SideQueryBox { search, .. })) = self.overlays.last_mut() {
            search.filtering = true;
            search.stale = !search.filter.value().is_empty();
        }
    }

    /// Leaves the filter of the audit log, and keeps what it found.
    pub(super) fn keep_audit_filter(&mut self) {
        if let Some(Overlay::Aside(aside)) = self.overlays.last_mut() {
            aside.search.filtering = false;
        }
    }

    /// Completes the last term of the filter: a field, or a value that entries have.
    pub(super) fn complete_audit(&mut self) {
        let Some(aside) = self.aside() else { return };
        let text = aside.search.filter.value();
        let begins = text.rfind(' ').map_or(0, |space| space + 1);
        let begins = begins + usize::from(text[begins..].starts_with('-'));
        let (kept, term) = text.split_at(begins);
        let line = |(done, help): (String, String)| PaletteLine {
            entry: PaletteEntry::Filter(format!("{kept}{done}")),
            name: done,
            help,
            key: String::new(),
            refused: None,
        };
        let lines: Vec<PaletteLine> = self.audit_completions(term).into_iter().map(line).collect();
        match lines.as_slice() {
            [] => self.say(format!("Nothing completes this; fields are {}.", FIELDS.join(", "))),
            [PaletteLine { entry: PaletteEntry::Filter(only), .. }] => self.take_audit_filter(only.clone()),
            _ => self.overlays.push(Overlay::Palette(CommandPalette::of("Complete".into(), lines))),
        }
    }

    /// The completions of a term, the most frequent first, with their numbers of entries.
    fn audit_completions(&self, term: &str) -> Vec<(String, String)> {
        let Some((field, typed)) = term.split_once(':') else {
            let fields = FIELDS.iter().filter(|field| field.starts_with(&term.to_lowercase()));
            return fields.map(|field| (format!("{field}:"), String::new())).collect();
        };
        let value = |entry: &AuditEntry| match field {
            "by" => self.logged_name(&entry.actor).to_string(),
            "user" => self.logged_name(&entry.user).to_string(),
            "team" => entry.team.to_string(),
            "what" => entry.action.to_string(),
            "status" => entry.code.map(|code| code.to_string()).unwrap_or_default(),
            _ => String::new(),
        };
        let mut counts: FxHashMap<String, usize> = FxHashMap::default();
        for value in self.activity.audit_rows().iter().map(|entry| value(entry)) {
            *counts.entry(value).or_default() += 1;
        }
        let typed = typed.trim_start_matches('"').to_lowercase();
        counts.retain(|value, _| !value.is_empty() && value.to_lowercase().contains(&typed));
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by(|(one, many), (other, more)| more.cmp(many).then_with(|| one.cmp(other)));
        counts.truncate(MOST);
        let quoted = |value: String| if value.contains(' ') { format!("\"{value}\"") } else { value };
        let entries = |count: usize| if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
        counts.into_iter().map(|(value, count)| (format!("{field}:{}", quoted(value)), entries(count))).collect()
    }

    /// This is typed in the filter now.
    pub(super) fn take_audit_filter(&mut self, text: String) {
        let Some(Overlay::Aside(mut aside)) = self.overlays.pop() else { return };
        aside.search.filter = Input::new(text);
        (aside.search.filtering, aside.search.stale) = (true, false);
        if aside.search.parse(self) {
            aside.first(self);
        }
        self.overlays.push(Overlay::Aside(aside));
    }

    /// Asks in which order.
    pub(super) fn open_audit_sort(&mut self) {
        let Some(now) = self.aside().map(|aside| aside.search.order) else { return };
        let line = |order: AuditOrder| PaletteLine {
            entry: PaletteEntry::SortAudit(order),
            name: order.label().to_owned(),
            help: if order == now { "as it is now".into() } else { String::new() },
            key: String::new(),
            refused: None,
        };
        let palette = CommandPalette::of("Sort the audit log".into(), AuditOrder::ALL.map(line).into());
        self.overlays.push(Overlay::Palette(palette));
    }

    /// Sorts the audit log.
    pub(super) fn sort_audit(&mut self, order: AuditOrder) {
        if let Some(Overlay::Aside(aside)) = self.overlays.last_mut() {
            aside.search.order = order;
        }
        self.arrange_audit();
    }

    /// Applies filter and order of the open log to the entries that there are; the cursor stays on its entry.
    pub(super) fn arrange_audit(&mut self) {
        let mut overlays = std::mem::take(&mut self.overlays);
        for overlay in &mut overlays {
            if let Overlay::Aside(aside) = overlay {
                aside.search.arrange(self);
            }
        }
        self.overlays = overlays;
        self.keep_aside_cursors();
    }
}
