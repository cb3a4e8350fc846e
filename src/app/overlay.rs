//! The boxes over the pane: one on another, the last one takes the keys.

use tui_input::Input;

use super::{
    action::Scope, arrange, check, compare, copy, difference, form, name_choice, palette, pick, picker, plan_view,
    role_editor, secret, side_query_box, stage, whom,
};
use crate::directory::{
    Id, Name, RecordKind, ResourceRef,
    change::ChangeId,
    plan::{Plan, PlanFact, Risk},
    side_query::SideQueryKind,
    stage::StagedChange,
};
use crate::scim::failure::Failure;

/// The plan before it is sent.
#[derive(Debug)]
pub struct PlanPreview {
    /// The plan that would be sent.
    pub plan: Plan,
    /// The lines of the stage that it was drawn up from; none where it comes from elsewhere.
    pub staged: Vec<StagedChange>,
    /// The typed text, where the plan asks for one.
    pub typed: Input,
    /// The care that the plan asks for: [`Plan::risk`] goes through all steps, and is asked several times a frame.
    pub risk: Risk,
    /// Letters go to the text that is asked for.
    pub typing: bool,
    /// The reason or ticket, kept in the journal.
    pub reason: Input,
    /// Letters go to the reason.
    pub reasoning: bool,
    /// The exact requests that are shown instead of words.
    pub requests: Option<ShownRequests>,
    /// The names of those who were meant, too, and need nothing.
    pub needless: Vec<Name>,
    /// Facts about the steps, the gravest first.
    pub facts: Vec<PlanFact>,
    /// How many of the plan's notes, from the first, are grave.
    pub grave_notes: usize,
    /// The places of the steps, in the order in which they are shown.
    pub(super) order: Vec<usize>,
    /// Line with the cursor, in the order in which they are shown.
    pub cursor: usize,
    /// First line on screen: of the requests, or of the text about the only line.
    pub top: usize,
}

impl PlanPreview {
    /// A plan to be looked at.
    pub fn new(plan: Plan) -> Self {
        let mut preview = Self {
            plan,
            staged: Vec::new(),
            typed: Input::default(),
            risk: Risk::Plain,
            typing: false,
            reason: Input::default(),
            reasoning: false,
            requests: None,
            needless: Vec::new(),
            facts: Vec::new(),
            grave_notes: 0,
            order: Vec::new(),
            cursor: 0,
            top: 0,
        };
        preview.weigh();
        preview
    }

    /// Weighs the risk anew after a change of the plan.
    pub(super) fn weigh(&mut self) {
        let before = std::mem::replace(&mut self.risk, self.plan.risk());
        (self.facts, self.grave_notes) = (self.plan.facts(), self.plan.grave_notes());
        self.order = self.plan.shown_order();
        if self.risk != before {
            self.typing = self.risk.typed().is_some() && !self.plan.steps.is_empty();
        }
    }

    /// True if the text that is asked for is there, or none is.
    pub fn is_confirmed(&self) -> bool {
        self.risk.typed().is_none_or(|text| text == self.typed.value().trim())
    }

    /// True where the reason has a row: it is typed, or given.
    pub fn has_reason(&self) -> bool {
        self.reasoning || !self.reason.value().is_empty()
    }

    /// The step of the line that is shown here; none where it is a refused one, or one that needs nothing.
    pub fn step_at(&self, line: usize) -> Option<usize> {
        self.order.get(line).copied()
    }

    /// The number of lines: steps, refused changes, and those who need nothing.
    pub fn lines(&self) -> usize {
        self.plan.steps.len() + self.plan.refused.len() + self.needless.len()
    }

    /// True if the plan is one line: there is nothing to go through but its text.
    pub fn is_alone(&self) -> bool {
        self.plan.steps.len() == 1 && self.lines() == 1
    }
}

/// The lines whose exact requests are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownRequests {
    /// The requests of all lines.
    All,
    /// The requests of the line at this index.
    Line(usize),
}

/// A box over the pane; the last one takes the keys.
#[derive(Debug)]
pub enum Overlay {
    /// Details of a record.
    Details {
        /// The record.
        target: ResourceRef,
        /// Lines scrolled away.
        scroll: usize,
        /// Index of the link with the cursor.
        cursor: Option<usize>,
    },
    /// The permissions of a user, team by team.
    Permissions {
        /// The user's id.
        user: Id,
        /// The permission that is asked about.
        typed: Input,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// The role picker.
    Role(picker::RolePicker),
    /// A check list.
    Check(check::CheckList),
    /// The box that asks for another record.
    Pick(pick::PickBox),
    /// The differences between a file and the directory, with ticks.
    Difference(difference::DifferenceBox),
    /// Names of a list that belong to nobody.
    Doubts(name_choice::NameChoiceBox),
    /// The permissions of a role.
    RoleEditor(role_editor::RoleEditor),
    /// The holders of a role.
    Holders {
        /// The role's id.
        role: Id,
        /// Line with the cursor.
        cursor: usize,
    },
    /// Two roles side by side.
    Compare {
        /// The two roles.
        sides: [compare::Side; 2],
        /// Lines scrolled away.
        scroll: usize,
    },
    /// A form.
    Form(form::FormState),
    /// The plan before it is sent.
    Preview(Box<PlanPreview>),
    /// A plan that was sent.
    Plan(plan_view::PlanView),
    /// A change with everything that happened to it.
    Story {
        /// The change's id.
        id: ChangeId,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// The resource as the server gave it.
    Raw {
        /// The resource.
        target: ResourceRef,
        /// `None` while it is being fetched.
        text: Option<Result<String, Failure>>,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// Keys.
    Help {
        /// Lines scrolled away.
        scroll: usize,
    },
    /// Actions by name.
    Palette(palette::CommandPalette),
    /// The menu of texts to copy.
    Copy(copy::CopyMenu),
    /// The answer to a question beside the lists.
    Aside(side_query_box::SideQueryBox),
    /// A secret that the server shows once.
    Secret(secret::SecretVisibility),
    /// The changes that wait on the stage.
    Stage(stage::StageView),
    /// The menu that asks for the column to sort by.
    Sort(arrange::SortMenu),
    /// The menu that asks for the columns to show.
    Columns(arrange::ColumnMenu),
    /// The question whether an action is about the row under the cursor or the marked ones.
    Whom(whom::SubjectChoice),
    /// The question whether to quit although some change is not confirmed.
    Quit,
}

impl Overlay {
    /// The scopes whose keys act while the box is on top, from the innermost outwards. No other key does anything to
    /// the panes and boxes beneath.
    pub fn scopes(&self) -> &'static [Scope] {
        use Scope as S;
        match self {
            Overlay::Role(_) | Overlay::Pick(_) => &[S::Picker, S::Global],
            Overlay::Palette(_) => &[S::Command, S::Picker, S::Global],
            Overlay::Columns(_) => &[S::Columns, S::Global],
            Overlay::Sort(_) | Overlay::Copy(_) | Overlay::Holders { .. } | Overlay::Whom(_) => &[S::Picker, S::Global],
            Overlay::Difference(_) => &[S::Difference, S::Check, S::Global],
            Overlay::Doubts(_) => &[S::Doubts, S::Global],
            Overlay::Check(_) => &[S::Check, S::Global],
            Overlay::RoleEditor(_) => &[S::Editor, S::Check, S::Roles, S::Global],
            Overlay::Form(_) => &[S::Form, S::Global],
            Overlay::Preview(_) => &[S::Preview, S::Global],
            Overlay::Stage(_) => &[S::Stage, S::Global],
            Overlay::Quit => &[S::Quit, S::Global],
            Overlay::Details { target, .. } => match target.kind {
                RecordKind::User => &[S::Details, S::Users, S::Record, S::Work, S::Global],
                RecordKind::Team => &[S::Details, S::Teams, S::Record, S::Work, S::Global],
                RecordKind::Role => &[S::Details, S::Roles, S::Record, S::Work, S::Global],
            },
            Overlay::Permissions { .. } => &[S::Users, S::Work, S::Global],
            Overlay::Plan(_) => &[S::Plan, S::Activity, S::Sending, S::Work, S::Global],
            Overlay::Story { .. } => &[S::Activity, S::Sending, S::Work, S::Global],
            Overlay::Aside(aside) => match aside.topic {
                SideQueryKind::Roster(_) => &[S::Invitations, S::Work, S::Global],
                SideQueryKind::Me | SideQueryKind::Person(_) => &[S::Account, S::Work, S::Global],
                SideQueryKind::Resource(_) => &[S::Attributes, S::Work, S::Global],
                SideQueryKind::Organisations
                | SideQueryKind::Settings
                | SideQueryKind::Schemas
                | SideQueryKind::Types => &[S::Work, S::Global],
            },
            Overlay::Raw { .. } => &[S::Record, S::Work, S::Global],
            Overlay::Compare { .. } => &[S::Work, S::Global],
            Overlay::Help { .. } => &[S::Help, S::Global],
            Overlay::Secret(_) => &[S::Secret],
        }
    }

    /// True where characters are text.
    pub fn is_typing(&self) -> bool {
        match self {
            Overlay::Role(_)
            | Overlay::Check(_)
            | Overlay::Pick(_)
            | Overlay::Difference(_)
            | Overlay::RoleEditor(_)
            | Overlay::Form(_)
            | Overlay::Permissions { .. }
            | Overlay::Palette(_) => true,
            Overlay::Preview(preview) => (preview.typing || preview.reasoning) && preview.requests.is_none(),
            Overlay::Details { .. }
            | Overlay::Doubts(_)
            | Overlay::Holders { .. }
            | Overlay::Compare { .. }
            | Overlay::Plan(_)
            | Overlay::Story { .. }
            | Overlay::Raw { .. }
            | Overlay::Help { .. }
            | Overlay::Copy(_)
            | Overlay::Aside(_)
            | Overlay::Secret(_)
            | Overlay::Stage(_)
            | Overlay::Sort(_)
            | Overlay::Columns(_)
            | Overlay::Whom(_)
            | Overlay::Quit => false,
        }
    }

    /// True if leaving the box would lose something.
    pub(super) fn has_work(&self) -> bool {
        match self {
            Overlay::Form(form) => form.has_work(),
            Overlay::Check(list) => list.has_work(),
            Overlay::Difference(difference) => difference.has_work(),
            Overlay::Doubts(doubts) => doubts.has_work(),
            Overlay::RoleEditor(editor) => editor.has_work(),
            Overlay::Role(_)
            | Overlay::Pick(_)
            | Overlay::Palette(_)
            | Overlay::Preview(_)
            | Overlay::Details { .. }
            | Overlay::Permissions { .. }
            | Overlay::Holders { .. }
            | Overlay::Compare { .. }
            | Overlay::Plan(_)
            | Overlay::Story { .. }
            | Overlay::Raw { .. }
            | Overlay::Help { .. }
            | Overlay::Copy(_)
            | Overlay::Aside(_)
            | Overlay::Secret(_)
            | Overlay::Stage(_)
            | Overlay::Sort(_)
            | Overlay::Columns(_)
            | Overlay::Whom(_)
            | Overlay::Quit => false,
        }
    }
}
