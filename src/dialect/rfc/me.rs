//! The owner of the key, where the server has `/Me` (RFC 7644 §3.11). Most have not: that is an answer like any other.

use crate::{
    dialect::read::Reader,
    directory::{
        Name,
        record::ReadDepth,
        side_query::{AccountDetails, SideAnswer, SideQuery, SideQueryKind},
    },
    scim::{
        request::{Method, Request},
        tree,
    },
};

/// How to ask for it.
pub(super) fn inquiry() -> SideQuery {
    SideQuery { topic: SideQueryKind::Me, name: Name::default(), request: Request::new(Method::Get, ["Me"]) }
}

/// The answer; `None` where it is about something else, or shows no user.
pub(super) fn told(topic: &SideQueryKind, body: &[u8]) -> Option<SideAnswer> {
    if *topic != SideQueryKind::Me {
        return None;
    }
    let document = tree::parse(body).ok()?;
    let user = Reader::new(&(&document).into(), "$").ok()?.user(ReadDepth::Full).ok()?;
    let person =
        AccountDetails { id: user.id, user_name: user.user_name, email: user.email, ..AccountDetails::default() };
    Some(SideAnswer::Person(AccountDetails { name: user.display_name, ..person }))
}
