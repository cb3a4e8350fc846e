//! The stage: changes are collected, reviewed together, and sent as one plan.

use tui_input::Input;

use super::{
    App, AppEffect, Overlay, PlanPreview,
    action::{Action, Scope},
    overlay::{CursorTravel, OverlayBehavior},
};
use crate::{
    directory::{
        Directory, Id, RecordKind,
        change::Change,
        plan::{self, Plan},
        refusal::{Refusal, RefusalCode},
        stage::{self, StageId, StagedChange},
        words,
        work::WorkerJob,
    },
    scim::text::{clean, fold, number},
};

/// The order in which the lines are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageGrouping {
    /// By the person that a line is about.
    Person,
    /// By the team that a line is about.
    Team,
    /// By the kind of change.
    Kind,
}

impl StageGrouping {
    /// The next grouping in the cycle.
    fn next(self) -> Self {
        match self {
            StageGrouping::Person => StageGrouping::Team,
            StageGrouping::Team => StageGrouping::Kind,
            StageGrouping::Kind => StageGrouping::Person,
        }
    }

    /// "by person".
    pub fn label(self) -> &'static str {
        match self {
            StageGrouping::Person => "by person",
            StageGrouping::Team => "by team",
            StageGrouping::Kind => "by kind",
        }
    }

    fn of(self, line: &StagedChange, directory: &Directory) -> String {
        let team = |id: &Id| directory.team(id).map_or_else(|| clean(id).into_owned(), |team| team.name.to_string());
        match self {
            StageGrouping::Person if line.change.person().is_some() => line.words.subject.clone(),
            StageGrouping::Person => String::new(),
            StageGrouping::Team => match &line.change {
                Change::CreateTeam { name, .. } => clean(name).into_owned(),
                change => change.team().map(team).unwrap_or_default(),
            },
            StageGrouping::Kind => words::phrase(line.change.verb()).to_owned(),
        }
    }

    /// The heading of lines about no person, or about no team.
    fn rest(self) -> &'static str {
        match self {
            StageGrouping::Person => "nobody in particular",
            StageGrouping::Team => "no team",
            StageGrouping::Kind => "",
        }
    }
}

/// A row of the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageRow {
    /// A heading, and the number of lines under it.
    Group(String, usize),
    /// Index into [`super::state::SendingState::stage`].
    Line(usize),
}

/// State of the box.
#[derive(Debug)]
pub struct StageView {
    /// The grouping of the lines.
    pub grouping: StageGrouping,
    /// Headings and lines.
    pub rows: Vec<StageRow>,
    /// Index into `rows`.
    pub cursor: usize,
    /// The person was told that pressing the same key again drops all lines.
    clearing: bool,
}

impl StageView {
    fn new(grouping: StageGrouping, lines: &[StagedChange], directory: &Directory) -> Self {
        let mut view = Self { grouping, rows: Vec::new(), cursor: 0, clearing: false };
        view.group(lines, directory);
        // The cursor begins on the first line, not on the first heading.
        view.cursor = 1.min(view.rows.len().saturating_sub(1));
        view
    }

    fn group(&mut self, lines: &[StagedChange], directory: &Directory) {
        let name = |(at, line): (usize, &StagedChange)| {
            let name = self.grouping.of(line, directory);
            (name.is_empty(), fold(&name), name, at)
        };
        let mut named: Vec<_> = lines.iter().enumerate().map(name).collect();
        named.sort_unstable();
        self.rows.clear();
        for group in named.chunk_by(|one, other| one.1 == other.1) {
            let (rest, _, name, _) = &group[0];
            let name = if *rest { self.grouping.rest().to_owned() } else { name.clone() };
            self.rows.push(StageRow::Group(name, group.len()));
            self.rows.extend(group.iter().map(|(.., at)| StageRow::Line(*at)));
        }
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }

    /// The indexes of the lines under the cursor: a single line, or all lines of a heading.
    fn selected(&self) -> Vec<usize> {
        match self.rows.get(self.cursor) {
            Some(StageRow::Line(at)) => vec![*at],
            Some(StageRow::Group(_, lines)) => {
                let line = |row: &StageRow| if let StageRow::Line(at) = row { Some(*at) } else { None };
                self.rows.iter().skip(self.cursor + 1).take(*lines).filter_map(line).collect()
            }
            None => Vec::new(),
        }
    }
}

/// "1 change", "12 changes".
fn changes(count: usize) -> String {
    if count == 1 { "1 change".into() } else { format!("{} changes", number(count)) }
}

impl OverlayBehavior for StageView {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Stage, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, self.rows.len());
    }
}

impl App {
    pub(super) fn on_stage_key(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        if let Some(Overlay::Stage(view)) = self.overlays.last_mut()
            && action != Action::ClearStage
        {
            view.clearing = false;
        }
        match action {
            Action::StageMode => self.turn_staging(),
            Action::ShowStage => self.show_stage(effects),
            Action::ToStage => self.stage_preview(effects),
            Action::NextGrouping => {
                if let Some(Overlay::Stage(view)) = self.overlays.last_mut() {
                    *view = StageView::new(view.grouping.next(), &self.sending.stage, &self.directory);
                }
            }
            Action::DropStaged => self.drop_staged(effects),
            Action::ClearStage => self.clear_stage(effects),
            _ => self.look_at_stage(effects),
        }
    }

    fn turn_staging(&mut self) {
        self.sending.staging = !self.sending.staging;
        let key = self.keymap.label(Action::ShowStage).unwrap_or_default();
        self.say(match (self.sending.staging, self.sending.stage.len()) {
            (true, _) => format!("Edits go to the stage from now on; nothing is sent. {key} shows it."),
            (false, 0) => "Edits are sent again.".into(),
            (false, left) => format!("Edits are sent again. {} on the stage: {key} shows it.", changes(left)),
        });
    }

    pub(super) fn show_stage(&mut self, effects: &mut Vec<AppEffect>) {
        // Another console may have changed the stage.
        effects.push(AppEffect::Work(WorkerJob::Stage(Vec::new())));
        let view = StageView::new(StageGrouping::Person, &self.sending.stage, &self.directory);
        self.overlays.push(Overlay::Stage(view));
    }

    /// Puts the previewed plan on the stage instead of sending it.
    fn stage_preview(&mut self, effects: &mut Vec<AppEffect>) {
        match self.overlays.pop() {
            Some(Overlay::Preview(mut preview)) => {
                preview.plan.reason = plan::reason(preview.reason.value());
                self.put_on_stage(preview.plan, effects);
            }
            other => self.overlays.extend(other),
        }
    }

    /// Puts the possible changes on the stage, and reports the others.
    pub(super) fn put_on_stage(&mut self, plan: Plan, effects: &mut Vec<AppEffect>) {
        let at = self.now;
        let (unnamed, steps): (Vec<_>, Vec<_>) =
            plan.steps.into_iter().partition(|step| stage::unnamed(&step.change).is_some());
        let why = plan.refused.into_iter().map(|(_, why)| why.text).next();
        let why = why.or_else(|| {
            let created = unnamed.first().map(|step| &step.words.subject)?;
            Some(format!("{created}: what is being created has no id yet; stage this once it is confirmed."))
        });
        let line = |step: plan::Step| StagedChange {
            id: StageId::default(),
            at,
            change: step.change,
            words: step.words,
            reason: plan.reason.clone(),
        };
        let lines: Vec<StagedChange> = steps.into_iter().map(line).collect();
        let put = match lines.as_slice() {
            [] => String::new(),
            [one] => format!("On the stage: {}: {}", one.words.subject, one.words.text("→")),
            many => format!("{} on the stage.", changes(many.len())),
        };
        match why {
            Some(why) => self.fail(format!("{put} {why}").trim()),
            None => self.say(put),
        }
        if !lines.is_empty() {
            self.close_settled();
            effects.push(AppEffect::Work(WorkerJob::Stage(lines)));
        }
    }

    fn drop_staged(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(Overlay::Stage(view)) = self.overlays.last() else { return };
        let ids: Vec<StageId> =
            view.selected().iter().filter_map(|at| self.sending.stage.get(*at)).map(|line| line.id).collect();
        if !ids.is_empty() {
            self.say(format!("{} dropped.", changes(ids.len())));
            effects.push(AppEffect::Work(WorkerJob::Unstage(ids)));
        }
    }

    fn clear_stage(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(Overlay::Stage(view)) = self.overlays.last_mut() else { return };
        if self.sending.stage.is_empty() {
            return;
        }
        let (count, key) =
            (changes(self.sending.stage.len()), self.keymap.label(Action::ClearStage).unwrap_or_default());
        if std::mem::replace(&mut view.clearing, true) {
            view.clearing = false;
            effects.push(AppEffect::Work(WorkerJob::Unstage(self.sending.stage.iter().map(|line| line.id).collect())));
            self.say(format!("{count} dropped."));
        } else {
            self.say(format!("{key} again drops {count}."));
        }
    }

    /// Plans the stage's lines against the present directory.
    fn look_at_stage(&mut self, effects: &mut Vec<AppEffect>) {
        if self.sending.stage.is_empty() {
            return self.say("The stage is empty.");
        }
        let (mut lines, mut refused) = (Vec::new(), Vec::new());
        for line in self.sending.stage.clone() {
            let why = match stage::gone(&line.change, &self.directory) {
                Some(target) => Some(Refusal::new(RefusalCode::UnknownRecord, self.gone(target.kind))),
                None => plan::already(&line.change, &self.directory)
                    .then(|| Refusal::new(RefusalCode::NoChange, "It is so already.")),
            };
            match why {
                Some(why) => refused.push((line.words, why)),
                // The provisional id of a record from an earlier session may belong to another record in this session.
                None => lines.push(StagedChange { change: line.change.renewed(self.next_id().provisional()), ..line }),
            }
        }
        let changes = lines.iter().map(|line| line.change.clone()).collect();
        self.draft(changes, effects, move |app, mut plan, _| {
            plan.refused.extend(refused);
            plan.title = words::title(&plan, &[], &app.directory, app.holds());
            let reason = Input::new(stage::reasons(&lines));
            let preview = PlanPreview { staged: lines, reason, ..PlanPreview::new(plan) };
            app.overlays.push(Overlay::Preview(Box::new(preview)));
        });
    }

    /// The reason why a line of the stage can't be sent any more.
    pub fn gone(&self, kind: RecordKind) -> String {
        let one = match kind {
            RecordKind::User => "user".into(),
            RecordKind::Team => self.word("team"),
            RecordKind::Role => "role".into(),
        };
        format!("The {one} is not in the directory any more.")
    }

    pub(super) fn on_staged(&mut self, lines: Vec<StagedChange>) {
        let first = self.sending.stage.is_empty()
            && !self.sending.staging
            && self.overlays.is_empty()
            && self.screen.message.is_none();
        self.sending.stage = lines;
        if first && !self.sending.stage.is_empty() {
            let key = self.keymap.label(Action::ShowStage).unwrap_or_default();
            let (count, wait) =
                (self.sending.stage.len(), if self.sending.stage.len() == 1 { "waits" } else { "wait" });
            self.say(format!("{} {wait} on the stage: {key} shows it.", changes(count)));
        }
        for overlay in &mut self.overlays {
            if let Overlay::Stage(view) = overlay {
                view.group(&self.sending.stage, &self.directory);
            }
        }
    }
}
