//! A request as the handlers see it: query, conditions, body, paging, the single-`eq` filter. Independent of resources.

use serde_json::Value;

use super::clock::UnixSeconds;
use super::options::DemoOptions;
use super::reply::{Refusal, etag};

/// An authorised request.
pub(super) struct AuthorisedRequest<'a> {
    pub options: &'a DemoOptions,
    /// Address of the server's SCIM root, without a trailing slash.
    pub base: &'a str,
    pub now: UnixSeconds,
    pub query: Vec<(String, String)>,
    pub if_match: Option<&'a str>,
    pub if_none_match: Option<&'a str>,
    pub body: &'a [u8],
}

impl AuthorisedRequest<'_> {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body, which must be a JSON object.
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        let value: Value = serde_json::from_slice(self.body)
            .map_err(|error| Refusal::syntax(format!("the body is not JSON: {error}")))?;
        if value.is_object() { Ok(value) } else { Err(Refusal::syntax("the body must be a JSON object")) }
    }

    /// Refuses with 412 if `If-Match` does not name the current version.
    pub(super) fn check_version(&self, current: u32) -> Result<(), Refusal> {
        let Some(wanted) = self.if_match.filter(|_| self.options.etags) else { return Ok(()) };
        if matches_tag(wanted, current) {
            return Ok(());
        }
        Err(Refusal::new(412, format!("the resource has changed: its version is {}, not {wanted}", etag(current))))
    }

    /// The version to show, if versions are shown.
    pub(super) fn shown(&self, version: u32) -> Option<u32> {
        self.options.etags.then_some(version)
    }

    /// `startIndex` (from 1) and `count` of the request, RFC 7644 section 3.4.2.4.
    pub(super) fn page(&self, default: usize, limit: usize) -> Result<(usize, usize), Refusal> {
        let start = self.number("startIndex")?.unwrap_or(1).max(1) as usize;
        let count = self.number("count")?.map_or(default, |count| count.max(0) as usize).min(limit);
        Ok((start, count))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.parameter(name)
            .map(|text| {
                text.parse().map_err(|_| Refusal::value(format!("{name} must be a whole number, not {text:?}")))
            })
            .transpose()
    }
}

/// Whether a list of entity tags names this version; weak and strong tags compare alike.
pub(super) fn matches_tag(header: &str, version: u32) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/").trim_matches('"').parse() == Ok(version))
}

/// The part of a list that belongs to a page.
pub(super) fn slice<T>(all: &[T], (start, count): (usize, usize)) -> &[T] {
    let from = (start - 1).min(all.len());
    &all[from..all.len().min(from.saturating_add(count))]
}

/// The attribute and the value of `attr eq "value"`; `None` for any other filter.
pub(super) fn equality(filter: &str) -> Option<(&str, String)> {
    let (attribute, rest) = filter.trim().split_once(' ')?;
    let (operator, value) = rest.trim_start().split_once(' ')?;
    let value = serde_json::from_str(value.trim()).ok()?;
    operator.eq_ignore_ascii_case("eq").then_some((attribute, value))
}

/// The value in `attribute[sub eq "value"]`; `None` for any other path.
pub(super) fn selected(path: &str, attribute: &str, sub: &str) -> Option<String> {
    let (head, rest) = path.split_once('[')?;
    let (named, value) = equality(rest.strip_suffix(']')?)?;
    (head.eq_ignore_ascii_case(attribute) && named.eq_ignore_ascii_case(sub)).then_some(value)
}

/// An element of a PATCH request's `Operations`.
#[derive(Debug, Clone)]
pub(super) struct PatchElement {
    pub op: String,
    pub path: Option<String>,
    pub value: Option<Value>,
}

/// The operations of a PATCH body, at least one, RFC 7644 section 3.5.2.
pub(super) fn operations(body: &Value) -> Result<Vec<PatchElement>, Refusal> {
    const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    require_schema(body, SCHEMA)?;
    let list = body.get("Operations").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Refusal::syntax("Operations must be an array of at least one operation"))?;
    list.iter().map(operation).collect()
}

fn operation(value: &Value) -> Result<PatchElement, Refusal> {
    let op = value.get("op").and_then(Value::as_str).ok_or_else(|| Refusal::syntax("an operation lacks op"))?;
    let path = match value.get("path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) => Some(path.clone()),
        Some(other) => return Err(Refusal::path(format!("path must be a string, not {other}"))),
    };
    Ok(PatchElement { op: op.to_owned(), path, value: value.get("value").cloned() })
}

/// Refuses a body whose `schemas` lacks this schema.
pub(super) fn require_schema(body: &Value, schema: &str) -> Result<(), Refusal> {
    let named =
        body.get("schemas").and_then(Value::as_array).is_some_and(|list| list.iter().any(|name| name == schema));
    if named { Ok(()) } else { Err(Refusal::syntax(format!("schemas must contain {schema:?}"))) }
}

/// A required string that is not blank.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let text = body.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text.ok_or_else(|| Refusal::value(format!("{name} is required and must be a string that is not empty")))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"userName eq "ann""#, Some(("userName", "ann")))]
    #[case(r#"  userName  EQ  "a \"b\" c" "#, Some(("userName", r#"a "b" c"#)))]
    #[case(r#"userName co "ann""#, None)]
    #[case("userName eq ann", None)]
    #[case(r#"userName eq "a" or userName eq "b""#, None)]
    #[case("userName", None)]
    fn only_one_equality_is_a_filter(#[case] filter: &str, #[case] expected: Option<(&str, &str)>) {
        assert_eq!(equality(filter).as_ref().map(|(name, value)| (*name, value.as_str())), expected);
    }

    #[rstest]
    #[case("W/\"3\"", true)]
    #[case("\"3\"", true)]
    #[case("\"1\", W/\"3\"", true)]
    #[case("*", true)]
    #[case("W/\"2\"", false)]
    #[case("W/\"33\"", false)]
    fn a_tag_matches_its_version(#[case] header: &str, #[case] matches: bool) {
        assert_eq!(matches_tag(header, 3), matches);
    }

    #[test]
    fn a_page_is_cut_out_of_the_list() {
        let all = [1, 2, 3, 4, 5];
        assert_eq!(slice(&all, (4, 3)), [4, 5]);
        assert_eq!(slice(&all, (6, 3)), [0_i32; 0]);
        assert_eq!(slice(&all, (usize::MAX, usize::MAX)), [0_i32; 0]);
    }
}
