//! Filters of RFC 7644 section 3.4.2.2, without value paths: comparisons joined by `and`, `or`, `not` and parentheses.

use serde_json::Value;

use super::super::reply::Refusal;

/// Parentheses deeper than this are refused.
const DEPTH_LIMIT: usize = 32;
/// Prefixes that an attribute may carry.
const SCHEMAS: [&str; 2] =
    ["urn:ietf:params:scim:schemas:core:2.0:user:", "urn:ietf:params:scim:schemas:core:2.0:group:"];

/// A filter that has been read.
#[derive(Debug, PartialEq)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Present(String),
    Compare(String, FilterOperator, Value),
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterOperator {
    Equal,
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
}

impl FilterOperator {
    fn read(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "co" => Self::Contains,
            "sw" => Self::StartsWith,
            "ew" => Self::EndsWith,
            "gt" => Self::Greater,
            "ge" => Self::GreaterEqual,
            "lt" => Self::Less,
            "le" => Self::LessEqual,
            _ => return None,
        })
    }
}

impl Filter {
    /// Reads a filter; attribute names become lower case and lose the core schemas' prefixes.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, depth: 0, text };
        let filter = parser.either()?;
        if parser.tokens.is_empty() { Ok(filter) } else { Err(parser.refuse("more than one filter")) }
    }

    /// Whether the resource matches whose attributes `lookup` gives.
    pub(super) fn matches(&self, lookup: &dyn Fn(&str) -> Vec<Value>) -> bool {
        match self {
            Self::And(left, right) => left.matches(lookup) && right.matches(lookup),
            Self::Or(left, right) => left.matches(lookup) || right.matches(lookup),
            Self::Not(inner) => !inner.matches(lookup),
            Self::Present(attribute) => lookup(attribute).iter().any(present),
            Self::Compare(attribute, FilterOperator::NotEqual, wanted) => !equal(&lookup(attribute), wanted),
            Self::Compare(attribute, FilterOperator::Equal, wanted) => equal(&lookup(attribute), wanted),
            Self::Compare(attribute, operator, wanted) => {
                lookup(attribute).iter().any(|value| compare(value, *operator, wanted))
            }
        }
    }

    /// The value of a filter that is just `attribute eq "value"`.
    pub(super) fn equality(&self, attribute: &str) -> Option<&str> {
        match self {
            Self::Compare(name, FilterOperator::Equal, Value::String(value)) if name == attribute => Some(value),
            _ => None,
        }
    }
}

fn present(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

fn equal(values: &[Value], wanted: &Value) -> bool {
    if wanted.is_null() {
        return !values.iter().any(present);
    }
    values.iter().any(|value| match (value, wanted) {
        (Value::String(value), Value::String(wanted)) => value.to_lowercase() == wanted.to_lowercase(),
        _ => value == wanted,
    })
}

fn compare(value: &Value, operator: FilterOperator, wanted: &Value) -> bool {
    let (Value::String(value), Value::String(wanted)) = (value, wanted) else { return false };
    let (value, wanted) = (value.to_lowercase(), wanted.to_lowercase());
    match operator {
        FilterOperator::Equal => value == wanted,
        FilterOperator::NotEqual => value != wanted,
        FilterOperator::Contains => value.contains(&wanted),
        FilterOperator::StartsWith => value.starts_with(&wanted),
        FilterOperator::EndsWith => value.ends_with(&wanted),
        FilterOperator::Greater => value > wanted,
        FilterOperator::GreaterEqual => value >= wanted,
        FilterOperator::Less => value < wanted,
        FilterOperator::LessEqual => value <= wanted,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '"' => {
                string_length(rest).ok_or_else(|| Refusal::filter(format!("filter {text:?}: a string has no end")))?
            }
            _ => rest.find(|letter: char| letter.is_whitespace() || "()\"".contains(letter)).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        found.push(match first {
            '(' => Token::Open,
            ')' => Token::Close,
            '"' => Token::Text(
                serde_json::from_str(token).map_err(|error| Refusal::filter(format!("filter {text:?}: {error}")))?,
            ),
            _ => Token::Word(token.to_owned()),
        });
        rest = after.trim_start();
    }
    Ok(found)
}

/// Bytes of a quoted string at the beginning, quotes included.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return Some(place + 1),
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

struct Parser<'a> {
    tokens: &'a [Token],
    depth: usize,
    text: &'a str,
}

impl Parser<'_> {
    fn refuse(&self, why: &str) -> Refusal {
        Refusal::filter(format!("filter {:?}: {why}", self.text))
    }

    fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first.clone())
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.first(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn either(&mut self) -> Result<Filter, Refusal> {
        let mut filter = self.both()?;
        while self.take_word("or") {
            filter = Filter::Or(Box::new(filter), Box::new(self.both()?));
        }
        Ok(filter)
    }

    fn both(&mut self) -> Result<Filter, Refusal> {
        let mut filter = self.one()?;
        while self.take_word("and") {
            filter = Filter::And(Box::new(filter), Box::new(self.one()?));
        }
        Ok(filter)
    }

    fn one(&mut self) -> Result<Filter, Refusal> {
        if self.take_word("not") {
            return match self.tokens.first() {
                Some(Token::Open) => Ok(Filter::Not(Box::new(self.one()?))),
                _ => Err(self.refuse("not must be followed by parentheses")),
            };
        }
        match self.next() {
            Some(Token::Open) => self.inner(),
            Some(Token::Word(attribute)) => self.comparison(&attribute),
            _ => Err(self.refuse("an attribute is missing")),
        }
    }

    fn inner(&mut self) -> Result<Filter, Refusal> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(self.refuse("too many parentheses"));
        }
        let filter = self.either()?;
        self.depth -= 1;
        if self.next() == Some(Token::Close) { Ok(filter) } else { Err(self.refuse("a parenthesis is not closed")) }
    }

    fn comparison(&mut self, attribute: &str) -> Result<Filter, Refusal> {
        let attribute = attribute_name(attribute).ok_or_else(|| self.refuse("value paths are not supported"))?;
        let Some(Token::Word(word)) = self.next() else { return Err(self.refuse("an operator is missing")) };
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(attribute));
        }
        let operator = FilterOperator::read(&word).ok_or_else(|| self.refuse(&format!("unknown operator {word:?}")))?;
        let value = match self.next() {
            Some(Token::Text(text)) => Value::String(text),
            Some(Token::Word(word)) => serde_json::from_str(&word).map_err(|_| self.refuse("a string needs quotes"))?,
            _ => return Err(self.refuse("a value is missing")),
        };
        Ok(Filter::Compare(attribute, operator, value))
    }
}

/// The name in lower case without a core schema's prefix; none when it has brackets.
pub(super) fn attribute_name(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let name = SCHEMAS.iter().find_map(|schema| lower.strip_prefix(schema)).unwrap_or(&lower);
    (!name.contains(['[', ']'])).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn ann(attribute: &str) -> Vec<Value> {
        match attribute {
            "username" => vec![json!("Ann")],
            "emails.value" => vec![json!("ann@x.io"), json!("a@y.org")],
            "active" => vec![json!(true)],
            _ => Vec::new(),
        }
    }

    #[rstest]
    #[case(r#"userName eq "ANN""#, true)]
    #[case(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann""#, true)]
    #[case(r#"emails.value co "y.o" and active eq true"#, true)]
    #[case(r#"active eq "true""#, false)]
    #[case(r#"userName sw "b" or userName ew "n""#, true)]
    #[case(r#"userName eq "x" and userName eq "y" or active eq true"#, true)]
    #[case(r#"userName eq "x" and (userName eq "y" or active eq true)"#, false)]
    #[case(r#"not (userName eq "x")"#, true)]
    #[case("externalId pr", false)]
    #[case("externalId eq null", true)]
    #[case(r#"userName ne "ann""#, false)]
    #[case(r#"userName gt "am""#, true)]
    fn filters_match(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(Filter::parse(text).unwrap().matches(&ann), expected);
    }

    #[rstest]
    #[case("")]
    #[case("userName")]
    #[case("userName eq")]
    #[case("userName eq ann")]
    #[case(r#"userName is "ann""#)]
    #[case(r#"userName eq "ann"#)]
    #[case(r#"(userName eq "ann""#)]
    #[case(r#"userName eq "ann" userName eq "ben""#)]
    #[case(r#"emails[type eq "work"]"#)]
    fn bad_filters_are_refused(#[case] text: &str) {
        assert_eq!(Filter::parse(text).unwrap_err().scim_type, Some("invalidFilter"));
    }

    #[test]
    fn endless_parentheses_are_refused() {
        assert!(Filter::parse(&"(".repeat(100_000)).is_err());
    }
}
