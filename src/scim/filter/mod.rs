//! Filters (RFC 7644 §3.4.2.2): the tree, its canonical text, reading it and testing records with it.
//!
//! Knows the grammar and JSON, no schema and no server. Records of any shape can be tested, so that a server's answers
//! to a filter can be checked here.

mod matches;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Number;

pub use parse::is_name;
pub use parse::parse;

/// The deepest nesting of parentheses, `not` and brackets that the parser reads.
pub const DEEPEST: usize = 64;

/// A filter expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ScimFilter {
    /// `attr op value`.
    Compare(AttrPath, CompareOp, FilterLiteral),
    /// `attr pr`: the attribute is present and not empty.
    Present(AttrPath),
    /// `attr[filter]`: a single value of a multi-valued attribute meets the whole filter.
    Has(AttrPath, Box<ScimFilter>),
    /// `not (filter)`.
    Not(Box<ScimFilter>),
    /// `a and b`: every one of two or more filters matches.
    And(Vec<ScimFilter>),
    /// `a or b`: at least one of two or more filters matches.
    Or(Vec<ScimFilter>),
}

/// The comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `eq`.
    Equal,
    /// `ne`: no value is equal.
    NotEqual,
    /// `co`.
    Contains,
    /// `sw`.
    StartsWith,
    /// `ew`.
    EndsWith,
    /// `gt`; later, for dates.
    Greater,
    /// `ge`.
    GreaterOrEqual,
    /// `lt`; earlier, for dates.
    Less,
    /// `le`.
    LessOrEqual,
}

/// The value in a comparison: any JSON value but arrays and objects.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterLiteral {
    /// `"text"`.
    Text(String),
    /// `12.5`.
    Number(Number),
    /// `true`.
    Bool(bool),
    /// `null`.
    Null,
}

/// `urn:…:User:name.familyName`: an attribute, with an optional schema and an optional sub-attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttrPath {
    /// The schema's URN, without the colon that ends it.
    pub urn: Option<String>,
    /// The attribute's name.
    pub name: String,
    /// The sub-attribute's name.
    pub sub: Option<String>,
}

/// A filter that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the filter can't be read at position {}: {why}", at + 1)]
pub struct FilterError {
    /// The byte of the text at which reading failed, from 0.
    pub at: usize,
    /// The expected text at that byte.
    pub why: String,
}

impl ScimFilter {
    /// `attr eq "text"`, the one filter that nearly every server knows.
    pub fn equal(attr: AttrPath, text: impl Into<String>) -> Self {
        Self::Compare(attr, CompareOp::Equal, FilterLiteral::Text(text.into()))
    }

    /// The text of one operand of `and` (or of `or`, where `and` needs no parentheses).
    fn operand(&self, f: &mut fmt::Formatter<'_>, within_and: bool) -> fmt::Result {
        match self {
            Self::Or(_) => write!(f, "({self})"),
            Self::And(_) if within_and => write!(f, "({self})"),
            _ => write!(f, "{self}"),
        }
    }
}

impl AttrPath {
    /// An attribute without a schema; a dot separates it from its sub-attribute (`emails.value`).
    pub fn new(name: &str) -> Self {
        let (name, sub) = match name.split_once('.') {
            Some((name, sub)) => (name, Some(sub.to_owned())),
            None => (name, None),
        };
        Self { urn: None, name: name.into(), sub }
    }
}

impl CompareOp {
    const ALL: [Self; 9] = [
        Self::Equal,
        Self::NotEqual,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
    ];

    /// The operator as filters write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Contains => "co",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }
}

impl fmt::Display for ScimFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(attr, op, value) => write!(f, "{attr} {} {value}", op.as_str()),
            Self::Present(attr) => write!(f, "{attr} pr"),
            Self::Has(attr, inner) => write!(f, "{attr}[{inner}]"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::And(all) => joined(f, all, " and ", true),
            Self::Or(any) => joined(f, any, " or ", false),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, operands: &[ScimFilter], word: &str, within_and: bool) -> fmt::Result {
    for (i, operand) in operands.iter().enumerate() {
        if i > 0 {
            f.write_str(word)?;
        }
        operand.operand(f, within_and)?;
    }
    Ok(())
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(f, "{urn}:")?;
        }
        f.write_str(&self.name)?;
        self.sub.as_ref().map_or(Ok(()), |sub| write!(f, ".{sub}"))
    }
}

impl fmt::Display for FilterLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Null => f.write_str("null"),
        }
    }
}
