//! The owner of the key, where the server has `/Me` (RFC 7644 §3.11). Most have not: that is an answer like any other.

use crate::{
    dialect::read::Reader,
    directory::{
        Name,
        aside::{Inquiry, Person, Told, Topic},
        record::Depth,
    },
    scim::{
        request::{Method, Request},
        tree,
    },
};

/// How to ask for it.
pub(super) fn inquiry() -> Inquiry {
    Inquiry { topic: Topic::Me, name: Name::default(), request: Request::new(Method::Get, ["Me"]) }
}

/// The answer; `None` where it is about something else, or shows no user.
pub(super) fn told(topic: &Topic, body: &[u8]) -> Option<Told> {
    if *topic != Topic::Me {
        return None;
    }
    let document = tree::parse(body).ok()?;
    let user = Reader::new(&document, "$").ok()?.user(Depth::Full).ok()?;
    let person = Person { id: user.id, user_name: user.user_name, email: user.email, ..Person::default() };
    Some(Told::Person(Person { name: user.display_name, ..person }))
}
