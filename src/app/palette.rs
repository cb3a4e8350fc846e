//! The palette: every action by name, with its key, or the reason why it can't be done now.

use crossterm::event::Event;
use tui_input::Input;

use super::{
    App, AppEffect, Tab,
    action::{ACTIONS, Action, Scope},
    audit_search::AuditOrder,
    changes_list::ActivityOrder,
    compare::Side,
    overlay::{CursorTravel, OverlayBehavior},
    roles::CompareBox,
    text_field,
};
use crate::directory::{
    Directory, Name,
    field::RecordField,
    search::{MatcherMemory, Words},
    sort::SortOrder,
};

/// The name of the embedded directory's profile: opened by an entry of its own, for no config knows it.
pub(super) const DEMO: &str = "demo";

/// The numbers of changes at a time that can be chosen.
const PARALLEL: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// The effect of a line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaletteEntry {
    /// An action.
    Do(Action),
    /// Open this profile.
    Profile(String),
    /// Open the embedded demo directory.
    Demo,
    /// Show two roles side by side.
    Compare([Side; 2]),
    /// Send so many changes at a time.
    Parallel(usize),
    /// Sort the list by these orders.
    Sort(Vec<SortOrder>),
    /// Show these columns of the list.
    Columns(Vec<RecordField>),
    /// Sort Activity in this order.
    SortActivity(ActivityOrder),
    /// Sort the audit log in this order.
    SortAudit(AuditOrder),
    /// Put this text into the filter.
    Filter(String),
    /// Say what the sign with this meaning is.
    Sign(&'static str),
    /// Map this group to this role from now on, or to none.
    MapGroup(Name, Option<Name>),
}

/// A line of the palette.
#[derive(Debug, Clone)]
pub struct PaletteLine {
    /// The line's effect.
    pub entry: PaletteEntry,
    /// The line's name.
    pub name: String,
    /// A sentence about the line.
    pub help: String,
    /// The line's key.
    pub key: String,
    /// The reason why the line can't be done now.
    pub refused: Option<String>,
}

/// State of the palette, or of another list of things of which one is chosen.
#[derive(Debug, Default)]
pub struct CommandPalette {
    /// The title of the list.
    pub title: String,
    /// A sentence under the lines.
    pub note: Option<&'static str>,
    /// The text that is typed.
    pub input: Input,
    /// All lines.
    pub lines: Vec<PaletteLine>,
    /// The number of first lines that are shown whatever is typed; `None` if all lines are.
    pub(super) fixed: Option<usize>,
    /// Indexes into `lines`, best match first.
    pub shown: Vec<usize>,
    /// Index into `shown`.
    pub cursor: usize,
}

impl CommandPalette {
    /// A list of these lines.
    pub fn of(title: String, lines: Vec<PaletteLine>) -> Self {
        let mut palette = Self { title, lines, ..Self::default() };
        palette.filter();
        palette
    }

    /// True if Tab can complete the line under the cursor: the name of a command, a text of a filter.
    pub(super) fn completes(&self) -> bool {
        self.fixed.is_some() || matches!(self.selected(), Some(PaletteLine { entry: PaletteEntry::Filter(_), .. }))
    }

    /// Keeps the lines that were added, whatever is typed.
    pub(super) fn extend_fixed(&mut self) {
        self.fixed = Some(self.lines.len());
        self.filter();
    }

    /// The line under the cursor.
    pub fn selected(&self) -> Option<&PaletteLine> {
        self.lines.get(*self.shown.get(self.cursor)?)
    }

    pub(super) fn filter(&mut self) {
        let words = Words::typed(self.input.value());
        let mut scratch = MatcherMemory::default();
        let mut scored: Vec<(bool, u32, usize)> = self
            .lines
            .iter()
            .enumerate()
            .filter_map(|(at, line)| {
                // A match in the name counts before a match in the sentence, where scattered letters mean little.
                let name = words.closeness(&line.name, &mut scratch);
                let whole = || format!("{} {}", line.name, line.help);
                let any = || Some(whole()).filter(|whole| words.finds(whole));
                let score = name.or_else(|| words.closeness(&any()?, &mut scratch))?;
                Some((name.is_none(), u32::MAX - score, at))
            })
            .collect();
        scored.sort_unstable();
        self.shown = scored.into_iter().map(|(_, _, at)| at).collect();
        self.cursor = 0;
    }
}

impl OverlayBehavior for CommandPalette {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Command, Scope::Picker, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn edit(&mut self, event: &Event, app: &App) {
        if !text_field(&mut self.input, event) {
            return;
        }
        if let Some(fixed) = self.fixed {
            self.lines.truncate(fixed);
            self.lines.extend(app.argument_lines(self.input.value()));
        }
        self.filter();
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, self.shown.len());
    }

    fn has_choice(&self, _: &Directory) -> bool {
        self.selected().is_some()
    }

    fn choose(self, app: &mut App, effects: &mut Vec<AppEffect>) {
        let Some(line) = self.selected().cloned() else { return };
        match (line.entry, line.refused) {
            (_, Some(why)) => app.say(format!("{}: {why}", line.name)),
            (PaletteEntry::Do(action), None) => app.perform(action, effects),
            (PaletteEntry::Profile(name), None) => effects.push(AppEffect::Open(Some(name))),
            (PaletteEntry::Compare(sides), None) => app.overlays.push(CompareBox { sides, scroll: 0 }.into()),
            (PaletteEntry::MapGroup(group, role), None) => app.map_group(group, role, effects),
            (PaletteEntry::Parallel(number), None) => app.set_parallel(number, effects),
            (PaletteEntry::Sort(orders), None) => app.sort_list(&orders),
            (PaletteEntry::Columns(columns), None) => app.take_columns(Some(columns)),
            (PaletteEntry::SortActivity(order), None) => app.sort_activity(order),
            (PaletteEntry::SortAudit(order), None) => app.sort_audit(order),
            (PaletteEntry::Filter(text), None) => app.take_filter(text),
            (PaletteEntry::Sign(meaning), None) => app.say(format!("That sign means: {meaning}.")),
            (PaletteEntry::Demo, None) => effects.push(AppEffect::Open(None)),
        }
    }
}

impl App {
    /// The palette for the present place.
    pub(super) fn palette(&self, typed: &str) -> CommandPalette {
        let scopes = self.scopes();
        let beneath = self.scopes_beneath();
        let back = self.keymap.label(Action::Back).unwrap_or_default();
        let own = |scope: Scope| scopes.contains(&scope);
        let lists = [Scope::List, Scope::UserList, Scope::Record, Scope::Users, Scope::Teams, Scope::Roles];
        let around = [Scope::Global, Scope::Work, Scope::Sending, Scope::Tabs];
        let reachable = |scope: Scope| lists.contains(&scope) || around.contains(&scope);
        let skipped = [
            Action::Palette,
            Action::Back,
            Action::Up,
            Action::Down,
            Action::PageUp,
            Action::PageDown,
            Action::Profile,
        ];
        let mut lines: Vec<PaletteLine> = ACTIONS
            .iter()
            .filter(|spec| !skipped.contains(&spec.action) && (own(spec.scope) || reachable(spec.scope)))
            .map(|spec| PaletteLine {
                entry: PaletteEntry::Do(spec.action),
                name: spec.name.into(),
                help: self.word(spec.help).into(),
                key: self.keymap.label(spec.action).unwrap_or_default(),
                refused: if own(spec.scope) {
                    self.availability(spec.action).err().map(String::from)
                } else if beneath.contains(&spec.scope) {
                    Some(format!("works without this box: {back} goes back"))
                } else {
                    Some(self.elsewhere(spec.action, spec.scope))
                },
            })
            .collect();
        lines.sort_by_key(|line| line.refused.is_some());
        let profile = |entry, name: String, help: &str| PaletteLine {
            entry,
            name,
            help: help.into(),
            key: String::new(),
            refused: None,
        };
        lines.extend(
            self.known_profiles.names.iter().map(|name| {
                profile(PaletteEntry::Profile(name.clone()), format!("profile {name}"), "Open this profile")
            }),
        );
        lines.extend(PARALLEL.map(|number| {
            let name = format!("parallel {number}");
            profile(PaletteEntry::Parallel(number), name, "Send at most so many changes at a time, in this session")
        }));
        lines.extend(self.sort_lines());
        lines.push(profile(PaletteEntry::Demo, format!("profile {DEMO}"), "Open the embedded demo directory"));
        let mut palette = CommandPalette::of("Command".into(), lines);
        palette.fixed = Some(palette.lines.len());
        palette.input = Input::new(typed.to_owned());
        palette.filter();
        palette
    }

    /// The lists in which an action works, and the action that does the same here.
    fn elsewhere(&self, action: Action, scope: Scope) -> String {
        let like =
            self.keymap.label(Action::MakeLike).filter(|_| action == Action::Compare && self.lists.tab == Tab::Users);
        let here = like.map_or_else(String::new, |key| format!("; {key} shows how two users differ"));
        format!("on {} only{here}", self.word(scope.label()))
    }
}
