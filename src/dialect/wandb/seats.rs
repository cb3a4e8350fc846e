//! Plans for seats and registry roles (docs/src/providers/wandb.md#changes-of-a-user).

use serde_json::json;

use super::people::{patch, person};
use crate::{
    dialect::{
        Hosting,
        plan_context::{PlanContext, StepDraft, refuse},
    },
    directory::{
        Id, Name, RecordKind, ResourceRef,
        census::FULL,
        change::{Change, SeatKind},
        plan::{ConfirmBy, Step, Undo},
        record::{RoleGrant, User},
        refusal::{Refusal, RefusalCode},
        seats::NONE,
    },
    scim::patch::{PatchOperation, chosen},
};

type Planned = Result<StepDraft, Refusal>;

/// The words of a note about access that outlasts the seat.
const STAYS: &str = "stays by this alone";

/// Takes out the note that access to registries stays, where the same plan ends that access.
pub(super) fn settle(steps: &mut [Step]) {
    let ended: Vec<Id> = steps
        .iter()
        .filter_map(|step| match &step.change {
            Change::SetSeat { user, seat: SeatKind::Registry | SeatKind::Weave, to } if to.is(NONE) => {
                Some(user.clone())
            }
            _ => None,
        })
        .collect();
    for step in steps {
        if step.change.person().is_some_and(|user| ended.contains(user)) {
            step.consequences.retain(|note| !note.contains(STAYS));
        }
    }
}

/// The levels of a seat.
pub(super) const LEVELS: [&str; 3] = [FULL, "viewer", NONE];

pub(super) fn set(
    case: PlanContext<'_>,
    hosting: Hosting,
    sum: Option<u64>,
    id: &Id,
    seat: SeatKind,
    to: &Name,
) -> Planned {
    let user = person(case, id)?;
    if seat == SeatKind::Registry && to.raw().trim().is_empty() || seat != SeatKind::Registry && !is_level(to) {
        return refuse(RefusalCode::InvalidValue, format!("{to} is no {}: use {}.", seat.label(), LEVELS.join(", ")));
    }
    let before = user.seat(seat).value();
    if before.is_some_and(|before| before.is(to.raw())) {
        return refuse(RefusalCode::NoChange, format!("{} has {} {to} already.", user.user_name, seat.label()));
    }
    let attribute = match seat {
        SeatKind::Models => "modelsSeat",
        SeatKind::Weave => "weaveRole",
        SeatKind::Registry => "registryAccess",
    };
    let undo = match before {
        Some(before) => Undo::By(vec![Change::SetSeat { user: id.clone(), seat, to: before.clone() }]),
        None => Undo::Never(format!("The {} before is not known, so it can't be put back.", seat.label())),
    };
    // Multi-tenant Cloud has all three.
    let is_silent = match seat {
        _ if hosting == Hosting::MultiTenant || !case.0.is_read(RecordKind::User) => false,
        SeatKind::Models | SeatKind::Weave => !shows(case, SeatKind::Models) && !shows(case, SeatKind::Weave),
        SeatKind::Registry => !shows(case, seat),
    };
    let request = patch(case, id, PatchOperation::replace(attribute, to.raw()));
    Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![ResourceRef::user(id)]))
        .note(takes(case, sum, seat, to))
        .note(registry_access(case, hosting, user, seat, to))
        .note(is_silent.then(|| too_old(seat).to_owned())))
}

/// True where a record shows such a seat.
fn shows(case: PlanContext<'_>, seat: SeatKind) -> bool {
    case.0.census().seats(seat).known > 0
}

fn is_level(to: &Name) -> bool {
    LEVELS.iter().any(|level| to.is(level))
}

fn too_old(seat: SeatKind) -> &'static str {
    match seat {
        SeatKind::Models | SeatKind::Weave => {
            "This server has shown no seats: it may be too old to change them over SCIM."
        }
        SeatKind::Registry => {
            "This server has shown nobody's Registry access: W&B has had it since 0.83.0, and in Multi-tenant Cloud \
             since June 2026."
        }
    }
}

/// The change of the access to registries, which depends on the release
/// (docs/src/providers/wandb.md#changes-of-a-user).
fn registry_access(case: PlanContext<'_>, hosting: Hosting, user: &User, seat: SeatKind, to: &Name) -> Option<String> {
    // No documented GET has it, so that only its presence decides.
    let is_own = hosting == Hosting::MultiTenant || shows(case, SeatKind::Registry);
    let other = match seat {
        SeatKind::Registry if to.is(NONE) => return None,
        SeatKind::Registry => {
            return Some(format!(
                "W&B documents only {NONE}: {to} was read from records, and sending it shows whether it can be set."
            ));
        }
        _ if !to.is(NONE) || user.registry_access.is(NONE) => return None,
        SeatKind::Models => &user.weave_role,
        SeatKind::Weave => &user.models_seat,
    };
    match (seat, is_own) {
        (SeatKind::Models, _) | (_, true) if other.is(NONE) => {
            Some("Registry access ends with it: neither a Models seat nor Weave access is left.".to_owned())
        }
        (SeatKind::Models, true) => {
            let access = user.registry_access.value().map_or_else(String::new, |access| format!(" ({access})"));
            Some(format!(
                "Registry access{access} {STAYS}: W&B takes it away only together with Weave access. “Models seat and \
                 Registry access none” ends both in one plan (set-seat USER models,registry none)."
            ))
        }
        (SeatKind::Models, false) => Some(
            "Registry access: servers before 0.83.0 take it away with the Models seat, later ones only together with Weave \
             access. This one shows nobody's Registry access, so which of the two applies is not known."
                .to_owned(),
        ),
        (SeatKind::Weave | SeatKind::Registry, _) => None,
    }
}

fn takes(case: PlanContext<'_>, sum: Option<u64>, seat: SeatKind, to: &Name) -> Option<String> {
    let product = match seat {
        SeatKind::Models => "Models seat",
        SeatKind::Weave => "Weave seat",
        SeatKind::Registry => return None,
    };
    let taken = taken(case, sum, seat).map_or_else(|| ".".to_owned(), |taken| format!("; {taken}"));
    to.is(FULL).then(|| format!("Takes a full {product}{taken}"))
}

/// How many full seats people have now, of how many where that is known. `None` where the server shows no seats.
pub(super) fn taken(case: PlanContext<'_>, sum: Option<u64>, seat: SeatKind) -> Option<String> {
    let census = case.0.census();
    let seats = census.seats(seat);
    let sum = sum.filter(|_| seat == SeatKind::Models);
    let of = sum.map_or_else(String::new, |sum| format!(" of {sum}"));
    let basis = if seats.known < census.people {
        format!(" (known for {} of {} people)", seats.known, census.people)
    } else {
        String::new()
    };
    let none_left = sum.is_some_and(|sum| seats.full as u64 >= sum);
    let refusal = if none_left { " None is left: W&B may refuse." } else { "" };
    // Without a list nobody was counted.
    (seats.known > 0 && case.0.is_read(RecordKind::User))
        .then(|| format!("taken now: {}{of}{basis}.{refusal}", seats.full))
}

pub(super) fn set_registry_role(case: PlanContext<'_>, id: &Id, registry: &Name, role: &Name) -> Planned {
    let user = person(case, id)?;
    if registry.raw().trim().is_empty() || role.raw().trim().is_empty() {
        return refuse(RefusalCode::InvalidValue, "A registry role needs a registry and a role.");
    }
    let before = grant(user, registry);
    if before.is_some_and(|before| before.role == *role) {
        return refuse(RefusalCode::NoChange, format!("{} is {role} in registry {registry} already.", user.user_name));
    }
    let undo = match before {
        Some(before) => give(id, before),
        None => Change::RemoveRegistryRole { user: id.clone(), registry: Some(registry.clone()) },
    };
    let value = json!([{"registryName": registry.raw(), "roleName": role.raw()}]);
    let request = patch(case, id, PatchOperation::add("registryRoles", value));
    let unsure =
        role.is("restricted_viewer").then(|| "W&B does not document this role for SCIM: it may refuse.".to_owned());
    Ok(StepDraft::new(vec![request], Undo::By(vec![undo]), ConfirmBy::Echo(vec![ResourceRef::user(id)]))
        .look_if(role.is("admin") || before.is_some_and(|before| before.role.is("admin")))
        .note(unsure))
}

pub(super) fn remove_registry_role(case: PlanContext<'_>, id: &Id, registry: Option<&Name>) -> Planned {
    let user = person(case, id)?;
    let gone: Vec<&RoleGrant> =
        user.registry_roles.iter().filter(|grant| registry.is_none_or(|name| grant.scope == *name)).collect();
    let op = match registry {
        _ if gone.is_empty() => {
            let place = registry.map_or_else(|| "any registry".into(), |name| format!("registry {name}"));
            return refuse(
                RefusalCode::UnknownRoles,
                format!("{} has no role in {place} that is known.", user.user_name),
            );
        }
        Some(name) => PatchOperation::remove(chosen("registryRoles", "registryName", name.raw()))
            .map_err(|error| Refusal::unsupported(error.to_string()))?,
        None => PatchOperation::remove_all("registryRoles"),
    };
    let undo = Undo::By(gone.iter().map(|grant| give(id, grant)).collect());
    let all = gone.iter().map(|grant| format!("{} ({})", grant.scope, grant.role)).collect::<Vec<_>>().join(", ");
    Ok(StepDraft::new(vec![patch(case, id, op)], undo, ConfirmBy::Reread(vec![ResourceRef::user(id)]))
        .look_if(registry.is_none() || gone.iter().any(|grant| grant.role.is("admin")))
        .note(registry.is_none().then(|| format!("Lost: {all}."))))
}

fn grant<'a>(user: &'a User, registry: &Name) -> Option<&'a RoleGrant> {
    user.registry_roles.iter().find(|grant| grant.scope == *registry)
}

fn give(user: &Id, grant: &RoleGrant) -> Change {
    Change::SetRegistryRole { user: user.clone(), registry: grant.scope.clone(), role: grant.role.clone() }
}
