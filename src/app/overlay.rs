//! What lies over the pane: one box on another, the last one takes the keys.

use tui_input::Input;

use super::{
    aside, check, compare, copy, difference, doubts, form, palette, pick, picker, plan_view, role_editor, secret, stage,
};
use crate::directory::{
    Id, Target,
    change::ChangeId,
    plan::{Plan, Risk},
    stage::Staged,
};
use crate::scim::failure::Failure;

/// The plan before it is sent.
#[derive(Debug)]
pub struct Preview {
    /// What would be sent.
    pub plan: Plan,
    /// The lines of the stage that it was drawn up from; none where it comes from elsewhere.
    pub staged: Vec<Staged>,
    /// What is typed where a text is asked for.
    pub typed: Input,
    /// How carefully to look at it: [`Plan::risk`] goes through all steps, and is asked several times a frame.
    pub risk: Risk,
    /// The exact requests instead of words.
    pub requests: bool,
    /// Line with the cursor.
    pub cursor: usize,
    /// First line on screen: of the requests, or of the text about the only line.
    pub top: usize,
}

impl Preview {
    /// A plan to be looked at.
    pub fn new(plan: Plan) -> Self {
        let risk = plan.risk();
        Self { plan, staged: Vec::new(), typed: Input::default(), risk, requests: false, cursor: 0, top: 0 }
    }

    /// True if the plan is one line: there is nothing to go through but its text.
    pub fn is_alone(&self) -> bool {
        self.plan.steps.len() == 1 && self.plan.refused.is_empty()
    }
}

/// What lies over the pane; the last one takes the keys.
#[derive(Debug)]
pub enum Overlay {
    /// Details of a record.
    Details {
        /// Which.
        target: Target,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// What a user may do, team by team.
    Permissions {
        /// Who.
        user: Id,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// The role picker.
    Role(picker::RolePicker),
    /// A check list.
    Check(check::CheckList),
    /// Which other one?
    Pick(pick::Pick),
    /// What differs, with ticks.
    Difference(difference::Difference),
    /// Names of a list that are nobody's.
    Doubts(doubts::Doubts),
    /// The permissions of a role.
    RoleEditor(role_editor::RoleEditor),
    /// Who holds a role.
    Holders {
        /// Which.
        role: Id,
        /// Line with the cursor.
        cursor: usize,
    },
    /// Two roles side by side.
    Compare {
        /// Which.
        sides: [compare::Side; 2],
        /// Lines scrolled away.
        scroll: usize,
    },
    /// A form.
    Form(form::Form),
    /// The plan before it is sent.
    Preview(Box<Preview>),
    /// A plan that was sent.
    Plan(plan_view::PlanView),
    /// One change with everything that happened to it.
    Story {
        /// Which.
        id: ChangeId,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// The resource as the server gave it.
    Raw {
        /// Which.
        target: Target,
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
    Palette(palette::Palette),
    /// What to copy.
    Copy(copy::CopyMenu),
    /// What is told beside the lists.
    Aside(aside::Aside),
    /// A secret that the server shows once.
    Secret(secret::Shown),
    /// What waits on the stage.
    Stage(stage::StageView),
    /// Quit although something is not confirmed?
    Quit,
}
