//! The filter's language for lines of text that are no records: the same words, and fields that the caller judges.

use super::{BadQuery, ValueRelation, parse};
use crate::directory::search::{SearchWord, Words};

/// A term about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTerm {
    /// The field, as the caller names it.
    pub field: &'static str,
    /// The value as typed.
    pub value: String,
    /// True if `>` stands before the value.
    pub is_above: bool,
    /// True if the opposite is meant.
    pub is_negative: bool,
}

impl TextTerm {
    /// The value as an age.
    pub fn seconds(&self) -> Option<i64> {
        parse::age(&self.value.to_lowercase())
    }
}

/// Words and terms for lines of text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextQuery {
    words: Words,
    terms: Vec<TextTerm>,
}

impl TextQuery {
    /// Parses the typed text where these fields are known.
    ///
    /// # Errors
    /// A term can't be understood.
    pub fn parse(text: &str, fields: &'static [&'static str]) -> Result<Self, BadQuery> {
        let (mut words, mut terms): (Vec<SearchWord>, Vec<TextTerm>) = Default::default();
        for token in parse::tokens(text)? {
            match token.field() {
                Some((typed, relation, value)) => {
                    let known = fields.iter().find(|field| field.eq_ignore_ascii_case(typed));
                    let Some(field) = known else {
                        return Err(token.refused(format!("no field `{typed}` here; there are {}", fields.join(", "))));
                    };
                    // `age:7d` is at most so old, as `age<7d`; a sign may follow the colon.
                    let (above, value) = match value.strip_prefix(['>', '<']) {
                        Some(rest) => (value.starts_with('>'), rest),
                        None => (relation == ValueRelation::Above, value),
                    };
                    if !value.is_empty() {
                        let (value, is_negative) = (value.to_owned(), token.is_negative());
                        terms.push(TextTerm { field, value, is_above: above, is_negative });
                    }
                }
                None => words.extend(token.word()?),
            }
        }
        let query = Self { words: Words::new(words), terms };
        match query.terms.iter().find(|term| term.field == "age" && term.seconds().is_none()) {
            Some(term) => {
                let why = "an age such as <2d, >12h, <6w".to_owned();
                Err(BadQuery { term: term.value.clone(), why })
            }
            None => Ok(query),
        }
    }

    /// True if everything matches.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.terms.is_empty()
    }

    /// The terms about fields.
    pub fn terms(&self) -> &[TextTerm] {
        &self.terms
    }

    /// True if a line has the words.
    pub fn finds(&self, line: impl FnOnce() -> String) -> bool {
        self.words.is_empty() || self.words.finds(&line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_words_and_fields() {
        let parsed = |text| TextQuery::parse(text, &["state", "age"]);
        let query = parsed("eva -viewer state:failed -age>2d").unwrap();
        assert!(query.finds(|| "role of Eva: member".into()) && !query.finds(|| "eva: viewer".into()));
        let terms: Vec<_> = query.terms().iter().map(|term| (term.field, term.is_above, term.is_negative)).collect();
        assert_eq!(terms, [("state", false, false), ("age", true, true)]);
        assert_eq!(query.terms()[1].seconds(), Some(2 * 86_400));
        assert!(parsed("").unwrap().is_empty() && parsed("state:").unwrap().is_empty());
        assert!(parsed("role:admin").unwrap_err().to_string().contains("there are state, age"));
        assert!(parsed("age<soon").is_err());
    }
}
