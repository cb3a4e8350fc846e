//! Signs in a server's answers that contradict the hosting that the profile names
//! (docs/src/providers/wandb.md#hosting).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::graph::Release;
use crate::{dialect::Hosting, scim::text::clean};

/// A sentence where the release does not go with the hosting: only servers of one customer have one to tell.
pub(super) fn contradicted(hosting: Hosting, release: &Release) -> Option<String> {
    match (hosting, release) {
        (Hosting::MultiTenant, Release::Told(release)) => Some(format!(
            "The profile says multi-tenant, and the server tells its release ({}), as only Dedicated Cloud and \
             Self-Managed do. Nothing is sent until hosting in the profile is corrected.",
            clean(release)
        )),
        (Hosting::Dedicated | Hosting::SelfManaged, Release::None) => Some(format!(
            "The profile says {}, and the server has no release of its own, as W&B's Multi-tenant Cloud: there a \
             deactivation removes people for good. Nothing is sent until hosting in the profile is corrected.",
            if hosting == Hosting::Dedicated { "dedicated" } else { "self-managed" }
        )),
        (Hosting::MultiTenant, Release::None)
        | (Hosting::Dedicated | Hosting::SelfManaged, Release::Told(_))
        | (Hosting::NotTold, _) => None,
    }
}

/// Which hosting a profile without one needs, by the release that the server tells.
pub(super) fn missing(hosting: Hosting, release: Option<&Release>) -> Option<String> {
    if hosting != Hosting::NotTold {
        return None;
    }
    Some(match release {
        Some(Release::Told(release)) => format!(
            "The profile names no hosting. The server tells its release ({}), as only Dedicated Cloud and Self-Managed do: \
             set hosting = \"dedicated\" or \"self-managed\".",
            clean(release)
        ),
        Some(Release::None) => "The profile names no hosting. The server has no release of its own, as W&B's Multi-tenant \
                                Cloud: set hosting = \"multi-tenant\" if it is that; there a deactivation removes people \
                                for good."
            .to_owned(),
        None => "The profile names no hosting, and the server does not tell it: set hosting to \"multi-tenant\", \
                 \"dedicated\" or \"self-managed\"."
            .to_owned(),
    })
}

/// The attributes whose shape or value only servers of one customer have.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(borrow)]
    emails: Option<&'a RawValue>,
    #[serde(rename = "organizationRole", borrow)]
    role: Option<&'a RawValue>,
}

/// Continues "The profile says multi-tenant, and ": a shape that Multi-tenant Cloud does not have.
pub(super) fn shape_contradicted(hosting: Hosting, raw: &RawValue) -> Option<&'static str> {
    if hosting != Hosting::MultiTenant {
        return None;
    }
    let shape: Shape<'_> = serde_json::from_str(raw.get()).ok()?;
    if shape.emails.is_some_and(|emails| emails.get().starts_with('{')) {
        return Some(
            "The profile says multi-tenant, and the server writes addresses as servers of one customer did before \
             0.80.1. Nothing is sent until hosting in the profile is corrected.",
        );
    }
    let is_service = |role: &RawValue| ["\"service\"", "\"org_service\""].contains(&role.get());
    shape.role.is_some_and(is_service).then_some(
        "The profile says multi-tenant, and the server has an organisation role of its own for service accounts, as \
         only Self-Managed has. Nothing is sent until hosting in the profile is corrected.",
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Hosting::MultiTenant, Some("0.85.0"), true)]
    #[case(Hosting::MultiTenant, None, false)]
    #[case(Hosting::Dedicated, Some("0.85.0"), false)]
    #[case(Hosting::Dedicated, None, true)]
    #[case(Hosting::SelfManaged, None, true)]
    #[case(Hosting::NotTold, None, false)]
    #[case(Hosting::NotTold, Some("0.85.0"), false)]
    fn a_release_goes_with_the_servers_of_one_customer(
        #[case] hosting: Hosting,
        #[case] release: Option<&str>,
        #[case] contradicts: bool,
    ) {
        let release = release.map_or(Release::None, |release| Release::Told(release.into()));
        assert_eq!(contradicted(hosting, &release).is_some(), contradicts);
    }

    #[rstest]
    #[case(r#"{"emails":{"Value":"a@b.example"}}"#, true)]
    #[case(r#"{"emails":[{"value":"a@b.example"}]}"#, false)]
    #[case(r#"{"organizationRole":"org_service"}"#, true)]
    #[case(r#"{"organizationRole":"member"}"#, false)]
    #[case(r#"{"emails":null}"#, false)]
    fn shapes_of_other_hostings_are_seen(#[case] raw: &str, #[case] contradicts: bool) {
        let raw = RawValue::from_string(raw.into()).unwrap();
        assert_eq!(shape_contradicted(Hosting::MultiTenant, &raw).is_some(), contradicts);
        assert_eq!(shape_contradicted(Hosting::SelfManaged, &raw), None);
    }
}
