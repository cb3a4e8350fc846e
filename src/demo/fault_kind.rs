//! The faults that a server can be asked for, and their names. Plain values, independent of the server.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::options::OptionError;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// A way in which a request goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FaultKind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl FaultKind {
            /// All kinds of faults.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name of the kind, as written in a specification.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word),+
                }
            }
        }
    };
}

kinds! {
    /// The answer comes late.
    Latency = "latency",
    /// The connection closes without an answer; nothing took effect.
    CutBefore = "cut-before",
    /// The connection closes without an answer; a write took effect.
    CutAfter = "cut-after",
    /// 429 with `Retry-After` in seconds.
    BusySeconds = "429-seconds",
    /// 429 with `Retry-After` as a date, by a clock that may be an hour off; `Date` is off by the same amount.
    BusyDate = "429-date",
    /// 429 without a time to come back.
    BusyBare = "429-bare",
    /// 500, 502, 503 (with `Retry-After`) or 504; nothing took effect.
    DownBefore = "5xx-before",
    /// 500, 502 or 504; a write took effect.
    DownAfter = "5xx-after",
    /// 412 to a write with `If-Match`, although nobody changed the record.
    Stale = "412",
    /// The answer's JSON ends in its middle; a write took effect.
    Truncated = "truncated",
    /// The connection closes in the middle of the answer; a write took effect.
    Torn = "torn",
    /// The answer is unrelated JSON; a write took effect.
    Wrong = "wrong",
    /// The answer goes on for a gibibyte; a write took effect.
    Huge = "huge",
    /// A list that never ends: every requested page has new records, with more to come.
    Endless = "endless",
    /// A list's first page, for any requested page.
    Repeated = "repeated",
    /// The answer arrives in small pieces.
    Slow = "slow",
    /// A redirect to another origin; nothing took effect.
    Redirect = "redirect",
    /// A sign-in page as HTML with status 200; nothing took effect.
    Html = "html",
    /// The right answer with a wrong `Content-Type`, or none.
    Type = "type",
    /// `Date` is up to a day off.
    Skew = "skew",
}

impl FaultKind {
    /// The kinds that a word means: a single kind, or all kinds with that prefix, as `cut` means `cut-before` and
    /// `cut-after`.
    fn named(word: &str) -> Vec<Self> {
        let means = |kind: &&Self| {
            kind.as_str().strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        Self::ALL.iter().filter(means).copied().collect()
    }

    /// Whether the kind occurs if no kinds are named: two kinds cost so much that nothing else would happen.
    fn is_usual(self) -> bool {
        !matches!(self, Self::Huge | Self::Endless)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A share of all requests that meet faults, chosen by the seed and the request's number.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultSpec {
    /// Decides which request meets which fault.
    pub seed: u64,
    /// Share of the requests, 0 to 1.
    pub rate: f64,
    /// Maximum delay of an answer by `latency` and `slow`.
    pub wait: Duration,
    /// The possible kinds, each with the same probability.
    pub kinds: Vec<FaultKind>,
}

impl Default for FaultSpec {
    fn default() -> Self {
        let kinds = FaultKind::ALL.iter().copied().filter(|kind| kind.is_usual()).collect();
        Self { seed: 1, rate: 0.15, wait: Duration::from_millis(300), kinds }
    }
}

impl fmt::Display for FaultSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed={},rate={},wait={}ms,kinds=", self.seed, self.rate, self.wait.as_millis())?;
        let words: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        f.write_str(&words.join(","))
    }
}

impl FromStr for FaultSpec {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut spec = Self::default();
        let mut kinds = Vec::new();
        let mut in_kinds = false;
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim(), value.trim()),
                // The kinds after the first one have no name in front.
                None if in_kinds => ("kinds", part),
                None => return Err(refusal(part)),
            };
            in_kinds = name == "kinds";
            let known = match name {
                "seed" => value.parse().map(|seed| spec.seed = seed).is_ok(),
                "rate" => share(value).map(|rate| spec.rate = rate).is_some(),
                "wait" => millis(value).map(|wait| spec.wait = wait).is_some(),
                "kinds" => {
                    let named = FaultKind::named(value);
                    kinds.extend(&named);
                    !named.is_empty()
                }
                _ => false,
            };
            if !known {
                return Err(refusal(part));
            }
        }
        if !kinds.is_empty() {
            spec.kinds = kinds;
        }
        Ok(spec)
    }
}

fn share(text: &str) -> Option<f64> {
    text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate))
}

fn millis(text: &str) -> Option<Duration> {
    let number = text.strip_suffix("ms")?.trim().parse().ok()?;
    (number <= 60_000).then_some(Duration::from_millis(number))
}

fn refusal(part: &str) -> OptionError {
    let all: Vec<&str> = FaultKind::ALL.iter().map(|kind| kind.as_str()).collect();
    OptionError::new(format!(
        "unknown fault {part:?}: write seed=7,rate=0.15,wait=300ms,kinds=cut,429, each of it if you like; kinds are {}",
        all.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_is_read_and_written() {
        let spec: FaultSpec = "seed=9, rate=0.5,kinds=cut,429-date,wait=20ms".parse().unwrap();
        assert_eq!((spec.seed, spec.rate, spec.wait.as_millis()), (9, 0.5, 20));
        assert_eq!(spec.kinds, [FaultKind::CutBefore, FaultKind::CutAfter, FaultKind::BusyDate]);
        assert_eq!(spec.to_string().parse(), Ok(spec));
        let usual: FaultSpec = "rate=0.2".parse().unwrap();
        assert_eq!(usual.kinds.len(), FaultKind::ALL.len() - 2);
        assert!(!usual.kinds.contains(&FaultKind::Huge));
    }

    #[test]
    fn what_is_not_known_is_named_with_what_is() {
        for text in ["rate=2", "kinds=fire", "cut", "speed=1", "wait=1", "kinds="] {
            let error = text.parse::<FaultSpec>().unwrap_err().to_string();
            assert!(error.contains(&format!("{text:?}")) && error.contains("cut-before, cut-after"), "{error}");
        }
    }
}
