//! Numbered users and groups with made-up names.

use serde_json::{Value, json};

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// `u0007`.
pub fn user_id(number: usize) -> String {
    format!("u{number:04}")
}

/// `user0007`.
pub fn user_name(number: usize) -> String {
    format!("user{number:04}")
}

/// A user called `user0007`, with id `u0007`.
pub fn user(number: usize) -> Value {
    named(number, &user_name(number))
}

/// The user of this number with another name.
pub fn named(number: usize, name: &str) -> Value {
    json!({
        "schemas": [USER], "id": user_id(number), "userName": name, "displayName": name.to_uppercase(), "active": true,
        "emails": [{"value": format!("{name}@example.com"), "primary": true}], "meta": meta("User"),
    })
}

/// Users 1 to `count`.
pub fn users(count: usize) -> Vec<Value> {
    (1..=count).map(user).collect()
}

/// A group with id `g0007` whose members are the users of these numbers.
pub fn group(number: usize, name: &str, members: &[usize]) -> Value {
    let members: Vec<Value> = members.iter().map(|member| json!({"value": user_id(*member)})).collect();
    json!({
        "schemas": [GROUP], "id": format!("g{number:04}"), "displayName": name, "members": members, "meta": meta("Group"),
    })
}

fn meta(kind: &str) -> Value {
    json!({"resourceType": kind, "created": "2026-01-02T03:04:05Z", "lastModified": "2026-01-02T03:04:05Z"})
}

/// A CSV that has the users of these numbers in one team.
pub fn membership_rows(team: &str, numbers: impl IntoIterator<Item = usize>) -> String {
    let rows = numbers.into_iter().map(|number| {
        let name = user_name(number);
        format!("{name},{name}@example.com,{team}\n")
    });
    "user,email,team\n".to_owned() + &rows.collect::<String>()
}
