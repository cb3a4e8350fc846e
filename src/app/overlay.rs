//! The boxes over the pane: one on another, the last one takes the keys.
//!
//! A box is a line of [`for_each_overlay`], a state that implements [`OverlayBehavior`] in a file of `app`, and a
//! drawing of that state in a file of `ui::overlay`. Neither the enum nor the dispatch to the state is written by hand.

use crossterm::event::Event;
use tui_input::Input;

use super::{
    App, AppEffect,
    action::{Action, Scope},
    answers::AnswersBox,
    arrange::{ColumnMenu, SortMenu},
    check::{CheckList, RowKept},
    copy::CopyMenu,
    difference::DifferenceBox,
    filtered_rows::FilteredRows,
    form::FormState,
    help::HelpBox,
    name_choice::NameChoiceBox,
    palette::CommandPalette,
    permissions::PermissionsBox,
    pick::PickBox,
    picker::RolePicker,
    plan_view::PlanView,
    preview::PlanPreview,
    profiles::ProfilesBox,
    quit::QuitBox,
    raw::RawBox,
    role_editor::RoleEditor,
    roles::{CompareBox, HoldersBox},
    secret::SecretVisibility,
    side_query_box::SideQueryBox,
    stage::StageView,
    story::StoryBox,
    walk::DetailsBox,
    whom::SubjectChoice,
};
use crate::directory::{Directory, ResourceRef};

/// The most lines of a plan or a check list that are freed within a step of the loop: 10,000 lines take 20 ms.
const LINES_FREED_AT_ONCE: usize = 128;

/// The boxes: a line each, with the variant of [`Overlay`] and the state. `$then` is the macro that gets the lines.
macro_rules! for_each_overlay {
    ($then:ident) => {
        $then! {
            Details(DetailsBox),
            Permissions(PermissionsBox),
            Role(RolePicker),
            Check(CheckList),
            Pick(PickBox),
            Answers(AnswersBox),
            Difference(DifferenceBox),
            Doubts(NameChoiceBox),
            RoleEditor(RoleEditor),
            Holders(HoldersBox),
            Compare(CompareBox),
            Form(FormState),
            Preview(Box<PlanPreview>),
            Plan(PlanView),
            Story(StoryBox),
            Raw(RawBox),
            Help(HelpBox),
            Palette(CommandPalette),
            Copy(CopyMenu),
            Aside(SideQueryBox),
            Secret(SecretVisibility),
            Stage(StageView),
            Sort(SortMenu),
            Columns(ColumnMenu),
            Whom(SubjectChoice),
            Quit(QuitBox),
            Profiles(ProfilesBox),
        }
    };
}
pub(crate) use for_each_overlay;

/// The behaviour of a box. The methods with a body have defaults for boxes that do not need them.
pub(super) trait OverlayBehavior {
    /// The scopes whose keys act while the box is on top, from the innermost outwards. No other key does anything to
    /// the panes and boxes beneath.
    fn scopes(&self) -> &'static [Scope];

    /// True where characters are text.
    fn is_typing(&self) -> bool {
        false
    }

    /// A key or a paste, where characters are text. `app` is the console without this box.
    fn edit(&mut self, _event: &Event, _app: &App) {}

    /// The first visible line, of a box that shows a text.
    fn scroll(&mut self) -> Option<&mut usize> {
        None
    }

    /// Moves the cursor, or the text. `app` is the console without this box.
    fn travel(&mut self, to: &CursorTravel, _app: &App) {
        if let Some(scroll) = self.scroll() {
            to.scroll(scroll);
        }
    }

    /// Goes to the choice that begins with the letter. False where letters are no choices.
    fn go_to_letter(&mut self, _letter: char) -> bool {
        false
    }

    /// Changes the row under the cursor, all rows, or the contents of the box; shows a message if nothing changes.
    /// `app` is the console without this box.
    fn adjust(&mut self, _action: Action, _app: &App) -> Result<(), RowKept> {
        Ok(())
    }

    /// Does one step of work that takes several.
    ///
    /// # Errors
    /// The work has ended, and has changed nothing.
    fn go_on(&mut self, _directory: &Directory) -> Result<(), RowKept> {
        Ok(())
    }

    /// Chooses the row under the cursor. The box was taken off the stack before.
    fn choose(self, app: &mut App, _effects: &mut Vec<AppEffect>)
    where
        Self: Sized,
        Overlay: From<Self>,
    {
        app.overlays.push(self.into());
    }

    /// False if there is no row to choose, because nothing was found.
    fn has_choice(&self, _directory: &Directory) -> bool {
        true
    }

    /// Goes one step back within the box. False if there is no such step: the box then closes.
    fn back(&mut self) -> bool {
        false
    }

    /// True if leaving the box would lose something.
    fn has_work(&self) -> bool {
        false
    }

    /// True for a box that stays open when a plan is sent or staged.
    fn outlasts_plan(&self) -> bool {
        false
    }

    /// The record that actions are about while the box is on top.
    fn subject(&self) -> OverlaySubject {
        OverlaySubject::Beneath
    }

    /// The typed text and the rows that it finds, of a box that finds records by typing.
    fn finder(&mut self) -> Option<(&Input, &mut FilteredRows)> {
        None
    }

    /// True while rows are looked through.
    fn is_looking(&self) -> bool {
        false
    }

    /// Records came or went.
    fn renew(&mut self, _directory: &Directory) {}
}

/// The record that actions are about while a box is on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OverlaySubject {
    /// The row under the cursor of the list beneath.
    Beneath,
    /// This record, and no marked one.
    Record(ResourceRef),
    /// None: it does not exist yet.
    Nothing,
}

/// A way of a cursor or of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct CursorTravel {
    /// An action that moves a cursor.
    pub(super) action: Action,
    /// The number of rows of a page.
    pub(super) page: usize,
}

impl CursorTravel {
    /// Moves the cursor of a list with so many rows.
    pub(super) fn go(&self, cursor: &mut usize, rows: usize) {
        *cursor = self.from(*cursor, rows);
    }

    /// Scrolls a text; only the drawing knows the length of the text.
    pub(super) fn scroll(&self, top: &mut usize) {
        self.go(top, usize::from(u16::MAX));
    }

    /// The row to go to.
    pub(super) fn from(&self, at: usize, rows: usize) -> usize {
        let target = match self.action {
            Action::Down => at + 1,
            Action::Up => at.saturating_sub(1),
            Action::PageDown => at + self.page,
            Action::PageUp => at.saturating_sub(self.page),
            Action::Top => 0,
            _ => rows,
        };
        target.min(rows.saturating_sub(1))
    }
}

macro_rules! define_overlay {
    ($($name:ident($state:ty),)*) => {
        /// A box over the pane; the last one takes the keys.
        #[derive(Debug)]
        #[expect(missing_docs, reason = "the states say what they are for")]
        pub enum Overlay {
            $($name($state),)*
        }

        impl Overlay {
            pub(super) fn behavior(&self) -> &dyn OverlayBehavior {
                match self {
                    $(Overlay::$name(state) => state,)*
                }
            }

            pub(super) fn behavior_mut(&mut self) -> &mut dyn OverlayBehavior {
                match self {
                    $(Overlay::$name(state) => state,)*
                }
            }

            /// Takes the row under the cursor.
            pub(super) fn choose(self, app: &mut App, effects: &mut Vec<AppEffect>) {
                match self {
                    $(Overlay::$name(state) => state.choose(app, effects),)*
                }
            }
        }

        $(impl From<$state> for Overlay {
            fn from(state: $state) -> Self {
                Overlay::$name(state)
            }
        })*
    };
}
for_each_overlay!(define_overlay);

impl App {
    /// Calls a function with the box on top, which is off the stack meanwhile.
    pub(super) fn with_top<R>(&mut self, act: impl FnOnce(&mut dyn OverlayBehavior, &App) -> R) -> Option<R> {
        let mut top = self.overlays.pop()?;
        let done = act(top.behavior_mut(), self);
        self.overlays.push(top);
        Some(done)
    }

    /// Closes the box on top; a plan or a check list of many lines is freed on another thread. False where there is no box.
    pub(super) fn close_top(&mut self, effects: &mut Vec<AppEffect>) -> bool {
        match self.overlays.pop() {
            None => return false,
            Some(Overlay::Preview(preview)) if preview.lines() > LINES_FREED_AT_ONCE => {
                effects.push(AppEffect::Discard(preview));
            }
            Some(Overlay::Check(list)) if list.wishes.len() > LINES_FREED_AT_ONCE => {
                effects.push(AppEffect::Discard(Box::new(list)));
            }
            Some(_) => {}
        }
        true
    }

    /// Closes the boxes that a plan, sent or staged, has settled.
    pub(super) fn close_settled(&mut self) {
        self.overlays.retain(|overlay| overlay.behavior().outlasts_plan());
    }
}
