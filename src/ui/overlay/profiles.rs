//! The list of profiles, and the outcome of the last test below it.

use ratatui::{Frame, layout::Rect, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing, rows,
    shell::{self, BoxFrame},
};
use crate::{
    app::{App, FailedTest, action::Action, form::ProfileDraft, profiles::ProfilesBox},
    scim::text::clean_line,
    ui::{ScreenLook, fit},
};

/// The most rows for the outcome of a test.
const TESTED: usize = 6;

impl OverlayDrawing for ProfilesBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let below = self.outcome(columns, look);
        let listed = self.profiles.len().clamp(1, height.saturating_sub(below.len()).max(1));
        let hints = if self.profiles.is_empty() {
            vec![(Action::AddProfile, "add"), (Action::Back, "back")]
        } else {
            vec![
                (Action::OpenProfile, "open"),
                (Action::AddProfile, "add"),
                (Action::CopyProfile, "copy"),
                (Action::ChangeProfile, "edit"),
                (Action::TestProfile, "test"),
                (Action::DeleteProfile, "delete"),
                (Action::Back, "back"),
            ]
        };
        let counts = fit::counted(self.profiles.len(), "profile");
        let shell = BoxFrame { title: "Profiles".into(), counts, hints, ..BoxFrame::default() };
        let inner = shell.open(frame, columns, listed + below.len(), app, look);
        let lines = if self.profiles.is_empty() {
            vec![rows::nothing("No profile is in the config file.", look)]
        } else {
            let name = |draft: &ProfileDraft| fit::width(&draft.name);
            let names = self.profiles.iter().map(name).max().unwrap_or(0).min(columns / 3);
            let shown = rows::window(self.profiles.len(), self.cursor, listed);
            shown.filter_map(|at| Some(self.row(at, self.profiles.get(at)?, (columns, names), app, look))).collect()
        };
        frame.render_widget(Paragraph::new(lines), Rect { height: (listed as u16).min(inner.height), ..inner });
        let rest = Rect { y: inner.y + listed as u16, height: inner.height.saturating_sub(listed as u16), ..inner };
        frame.render_widget(Paragraph::new(below), rest);
    }
}

impl ProfilesBox {
    fn row(
        &self,
        at: usize,
        draft: &ProfileDraft,
        (columns, names): (usize, usize),
        app: &App,
        look: &ScreenLook,
    ) -> Line<'static> {
        let is_open = app.session.profile.as_ref().is_some_and(|open| open.name == draft.name);
        let state = if is_open { "open" } else { "" };
        let (name, url) = (clean_line(&draft.name, 256), clean_line(&draft.url, 256));
        let address = if url.is_empty() { draft.number.as_str() } else { &*url };
        let key = clean_line(&draft.key, 256);
        let room = columns.saturating_sub(rows::PREFIX + names + 8 + 4 + 6);
        let cells = [
            (&*fit::elide(&name, names, look.glyphs.more), names, look.strong()),
            (draft.provider.as_str(), 8, Style::new()),
            (address, room - room / 3, Style::new()),
            (&*fit::elide(&key, room / 3, look.glyphs.more), room / 3, look.dim()),
            (state, 4, look.good()),
        ];
        rows::row(columns, at == self.cursor, &cells, look)
    }

    fn outcome(&self, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
        let Some((name, outcome)) = &self.tested else { return Vec::new() };
        let (sign, words, style) = match outcome {
            Ok(words) => (look.glyphs.done, words, look.good()),
            Err(FailedTest(why)) => (look.glyphs.failed, why, look.bad()),
        };
        let words = clean_line(&format!("{sign} {name}: {words}"), 600).into_owned();
        let lines = shell::wrapped(&words, columns.saturating_sub(1), 3, style).into_iter().take(TESTED);
        std::iter::once(Line::default()).chain(lines).collect()
    }
}
