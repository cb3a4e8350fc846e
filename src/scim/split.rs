//! Finds the records of a list in a body that is still arriving, so that the first are shown before the last arrive.
//!
//! A preview only: the records may come from a body that turns out to be cut off or wrong, and unrecognised parts are
//! skipped. Once the body is whole, [`super::list`] gives the list's real content.

/// The position in the body's structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between the members of the outermost object.
    Outside,
    /// Behind the name of the records, before their array.
    Named,
    /// Inside the array of records.
    Inside,
}

/// Splits a body while it arrives.
#[derive(Debug)]
pub struct Splitter {
    /// Bytes that are not used up yet.
    text: Vec<u8>,
    place: Place,
    depth: usize,
    quoted: bool,
    escaped: bool,
    /// The index in `text` at which the current name or record begins.
    start: Option<usize>,
    /// The number of bytes of `text` that have been looked at.
    at: usize,
}

impl Default for Splitter {
    fn default() -> Self {
        let text = Vec::new();
        Self { text, place: Place::Outside, depth: 0, quoted: false, escaped: false, start: None, at: 0 }
    }
}

impl Splitter {
    /// The number of bytes that are held back: at most a name, or one record.
    pub fn held(&self) -> usize {
        self.text.len()
    }

    /// Takes the next bytes of the body; gives the records that are complete now.
    pub fn push(&mut self, more: &[u8]) -> Vec<Vec<u8>> {
        self.text.extend_from_slice(more);
        let mut records = Vec::new();
        while let Some(byte) = self.text.get(self.at).copied() {
            if self.quoted {
                self.in_quotes(byte);
            } else {
                records.extend(self.bare(byte));
            }
            self.at += 1;
        }
        // Bytes that were looked at are dropped, unless they belong to the current name or record.
        let used = self.start.unwrap_or(self.at);
        self.text.drain(..used);
        self.at -= used;
        self.start = self.start.map(|_| 0);
        records
    }

    fn in_quotes(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.quoted = false;
                if self.depth == 1 && self.place != Place::Inside {
                    let named = self.start.take().and_then(|start| self.text.get(start + 1..self.at));
                    let named = named.is_some_and(|name| name.eq_ignore_ascii_case(b"resources"));
                    self.place = if named { Place::Named } else { Place::Outside };
                }
            }
            _ => {}
        }
    }

    /// Handles a byte outside quotes; gives the record that ends before it.
    fn bare(&mut self, byte: u8) -> Option<Vec<u8>> {
        let inside = self.place == Place::Inside;
        let ends = inside && self.depth == 2 && matches!(byte, b',' | b']');
        let record = if ends { self.start.take().and_then(|start| self.text.get(start..self.at)) } else { None };
        let record = record.map(|record| record.trim_ascii_end().to_vec());
        match byte {
            b'"' => {
                self.quoted = true;
                // A name, or a record that is a plain string.
                if self.depth == 1 || (inside && self.depth == 2) {
                    self.start.get_or_insert(self.at);
                }
            }
            b'{' | b'[' => {
                match self.place {
                    Place::Named if self.depth == 1 && byte == b'[' => self.place = Place::Inside,
                    Place::Named => self.place = Place::Outside,
                    Place::Inside if self.depth == 2 => drop(self.start.get_or_insert(self.at)),
                    _ => {}
                }
                self.depth += 1;
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                if inside && self.depth <= 1 {
                    (self.place, self.start) = (Place::Outside, None);
                }
            }
            b',' if self.depth == 1 => self.place = Place::Outside,
            b',' => {}
            byte if byte.is_ascii_whitespace() || byte == b':' => {}
            _ if inside && self.depth == 2 => drop(self.start.get_or_insert(self.at)),
            _ => {}
        }
        record
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scim::list;

    fn split(body: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
        let (mut splitter, mut records, mut rest) = (Splitter::default(), Vec::new(), body);
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (more, left) = rest.split_at((*size).clamp(1, rest.len()));
            records.extend(splitter.push(more));
            rest = left;
        }
        records
    }

    fn whole(body: &[u8]) -> Vec<Vec<u8>> {
        let page = list::parse(body).unwrap();
        page.resources.iter().map(|raw| raw.get().as_bytes().to_vec()).collect()
    }

    #[test]
    fn records_come_as_soon_as_they_are_whole() {
        let mut splitter = Splitter::default();
        assert!(splitter.push(b"\xEF\xBB\xBF{\"totalResults\":2, \"resources\" : [ {\"a\":\"]}\\\"").is_empty());
        assert_eq!(splitter.push(b"\"} , 7"), [b"{\"a\":\"]}\\\"\"}".to_vec()]);
        assert_eq!(splitter.push(b"]"), [b"7".to_vec()]);
        assert!(splitter.push(b",\"schemas\":[\"x\"]}").is_empty());
        assert_eq!(splitter.held(), 0);
    }

    #[test]
    fn other_lists_of_the_answer_are_none_of_its_records() {
        for body in [
            r#"{"schemas":["Resources"],"meta":{"Resources":[{"id":1}]},"x":"Resources","y":[2]}"#,
            r#"{"Resources":null,"others":[1]}"#,
            r#"{"Resources":{"id":[1]}}"#,
            r#"[{"Resources":[1]}]"#,
            r#"["Resources",[1]]"#,
            "<html><body class=\"Resources\">[1]",
        ] {
            assert!(split(body.as_bytes(), &[3]).is_empty(), "{body}");
        }
    }

    /// JSON values as servers write them, with blanks and all that confuses a reader of brackets.
    fn value() -> impl Strategy<Value = String> {
        let text =
            prop::sample::select(vec!["\"\"", "\"]\"", "\"{\\\\\"", "\"\\\"}, \"", "7", "true", "null", "\"å\""]);
        text.prop_map(str::to_owned).prop_recursive(3, 20, 4, |inner| {
            let list = prop::collection::vec(inner.clone(), 0..4).prop_map(|list| format!("[ {}]", list.join(" ,\n")));
            let members = prop::collection::vec(inner, 0..4);
            prop_oneof![
                list,
                members.prop_map(|all| format!(
                    "{{{}}}",
                    all.iter().map(|v| format!("\"Resources\" :{v}")).collect::<Vec<_>>().join(", ")
                ))
            ]
        })
    }

    proptest! {
        #[test]
        fn it_finds_what_the_whole_body_holds(
            records in prop::collection::vec(value(), 0..6),
            other in value(),
            sizes in prop::collection::vec(1usize..9, 1..5),
        ) {
            let body = format!("{{\"schemas\":{other},\"RESOURCES\":[{}],\"x\": {other}}}", records.join(","));
            prop_assert_eq!(split(body.as_bytes(), &sizes), whole(body.as_bytes()));
        }

        #[test]
        fn nothing_makes_it_stumble(body in prop::collection::vec(prop::sample::select(b"{}[]\",:\\ aR7".to_vec()), 0..60)) {
            let mut body = body;
            body.splice(0..0, *b"{\"Resources\":[");
            let _ = split(&body, &[5]);
        }
    }
}
