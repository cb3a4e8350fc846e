//! The top level of an answer to a list request.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{error::Category, value::RawValue};

use super::{BadBody, ListPage, bad, kind_of_raw};
use crate::scim::text::clean_line;

/// The most records of any length in a page; each [`LONG`] bytes of the page allow one more: a record takes about a
/// kilobyte when it is read, however short its text.
pub(super) const MOST_SHORT: usize = 40_000;
pub(super) const LONG: usize = 250;

/// Reads a page from the text of an object, from which the records are borrowed.
pub(super) fn parse(text: &str) -> Result<ListPage<&RawValue>, BadBody> {
    let records = PageRecords { most: MOST_SHORT + text.len() / LONG };
    let read = match read(text, Some(records)) {
        // `Resources` is no array.
        Err(error) if error.classify() == Category::Data => read(text, None),
        read => read,
    };
    read.map_err(|error| bad(&error, text.len()))?.page()
}

fn read(text: &str, records: Option<PageRecords>) -> serde_json::Result<ListEnvelope<'_>> {
    let mut json = serde_json::Deserializer::from_str(text);
    let envelope = EnvelopeVisitor { records }.deserialize(&mut json)?;
    json.end().map(|()| envelope)
}

/// The top level of an answer, with uninterpreted values.
#[derive(Default)]
struct ListEnvelope<'a> {
    total: Option<&'a RawValue>,
    start_index: Option<&'a RawValue>,
    items_per_page: Option<&'a RawValue>,
    next_cursor: Option<&'a RawValue>,
    resources: Option<ListedRecords<'a>>,
    /// The first few other keys, for the message when the answer is not a list.
    others: Vec<String>,
}

impl<'a> ListEnvelope<'a> {
    fn page(self) -> Result<ListPage<&'a RawValue>, BadBody> {
        let other = |got: String| BadBody::NotAList { got };
        let resources = match self.resources {
            Some(ListedRecords::Records(records)) => records,
            Some(ListedRecords::TooMany { most }) => return Err(BadBody::TooMany { most }),
            Some(ListedRecords::Other(raw)) if raw.get().starts_with('{') => vec![raw],
            Some(ListedRecords::Other(raw)) if raw.get() == "null" => Vec::new(),
            Some(ListedRecords::Other(raw)) => {
                return Err(other(format!("{} as its Resources", kind_of_raw(raw.get()))));
            }
            None if self.total.is_some() => Vec::new(),
            None if self.others.is_empty() => return Err(other("an empty object".into())),
            None => return Err(other(format!("an object with {}", self.others.join(", ")))),
        };
        Ok(ListPage {
            total: self.total.and_then(counter),
            start_index: self.start_index.and_then(counter),
            items_per_page: self.items_per_page.and_then(counter),
            next_cursor: self.next_cursor.and_then(cursor),
            resources,
        })
    }
}

/// The value of `Resources`.
enum ListedRecords<'a> {
    Records(Vec<&'a RawValue>),
    TooMany {
        most: usize,
    },
    /// The value as it came, which is no array.
    Other(&'a RawValue),
}

/// Borrows the entries of an array, at most so many.
#[derive(Clone, Copy)]
struct PageRecords {
    most: usize,
}

impl<'de> DeserializeSeed<'de> for PageRecords {
    type Value = ListedRecords<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PageRecords {
    type Value = ListedRecords<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::new();
        while let Some(record) = seq.next_element()? {
            if records.len() == self.most {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(ListedRecords::TooMany { most: self.most });
            }
            records.push(record);
        }
        Ok(ListedRecords::Records(records))
    }
}

/// A number, or a number as text; other values count as missing.
fn counter(raw: &RawValue) -> Option<u64> {
    let text = raw.get().trim_matches('"').trim();
    text.parse().ok().or_else(|| text.parse::<f64>().ok().filter(|f| *f >= 0.0 && f.fract() == 0.0).map(|f| f as u64))
}

fn cursor(raw: &RawValue) -> Option<String> {
    let text = match raw.get() {
        "null" | "false" => return None,
        quoted if quoted.starts_with('"') => serde_json::from_str(quoted).ok()?,
        bare => bare.to_owned(),
    };
    (!text.is_empty()).then_some(text)
}

/// Reads the top level: `Resources` as an array of records, or without `records` as one value of any kind.
#[derive(Clone, Copy)]
struct EnvelopeVisitor {
    records: Option<PageRecords>,
}

impl<'de> DeserializeSeed<'de> for EnvelopeVisitor {
    type Value = ListEnvelope<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = ListEnvelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a ListResponse")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        const OTHERS: usize = 4;
        let mut envelope = ListEnvelope::default();
        while let Some(key) = map.next_key::<String>()? {
            let slot = match key.to_ascii_lowercase().as_str() {
                "resources" => {
                    envelope.resources = Some(match self.records {
                        Some(records) => map.next_value_seed(records)?,
                        None => ListedRecords::Other(map.next_value()?),
                    });
                    continue;
                }
                "totalresults" => &mut envelope.total,
                "startindex" => &mut envelope.start_index,
                "itemsperpage" => &mut envelope.items_per_page,
                "nextcursor" => &mut envelope.next_cursor,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    if envelope.others.len() < OTHERS {
                        envelope.others.push(clean_line(&key, 40).into_owned());
                    }
                    continue;
                }
            };
            *slot = Some(map.next_value()?);
        }
        Ok(envelope)
    }
}
