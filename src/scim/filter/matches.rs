//! Tests a record with a filter. Knows JSON, no schema: all text compares without regard to case.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::{Map, Value};

use super::{AttrPath, CompareOp, FilterLiteral, ScimFilter};
use crate::scim::{instant, json, text::fold, urn};

impl ScimFilter {
    /// True if the record meets the filter. An attribute that is absent, `null` or empty is none of its values
    /// (RFC 7643 §2.5): only `ne`, `eq null` and `not` hold for it.
    pub fn matches(&self, record: &Value) -> bool {
        match self {
            Self::Compare(attr, op, literal) => compare(&attr.values(record), *op, literal),
            Self::Present(attr) => attr.values(record).into_iter().any(is_present),
            Self::Has(attr, inner) => attr.values(record).into_iter().any(|value| inner.matches(value)),
            Self::Not(inner) => !inner.matches(record),
            Self::And(all) => all.iter().all(|one| one.matches(record)),
            Self::Or(any) => any.iter().any(|one| one.matches(record)),
        }
    }
}

impl AttrPath {
    /// Every value that the path leads to, through arrays; `null` is left out.
    pub fn values<'a>(&self, record: &'a Value) -> Vec<&'a Value> {
        let found = match record {
            Value::Object(map) => self.lookup(map),
            // A bare entry of a list is its own `value`.
            bare if self.sub.is_none() && self.name.eq_ignore_ascii_case("value") => Some(bare),
            _ => None,
        };
        let top = found.into_iter().flat_map(entries);
        match &self.sub {
            None => top.filter(|value| !value.is_null()).collect(),
            Some(sub) => top
                .filter_map(|value| match value {
                    Value::Object(map) => json::get(map, sub),
                    bare if sub.eq_ignore_ascii_case("value") => Some(bare),
                    _ => None,
                })
                .flat_map(entries)
                .filter(|value| !value.is_null())
                .collect(),
        }
    }

    fn lookup<'a>(&self, map: &'a Map<String, Value>) -> Option<&'a Value> {
        let Some(urn) = &self.urn else { return json::get(map, &self.name) };
        if let Some(Value::Object(extension)) = json::get(map, urn) {
            return json::get(extension, &self.name);
        }
        // `urn:…:User` alone names the extension itself; the core schemas' attributes stand at the top.
        json::get(map, &format!("{urn}:{}", self.name)).or_else(|| {
            let core = urn.get(..urn::CORE.len()).is_some_and(|head| head.eq_ignore_ascii_case(urn::CORE));
            if core { json::get(map, &self.name) } else { None }
        })
    }
}

fn entries(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        one => std::slice::from_ref(one),
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare(values: &[&Value], op: CompareOp, literal: &FilterLiteral) -> bool {
    match (op, literal) {
        (CompareOp::Equal, FilterLiteral::Null) => !values.iter().any(|v| is_present(v)),
        (CompareOp::NotEqual, FilterLiteral::Null) => values.iter().any(|v| is_present(v)),
        (_, FilterLiteral::Null) => false,
        (CompareOp::NotEqual, _) => !compare(values, CompareOp::Equal, literal),
        _ => values.iter().any(|value| holds(primary(value), op, literal)),
    }
}

/// The part of a complex value that a comparison means when it names none (RFC 7644 §3.4.2.2).
fn primary(value: &Value) -> &Value {
    value.as_object().and_then(|map| json::get(map, "value")).unwrap_or(value)
}

fn holds(value: &Value, op: CompareOp, literal: &FilterLiteral) -> bool {
    let (Some(have), Some(want)) = (scalar_text(value), literal.text()) else { return false };
    match op {
        CompareOp::Contains => fold(&have).contains(&fold(&want)),
        CompareOp::StartsWith => fold(&have).starts_with(&fold(&want)),
        CompareOp::EndsWith => fold(&have).ends_with(&fold(&want)),
        CompareOp::Equal | CompareOp::NotEqual => order(value, &have, literal, &want) == Some(Ordering::Equal),
        _ if value.is_boolean() || matches!(literal, FilterLiteral::Bool(_)) => false,
        CompareOp::Greater => order(value, &have, literal, &want) == Some(Ordering::Greater),
        CompareOp::GreaterOrEqual => order(value, &have, literal, &want).is_some_and(Ordering::is_ge),
        CompareOp::Less => order(value, &have, literal, &want) == Some(Ordering::Less),
        CompareOp::LessOrEqual => order(value, &have, literal, &want).is_some_and(Ordering::is_le),
    }
}

/// As booleans where one is asked for, as numbers where either side is one, as moments where both are dates, else as text.
fn order(value: &Value, have: &str, literal: &FilterLiteral, want: &str) -> Option<Ordering> {
    if let FilterLiteral::Bool(wanted) = literal {
        return json::truth(have).map(|have| have.cmp(wanted));
    }
    if value.is_number() || matches!(literal, FilterLiteral::Number(_)) {
        return match (have.trim().parse::<i64>(), want.trim().parse::<i64>()) {
            (Ok(have), Ok(want)) => Some(have.cmp(&want)),
            _ => have.trim().parse::<f64>().ok()?.partial_cmp(&want.trim().parse::<f64>().ok()?),
        };
    }
    match (instant::from_text(have), instant::from_text(want)) {
        (Some(have), Some(want)) => Some(have.cmp(&want)),
        _ => Some(fold(have).cmp(&fold(want))),
    }
}

fn scalar_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(b) => Some(Cow::Borrowed(if *b { "true" } else { "false" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl FilterLiteral {
    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Bool(b) => Some(Cow::Borrowed(if *b { "true" } else { "false" })),
            Self::Null => None,
        }
    }
}
