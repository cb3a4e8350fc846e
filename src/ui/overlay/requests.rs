//! The exact requests of a plan.

use ratatui::text::{Line, Span};
use serde_json::Value;

use super::{
    json, shell,
    text::{self, TextBox},
};
use crate::{
    app::{App, PlanPreview, PlanText, action::Action},
    directory::plan::Step,
    scim::{
        request::{ApiKind, Method, Request},
        text::clean_line,
    },
    ui::{
        ScreenLook,
        fit::{count, counted},
    },
};

/// Plans of more steps than this show a sentence in their place: nobody reads them, and each frame would pay for them.
const MOST: usize = 500;

/// The box.
pub fn text(preview: &PlanPreview, app: &App, look: &ScreenLook) -> TextBox {
    let columns = text::columns(app);
    let steps = match preview.text {
        Some(PlanText::StepRequests(at)) => preview.plan.steps.get(at..=at).unwrap_or_default(),
        _ => &preview.plan.steps,
    };
    let mut lines = Vec::new();
    for step in steps.iter().take(MOST) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(of_step(step, columns, look));
    }
    if steps.len() > MOST {
        let rest = format!("{} and {} more changes of these kinds", look.glyphs.more, count(steps.len() - MOST));
        lines.push(Line::styled(rest, look.dim()));
    }
    TextBox {
        title: preview.plan.title.clone(),
        right: counted(steps.iter().map(|step| step.requests.len()).sum::<usize>(), "request"),
        lines,
        scroll: preview.top,
        hints: hints(preview),
        ..TextBox::default()
    }
}

/// A confirming text is typed under the words, so nothing can be sent from here while one is needed.
fn hints(preview: &PlanPreview) -> Vec<(Action, &'static str)> {
    let send = (!preview.typing).then_some((Action::Send, "send"));
    let rest = [(Action::Requests, "in words"), (Action::Down, "scroll"), (Action::Back, "back")];
    send.into_iter().chain(rest).collect()
}

fn of_step(step: &Step, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let words = format!("{}: {}", step.words.subject, step.words.text(look.glyphs.arrow));
    let mut lines = shell::wrapped(&clean_line(&words, 512), columns, 0, look.dim());
    if step.requests.is_empty() {
        lines.push(Line::raw("nothing is sent"));
    }
    for request in &step.requests {
        lines.extend(of_request(request, columns, look));
        for other in &request.otherwise {
            let words = "where the server does not know this form (501, 405), in its place:";
            lines.extend(shell::wrapped(words, columns, 0, look.dim()));
            lines.extend(of_request(other, columns, look));
        }
    }
    if let Some(completion) = &step.completion {
        let words = "where the server has left members out, for those:";
        lines.extend(shell::wrapped(words, columns, 0, look.dim()));
        lines.extend(of_request(completion, columns, look));
    }
    lines
}

fn of_request(request: &Request, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let mut lines = shell::wrapped(&clean_line(&request.to_string(), 4096), columns, 0, look.strong());
    if let Some(first) = lines.first_mut() {
        // The method stands out: it tells a look from a deletion.
        let text = first.to_string();
        let (method, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
        *first = Line::from(vec![
            Span::styled(method.to_owned(), look.accent()),
            Span::styled(rest.to_owned(), look.strong()),
        ]);
    }
    if let Some(version) = &request.if_match {
        lines.extend(shell::wrapped(&format!("If-Match: {}", clean_line(version, 512)), columns, 0, look.dim()));
    }
    for (name, value) in &request.headers {
        lines.extend(shell::wrapped(&clean_line(&format!("{name}: {value}"), 512), columns, 0, look.dim()));
    }
    if request.merge {
        let words = match (request.operations.is_some(), request.method) {
            (false, _) => "the whole record, as it is then, with this applied:",
            (true, Method::Put) => "as of now; its members are computed again when it is sent:",
            (true, _) => "as of now; computed again when it is sent, from the record as it is then:",
        };
        lines.extend(shell::wrapped(words, columns, 0, look.dim()));
    }
    if request.api == ApiKind::Graph {
        lines.extend(of_operation(request.body.as_ref(), columns, look));
    } else if let Some(pretty) = request.body.as_ref().and_then(|body| serde_json::to_string_pretty(body).ok()) {
        lines.extend(json::lines(&pretty, columns, look));
    }
    lines
}

/// The variables of a GraphQL request, then its document, which is the same for each operation.
fn of_operation(body: Option<&Value>, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let part = |name: &str| body.and_then(|body| body.get(name));
    let variables = part("variables").and_then(|variables| serde_json::to_string_pretty(variables).ok());
    let mut lines = json::lines(&variables.unwrap_or_default(), columns, look);
    let document = part("query").and_then(Value::as_str).unwrap_or_default();
    lines.extend(shell::wrapped(&clean_line(document, 4096), columns, 0, look.dim()));
    lines
}
