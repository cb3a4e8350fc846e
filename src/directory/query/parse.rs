//! Turns the text of a filter into its words and terms.

use std::borrow::Cow;

use super::{BadQuery, Part, QueryTerm, Value, ValueRelation, fields, filter_words};
use crate::{
    directory::{
        RecordKind,
        field::FilterValues,
        record_contents::RecordContents,
        search::{MatchSense, SearchWord, folded},
    },
    scim::text::{clean, clean_line},
};

/// The longest filter, in bytes.
const LONGEST: usize = 4_096;

/// The most terms of a filter, and alternatives of a value.
const MOST: usize = 64;

/// Characters of a term that an error repeats.
const REPEATED: usize = 40;

/// Some of a filter's text: a word, a phrase, an expression or a field with its value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueryToken<'a> {
    negative: bool,
    form: Form,
    /// The text without signs and quotes.
    text: Cow<'a, str>,
    /// The text as it was typed.
    typed: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A word, or a field with its value.
    Bare,
    Quoted,
    Regex,
    Fuzzy,
}

/// The meaning of a token.
pub(super) enum Read {
    Word(SearchWord),
    Term(QueryTerm),
    /// A term without a value yet.
    Unfinished,
}

/// The values of a status, each with the words that begin with what is typed.
const STATUS: [(Value, &[&str]); 4] = [
    (Value::Bool(true), &["yes", "active", "true", "1"]),
    (Value::Bool(false), &["no", "inactive", "false", "0"]),
    (Value::Invited, &["invited"]),
    (Value::Unknown, &["unknown"]),
];

/// The beginning of a text, as long as a filter may be.
pub(super) fn shortened(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The tokens of a filter.
pub(super) fn tokens(text: &str) -> Result<Vec<QueryToken<'_>>, BadQuery> {
    if text.len() > LONGEST {
        return Err(bad(text, format!("longer than {LONGEST} bytes")));
    }
    let (mut all, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() {
        let token;
        (token, rest) = first(rest)?;
        rest = rest.trim_start();
        all.push(token);
        if all.len() > MOST {
            return Err(bad(text, format!("more than {MOST} terms")));
        }
    }
    Ok(all)
}

/// The first token of a text that begins with one, and the text behind it.
fn first(typed: &str) -> Result<(QueryToken<'_>, &str), BadQuery> {
    let (negative, text) = match typed.strip_prefix(['-', '!']) {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    let (form, text, rest) = if let Some(quoted) = text.strip_prefix('"') {
        let (phrase, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
        (Form::Quoted, Cow::Borrowed(phrase), rest)
    } else if let Some(pattern) = text.strip_prefix('/') {
        let (pattern, rest) = expression(pattern);
        (Form::Regex, pattern, rest)
    } else if let Some(word) = text.strip_prefix('~') {
        let (word, rest) = bare(word);
        (Form::Fuzzy, word, rest)
    } else {
        let (word, rest) = bare(text);
        (Form::Bare, word, rest)
    };
    let typed = typed.get(..typed.len() - rest.len()).unwrap_or(typed);
    if form == Form::Regex && rest.starts_with(|c: char| !c.is_whitespace()) {
        return Err(bad(typed, r"a space must follow the closing slash; a slash inside is `\/`".into()));
    }
    Ok((QueryToken { negative, form, text, typed }, rest))
}

/// Up to the closing slash, or to the end.
fn expression(text: &str) -> (Cow<'_, str>, &str) {
    let mut escaped = false;
    let end = text.find(|c| {
        let closes = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    });
    let (pattern, rest) = end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""));
    let pattern = if pattern.contains(r"\/") { pattern.replace(r"\/", "/").into() } else { pattern.into() };
    (pattern, rest.strip_prefix('/').unwrap_or(rest))
}

/// Up to a space outside quotes; the quotes go.
fn bare(text: &str) -> (Cow<'_, str>, &str) {
    let mut quoted = false;
    let end = text.find(|c: char| {
        quoted ^= c == '"';
        c.is_whitespace() && !quoted
    });
    let (word, rest) = end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""));
    (if word.contains('"') { word.replace('"', "").into() } else { word.into() }, rest)
}

fn bad(typed: &str, why: String) -> BadQuery {
    BadQuery { term: clean_line(&clean(typed), REPEATED).into_owned(), why }
}

impl QueryToken<'_> {
    /// The field, the relation and the value of a term.
    pub fn field(&self) -> Option<Field<'_>> {
        if self.form == Form::Bare { split(&self.text) } else { None }
    }

    /// True if the token's opposite is meant.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The error for a token that can't be understood.
    pub fn refused(&self, why: String) -> BadQuery {
        bad(self.typed, why)
    }

    /// The token's word; nothing where it has no letter yet.
    pub fn word(&self) -> Result<Option<SearchWord>, BadQuery> {
        let word = match self.form {
            Form::Bare => anchored(&self.text),
            Form::Quoted => SearchWord::new(MatchSense::Phrase, &self.text),
            Form::Fuzzy => SearchWord::new(MatchSense::Fuzzy, &self.text),
            Form::Regex if self.text.is_empty() => None,
            Form::Regex => Some(SearchWord::regex(&self.text).map_err(|why| bad(self.typed, why.to_string()))?),
        };
        Ok(word.map(|word| if self.negative { word.negated() } else { word }))
    }

    /// The meaning of the token in the pane of `kind`.
    pub fn read(&self, kind: RecordKind, holds: RecordContents) -> Result<Read, BadQuery> {
        match self.field() {
            Some(field) => self.term(kind, holds, field),
            None => Ok(self.word()?.map_or(Read::Unfinished, Read::Word)),
        }
    }

    /// A term still being typed (`role:`) matches everything, so that the list does not jump.
    fn term(
        &self,
        kind: RecordKind,
        holds: RecordContents,
        (field, relation, value): Field<'_>,
    ) -> Result<Read, BadQuery> {
        // A server that tells nobody's role, or seat, has a value that is not told for each.
        let untold = value.eq_ignore_ascii_case("unknown").then(|| filter_words(kind, RecordContents::default()));
        let mut known = filter_words(kind, holds).chain(untold.into_iter().flatten());
        let Some((field, filter)) = known.find(|(_, filter)| filter.is(field, holds)) else {
            let known: Vec<_> = fields(kind, holds).collect();
            return Err(bad(self.typed, format!("no field `{field}` here; there are {}", known.join(", "))));
        };
        if value.is_empty() {
            return Ok(Read::Unfinished);
        }
        if relation != ValueRelation::Is && !filter.values.is_ordered() {
            let ordered = filter_words(kind, holds).filter(|(_, filter)| filter.values.is_ordered());
            let ordered: Vec<_> = ordered.map(|(_, filter)| holds.say(filter.word)).collect();
            return Err(bad(self.typed, format!("`:` only; < and > go with {}", ordered.join(", "))));
        }
        let value = self::value(filter.values, value).map_err(|why| bad(self.typed, why.into()))?;
        Ok(Read::Term(QueryTerm { field, relation, value, negative: self.negative }))
    }
}

/// `^word`, `word$`, `^word$` or `word`.
fn anchored(text: &str) -> Option<SearchWord> {
    let (begins, rest) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
    let (ends, word) = match rest.strip_suffix('$') {
        Some(word) if !word.is_empty() => (true, word),
        _ => (false, rest),
    };
    let sense = match (begins, ends) {
        (true, true) => MatchSense::Whole,
        (true, false) => MatchSense::Start,
        (false, true) => MatchSense::End,
        (false, false) => MatchSense::Word,
    };
    SearchWord::new(sense, word)
}

pub(super) type Field<'a> = (&'a str, ValueRelation, &'a str);

/// The field, the relation and the value of a term.
fn split(token: &str) -> Option<Field<'_>> {
    let (field, tail) = token.split_at(token.find([':', '>', '<', '='])?);
    if field.is_empty() || !field.chars().all(|c| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let relation = match tail.chars().next()? {
        '>' => ValueRelation::Above,
        '<' => ValueRelation::Below,
        _ => ValueRelation::Is,
    };
    Some((field, relation, tail.get(1..)?))
}

fn value(values: FilterValues, value: &str) -> Result<Value, &'static str> {
    let lower = folded(value);
    let is = |word: &str| word.starts_with(&lower);
    match values {
        FilterValues::Status => {
            let mut begun = STATUS.iter().filter(|(_, words)| words.iter().any(|word| is(word)));
            match (begun.next(), begun.next()) {
                (Some((status, _)), None) => Ok(status.clone()),
                _ => Err("yes, no, invited or unknown"),
            }
        }
        FilterValues::Texts => {
            let parts: Vec<Part> = lower.split(',').filter(|part| !part.is_empty()).map(part).collect();
            if parts.len() > MOST { Err("fewer commas") } else { Ok(Value::Any(parts)) }
        }
        FilterValues::AgeOrNever if is("never") => Ok(Value::Never),
        FilterValues::AgeOrNever | FilterValues::Age | FilterValues::Number if is("unknown") => Ok(Value::Unknown),
        FilterValues::AgeOrNever => {
            age(&lower).map(Value::Age).ok_or("never, unknown, or an age such as >90d, <12h, >6w, >1y")
        }
        FilterValues::Age => age(&lower).map(Value::Age).ok_or("unknown, or an age such as <30d, >12h, >6w, >1y"),
        FilterValues::Number => lower.parse().map(Value::Number).map_err(|_| "unknown, or a number such as >10"),
    }
}

pub(super) fn part(text: &str) -> Part {
    match text {
        "none" => Part::None,
        "unknown" => Part::Unknown,
        text => Part::Text(text.to_owned()),
    }
}

pub(super) fn age(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: i64 = digits.parse().ok()?;
    let unit = match text.get(digits.len()..)? {
        "h" => 3_600,
        "" | "d" => 86_400,
        "w" => 7 * 86_400,
        "m" => 30 * 86_400,
        "y" => 365 * 86_400,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let sign = |token: &QueryToken| if token.negative { "-" } else { "" };
        let told = |token: QueryToken| format!("{}{:?} {}", sign(&token), token.form, token.text);
        match tokens(text) {
            Ok(tokens) => tokens.into_iter().map(told).collect::<Vec<_>>().join(" | "),
            Err(bad) => bad.to_string(),
        }
    }

    #[rstest::rstest]
    #[case("  eva  tan ", "Bare eva | Bare tan")]
    #[case(r#""eva t" x"#, "Quoted eva t | Bare x")]
    #[case(r#"-"eva t"#, "-Quoted eva t")]
    #[case(r#"team:"my team" x"#, "Bare team:my team | Bare x")]
    #[case("/a b/ c", "Regex a b | Bare c")]
    #[case("/a b", "Regex a b")]
    #[case(r"!/a\/b/", "-Regex a/b")]
    #[case(r"/a\\/ b", r"Regex a\\ | Bare b")]
    #[case("/home/eva", r"filter: `/home/`: a space must follow the closing slash; a slash inside is `\/`")]
    #[case("a/b ~tnk -~x", "Bare a/b | Fuzzy tnk | -Fuzzy x")]
    #[case("-team:a/b", "-Bare team:a/b")]
    #[case("- ~ / \" ", "-Bare  | Fuzzy  | Regex  \" ")]
    fn a_filter_is_split(#[case] text: &str, #[case] want: &str) {
        assert_eq!(told(text), want);
    }

    #[test]
    fn a_filter_has_an_end() {
        assert!(told(&"x ".repeat(65)).ends_with("more than 64 terms"));
        let told = told(&"x".repeat(5_000));
        assert!(told.ends_with("…`: longer than 4096 bytes"), "{told}");
        assert_eq!(shortened(&"é".repeat(3_000)).len(), 4_096);
        assert_eq!(shortened(&format!("x{}", "é".repeat(3_000))).len(), 4_095);
    }
}
