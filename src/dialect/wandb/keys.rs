//! Plans for API keys (docs/src/providers/wandb.md#operations).

use super::graph;
use crate::{
    dialect::plan_context::{PlanContext, StepDraft, refuse},
    directory::{
        Id,
        change::Change,
        plan::{ConfirmBy, Risk, Undo},
        refusal::{Refusal, RefusalCode},
        side_query::{AccountDetails, SideQueryKind},
    },
};

type Planned = Result<StepDraft, Refusal>;

/// Maximum number of keys per person (server 0.78 and later).
const MOST: usize = 100;

pub(super) fn create(case: PlanContext<'_>, key: &Id, owner: &Id, description: &str) -> Planned {
    let Some(me) = case.0.person(&SideQueryKind::Me) else {
        return refuse(
            RefusalCode::UnknownRecord,
            "Whose key is in use is not known yet: look at your own account first.",
        );
    };
    if me.id != *owner {
        return refuse(
            RefusalCode::Unsupported,
            format!(
                "W&B makes keys only for whoever asks: you are {}. For somebody else, they make it themselves, in the W&B app.",
                me.user_name
            ),
        );
    }
    if description.trim().is_empty() {
        return refuse(RefusalCode::InvalidValue, "A key needs a purpose: later it is known by that alone.");
    }
    if me.keys.as_ref().is_some_and(|keys| keys.len() >= MOST) {
        return refuse(
            RefusalCode::Limit,
            format!("{} has {MOST} keys, the most that W&B allows: delete one first.", me.user_name),
        );
    }
    let undo =
        Undo::By(vec![Change::DeleteKey { owner: owner.clone(), key: key.clone(), name: description.to_owned() }]);
    let confirm = ConfirmBy::Ask(vec![graph::inquiry(SideQueryKind::Me, case.0)?]);
    Ok(StepDraft::new(vec![graph::create_key(description)], undo, confirm)
        .risk(Risk::Look)
        .note(format!("The key is for {}, the owner of the key in use.", me.user_name))
        .note("W&B shows it once, and it is kept nowhere: put it away when it is shown.".to_owned()))
}

pub(super) fn delete(case: PlanContext<'_>, owner: &Id, key: &Id, name: &str) -> Planned {
    let topic = owner_topic(case, owner);
    let known = case.0.person(&topic).and_then(|person| person.keys.as_ref());
    if known.is_some_and(|keys| !keys.iter().any(|known| known.id == *key)) {
        return refuse(RefusalCode::UnknownRecord, format!("There is no key {name} any more."));
    }
    let never = "A deleted key can't be brought back: a new one has another secret.";
    let confirm = ConfirmBy::Ask(vec![graph::inquiry(topic, case.0)?]);
    let own = case.0.person(&SideQueryKind::Me).filter(|me| me.id == *owner);
    let user_name = own.map(|me| &me.user_name).or(case.0.user(owner).map(|user| &user.user_name));
    // A key's own name may contain characters that can't be typed.
    let typed = if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        name.to_owned()
    } else {
        user_name.map_or_else(|| "delete".to_owned(), |name| name.as_str().to_owned())
    };
    let (risk, in_use) = match known.and_then(|keys| keys.iter().find(|key| key.in_use)) {
        Some(ours) if ours.id == *key => {
            (Risk::Insist(typed), Some("This profile uses this key: nothing can be read or sent with it any more."))
        }
        Some(_) => (Risk::Type(typed), None),
        None => {
            let perhaps = "It may be the very key that this profile uses: then nothing can be sent after it.";
            (Risk::Type(typed), own.map(|_| perhaps))
        }
    };
    Ok(StepDraft::new(vec![graph::delete_key(key)], Undo::Never(never.into()), confirm)
        .risk(risk)
        .note("Whatever uses this key is locked out at once.".to_owned())
        .note(in_use.map(str::to_owned)))
}

/// The topic for the caller's own keys needs no admin.
fn owner_topic(case: PlanContext<'_>, owner: &Id) -> SideQueryKind {
    let is_owner = |me: &AccountDetails| me.id == *owner;
    if case.0.person(&SideQueryKind::Me).is_some_and(is_owner) {
        SideQueryKind::Me
    } else {
        SideQueryKind::Person(owner.clone())
    }
}
