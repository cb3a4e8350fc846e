//! Moments as servers write them. Knows no clock: only what stands in the text.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

use super::document::JsonTree;

/// Epoch numbers above this are milliseconds: as seconds it would be the year 5138.
const LARGEST_SECONDS: i64 = 100_000_000_000;

/// A moment from text in RFC 3339 or near it (single digits, no offset, a date alone: all UTC) or from an epoch number
/// of seconds or milliseconds. None for anything else, and for the year 1, by which some servers say "never".
pub fn parse(value: &JsonTree<'_>) -> Option<Timestamp> {
    match value {
        JsonTree::Number(n) => from_epoch(n.as_i64().or_else(|| n.as_f64().map(|f| f as i64))?),
        JsonTree::Text(s) => from_text(s).or_else(|| from_epoch(s.trim().parse().ok()?)),
        _ => None,
    }
}

/// The part of [`parse`] that reads dates, without epoch numbers.
pub fn from_text(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let moment = text.parse().ok().or_else(|| near_miss(text))?;
    (moment >= first_day_of_year_two()?).then_some(moment)
}

fn from_epoch(number: i64) -> Option<Timestamp> {
    if number.unsigned_abs() > LARGEST_SECONDS.unsigned_abs() {
        Timestamp::from_millisecond(number).ok()
    } else {
        Timestamp::from_second(number).ok()
    }
}

fn first_day_of_year_two() -> Option<Timestamp> {
    utc(Date::new(2, 1, 1).ok()?.at(0, 0, 0, 0))
}

fn utc(moment: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(moment).ok()
}

fn near_miss(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once(['T', 't', ' ']).unwrap_or((text, ""));
    let date = date_of(date)?;
    let rest = rest.trim();
    if rest.is_empty() {
        return utc(date.at(0, 0, 0, 0));
    }
    let (time, offset) = match rest.find(['Z', 'z', '+', '-', ' ']) {
        Some(at) => (&rest[..at], offset_of(rest[at..].trim())?),
        None => (rest, Offset::UTC),
    };
    offset.to_timestamp(time_of(date, time)?).ok()
}

fn date_of(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn time_of(date: Date, text: &str) -> Option<DateTime> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute, rest) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next().unwrap_or("0"));
    let (second, fraction) = rest.split_once(['.', ',']).unwrap_or((rest, ""));
    let second: i8 = second.parse().ok()?;
    let nanosecond = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    // A leap second has no place in a timestamp of its own.
    DateTime::new(date.year(), date.month(), date.day(), hour, minute, second.min(59), nanosecond).ok()
}

fn offset_of(text: &str) -> Option<Offset> {
    let sign = match text.as_bytes().first()? {
        b'Z' | b'z' => return Some(Offset::UTC),
        b'+' => 1,
        b'-' => -1,
        _ => return text.eq_ignore_ascii_case("UTC").then_some(Offset::UTC),
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.as_str(), "0"),
        4 => digits.split_at(2),
        _ => return None,
    };
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn servers_dates_are_read() {
        for (written, meant) in [
            (json!("2025-07-01T10:20:30.5Z"), "2025-07-01T10:20:30.5Z"),
            (json!("2025-7-01T00:00:00Z"), "2025-07-01T00:00:00Z"),
            (json!("2025-07-01"), "2025-07-01T00:00:00Z"),
            (json!("2025-07-01T10:20:30"), "2025-07-01T10:20:30Z"),
            (json!("2025-07-01 10:20:30 UTC"), "2025-07-01T10:20:30Z"),
            (json!("2025-07-01T10:20:30+0200"), "2025-07-01T08:20:30Z"),
            (json!("2025-7-1T1:2:3-05:30"), "2025-07-01T06:32:03Z"),
            (json!(1_751_365_230), "2025-07-01T10:20:30Z"),
            (json!(1_751_365_230_500_i64), "2025-07-01T10:20:30.5Z"),
            (json!("1751365230"), "2025-07-01T10:20:30Z"),
        ] {
            assert_eq!(parse(&(&written).into()).map(|t| t.to_string()).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for written in
            [json!("yesterday"), json!(""), json!("2025-13-01"), json!("0001-01-01T00:00:00Z"), json!(true), json!([])]
        {
            assert_eq!(parse(&(&written).into()), None, "{written}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "[0-9TZ:+. å-]{0,30}") {
            let _ = parse(&JsonTree::Text(text.into()));
        }

        #[test]
        fn what_is_written_is_read_back(second in -60_000_000_000_i64..200_000_000_000, nano in 0..1_000_000_000) {
            let moment = Timestamp::new(second, nano).unwrap();
            prop_assert_eq!(from_text(&moment.to_string()), Some(moment));
        }
    }
}
