//! Reads the text of a filter. Knows the grammar only.

use serde_json::Number;

use super::{AttrPath, CompareOp, DEEPEST, FilterError, FilterLiteral, ScimFilter};

/// Reads a filter; operators and keywords in any case.
///
/// ```
/// let filter = scimitar::scim::filter::parse(r#"userName EQ "ann" or emails[type eq "work"]"#)?;
/// assert_eq!(filter.to_string(), r#"userName eq "ann" or emails[type eq "work"]"#);
/// # Ok::<(), scimitar::scim::filter::FilterError>(())
/// ```
pub fn parse(text: &str) -> Result<ScimFilter, FilterError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let filter = reader.any()?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.error("expected “and”, “or” or the end"));
    }
    Ok(filter)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// `a or b`, which binds the least.
    fn any(&mut self) -> Result<ScimFilter, FilterError> {
        let mut operands = vec![self.all()?];
        while self.keyword("or") {
            operands.push(self.all()?);
        }
        Ok(one_or(operands, ScimFilter::Or))
    }

    /// `a and b`.
    fn all(&mut self) -> Result<ScimFilter, FilterError> {
        let mut operands = vec![self.operand()?];
        while self.keyword("and") {
            operands.push(self.operand()?);
        }
        Ok(one_or(operands, ScimFilter::And))
    }

    fn operand(&mut self) -> Result<ScimFilter, FilterError> {
        self.blanks();
        if self.rest().starts_with('(') {
            return self.enclosed(')');
        }
        let start = self.at;
        let word = self.word();
        self.blanks();
        if word.eq_ignore_ascii_case("not") && self.rest().starts_with('(') {
            return Ok(ScimFilter::Not(Box::new(self.enclosed(')')?)));
        }
        let attr = attribute(word).map_err(|why| FilterError { at: start, why: why.into() })?;
        if self.rest().starts_with('[') {
            return Ok(ScimFilter::Has(attr, Box::new(self.enclosed(']')?)));
        }
        self.comparison(attr)
    }

    /// Reads the filter between the bracket at the current position and its `close`.
    fn enclosed(&mut self, close: char) -> Result<ScimFilter, FilterError> {
        if self.depth == DEEPEST {
            return Err(self.error(&format!("nested more than {DEEPEST} deep")));
        }
        self.depth += 1;
        self.at += 1;
        let inner = self.any()?;
        self.blanks();
        if !self.rest().starts_with(close) {
            return Err(self.error(&format!("expected “and”, “or” or “{close}”")));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(inner)
    }

    fn comparison(&mut self, attr: AttrPath) -> Result<ScimFilter, FilterError> {
        let start = self.at;
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(ScimFilter::Present(attr));
        }
        let Some(op) = CompareOp::ALL.into_iter().find(|op| word.eq_ignore_ascii_case(op.as_str())) else {
            let why = "expected an operator: eq, ne, co, sw, ew, pr, gt, ge, lt or le".into();
            return Err(FilterError { at: start, why });
        };
        self.blanks();
        Ok(ScimFilter::Compare(attr, op, self.literal()?))
    }

    fn literal(&mut self) -> Result<FilterLiteral, FilterError> {
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let start = self.at;
        let word = self.take(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        for (name, value) in
            [("true", FilterLiteral::Bool(true)), ("false", FilterLiteral::Bool(false)), ("null", FilterLiteral::Null)]
        {
            if word.eq_ignore_ascii_case(name) {
                return Ok(value);
            }
        }
        let why = "expected a value: \"text\" in double quotes, a number, true, false or null";
        number(word).map(FilterLiteral::Number).ok_or_else(|| FilterError { at: start, why: why.into() })
    }

    /// A JSON string with JSON's escapes.
    fn quoted(&mut self) -> Result<FilterLiteral, FilterError> {
        let bytes = self.rest().as_bytes();
        let mut end = 1;
        loop {
            match bytes.get(end) {
                None => return Err(self.error("the text that begins here has no closing double quote")),
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
            }
        }
        let text = self.rest().get(..=end).and_then(|quoted| serde_json::from_str(quoted).ok());
        let text =
            text.ok_or_else(|| self.error("the text that begins here is not valid JSON: check its backslashes"))?;
        self.at += end + 1;
        Ok(FilterLiteral::Text(text))
    }

    /// Takes `and` or `or`, which must be a separate word.
    fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        self.blanks();
        let found = self.word().eq_ignore_ascii_case(keyword);
        if !found {
            self.at = start;
        }
        found
    }

    fn word(&mut self) -> &'a str {
        self.take(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'$'))
    }

    fn blanks(&mut self) {
        self.take(|b| b.is_ascii_whitespace());
    }

    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.bytes().position(|b| !wanted(b)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&self, why: &str) -> FilterError {
        FilterError { at: self.at, why: why.into() }
    }
}

fn one_or(mut operands: Vec<ScimFilter>, several: impl Fn(Vec<ScimFilter>) -> ScimFilter) -> ScimFilter {
    match operands.pop() {
        Some(only) if operands.is_empty() => only,
        Some(last) => {
            operands.push(last);
            several(operands)
        }
        None => several(operands),
    }
}

/// `[urn:]name[.sub]`; the URN may contain dots.
fn attribute(word: &str) -> Result<AttrPath, &'static str> {
    let (urn, path) = match word.rsplit_once(':') {
        Some((urn, path)) => (Some(urn), path),
        None => (None, word),
    };
    if urn.is_some_and(|urn| !urn.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"))) {
        return Err("expected an attribute; a colon belongs to a schema that begins with “urn:”");
    }
    let mut attr = AttrPath::new(path);
    attr.urn = urn.map(Into::into);
    if is_name(&attr.name) && attr.sub.as_deref().is_none_or(is_name) {
        Ok(attr)
    } else {
        Err("expected an attribute, “not” or “(”")
    }
}

/// A letter, or `$` for `$ref`, and then letters, digits, `-` and `_`.
pub fn is_name(name: &str) -> bool {
    let body = name.strip_prefix('$').unwrap_or(name);
    body.starts_with(|c: char| c.is_ascii_alphabetic())
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// A JSON number. Fractions go through the standard library, whose reading is exact to the last bit.
fn number(word: &str) -> Option<Number> {
    let number: Number = serde_json::from_str(word).ok()?;
    if number.is_f64() { Number::from_f64(word.parse().ok()?) } else { Some(number) }
}
