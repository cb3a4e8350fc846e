//! Words to find in the texts of a record: contained, at a start or an end, by a regular expression, or by their
//! letters alone.

use std::fmt;

use memchr::memmem::Finder;
use nucleo_matcher::{Config, Matcher, Utf32Str};
use regex::{Regex, RegexBuilder};

use super::{BETWEEN, BEYOND, Letters, fold_into, folded};

/// The most memory in bytes that a compiled expression takes: enough for twenty `\w` in a row.
const REGEX_SIZE: usize = 1 << 20;

/// The most memory in bytes that its matcher's cache takes.
const REGEX_CACHE: usize = 1 << 20;

/// How deep groups of an expression are nested.
const REGEX_DEPTH: u32 = 50;

/// The most words that are looked for in a box.
const MOST_TYPED: usize = 64;

/// The score that puts any match of the whole word in a box before a match of its letters.
const CONTAINED: u32 = 10_000;

/// Scores by the place where a word was found.
mod rank {
    /// Inside another word.
    pub const INSIDE: u32 = 1;
    /// At the start of a word, or of a text other than the first.
    pub const WORD: u32 = 2;
    /// At the start of the first text, the name.
    pub const NAME: u32 = 3;
    /// The first text is the word.
    pub const WHOLE: u32 = 4;
}

/// How a [`MatchSense::Word`] matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchMode {
    /// A text contains the word.
    #[default]
    Exact,
    /// The record has the word's letters in their order, with others between.
    Similar,
}

/// The condition that a word sets for the texts of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchSense {
    /// A text contains the word; the only sense that [`MatchMode::Similar`] loosens.
    Word,
    /// A text contains the phrase.
    Phrase,
    /// A text begins with the word.
    Start,
    /// A text ends with the word.
    End,
    /// A text is the word.
    Whole,
    /// The texts have the word's letters in their order.
    Fuzzy,
    /// A text matches the expression.
    Regex,
}

/// A regular expression that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRegex {
    /// The expression can't be read; the reason in the words of the `regex` crate.
    #[error("{0}")]
    Syntax(String),
    /// The expression compiles to more than 1 MiB.
    #[error("too large: fewer or smaller repetitions would do")]
    TooLarge,
}

/// A word to find.
#[derive(Clone)]
pub struct SearchWord {
    sense: MatchSense,
    /// True if the word must not be found.
    negative: bool,
    /// The folded text; for an expression only its part beyond ASCII.
    text: Box<str>,
    is_ascii: bool,
    /// Finds the text; for a start or an end together with [`BETWEEN`].
    finder: Box<Finder<'static>>,
    /// The characters of a fuzzy text beyond ASCII.
    chars: Box<[char]>,
    regex: Option<Regex>,
}

impl fmt::Debug for SearchWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        write!(f, "{sign}{:?}({:?})", self.sense, self.text)
    }
}

impl PartialEq for SearchWord {
    fn eq(&self, other: &Self) -> bool {
        (self.sense, self.negative, &self.text) == (other.sense, other.negative, &other.text)
    }
}

impl SearchWord {
    /// A word to find; nothing where the text is empty once it is folded. Not for [`MatchSense::Regex`].
    pub fn new(sense: MatchSense, text: &str) -> Option<Self> {
        let mut text = folded(text);
        if text.contains(char::is_control) {
            text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        }
        (!text.is_empty()).then(|| Self::of(sense, text.into_boxed_str(), None))
    }

    /// A regular expression: case does not count, `^` and `$` are the ends of a text.
    ///
    /// # Errors
    /// The expression can't be read, or is too large.
    pub fn regex(pattern: &str) -> Result<Self, BadRegex> {
        let mut text = String::with_capacity(pattern.len());
        let mut units = [0; 4];
        for c in pattern.chars() {
            if c.is_ascii() { text.push(c) } else { fold_into(c.encode_utf8(&mut units), &mut text) }
        }
        let mut builder = RegexBuilder::new(&text);
        builder.case_insensitive(true).size_limit(REGEX_SIZE).dfa_size_limit(REGEX_CACHE).nest_limit(REGEX_DEPTH);
        let regex = builder.build().map_err(|error| match error {
            regex::Error::Syntax(told) => {
                let reason = told.rsplit("error: ").next().unwrap_or_default().trim();
                BadRegex::Syntax(reason.to_owned())
            }
            _ => BadRegex::TooLarge,
        })?;
        Ok(Self::of(MatchSense::Regex, text.into_boxed_str(), Some(regex)))
    }

    fn of(sense: MatchSense, text: Box<str>, regex: Option<Regex>) -> Self {
        let finder = match sense {
            MatchSense::Start => Finder::new(format!("{BETWEEN}{text}").as_bytes()).into_owned(),
            MatchSense::End => Finder::new(format!("{text}{BETWEEN}").as_bytes()).into_owned(),
            _ => Finder::new(text.as_bytes()).into_owned(),
        };
        let is_ascii = text.is_ascii();
        let chars = if is_ascii { Box::default() } else { text.chars().collect() };
        Self { sense, negative: false, text, is_ascii, finder: Box::new(finder), chars, regex }
    }

    /// The word with the opposite meaning.
    pub fn negated(mut self) -> Self {
        self.negative = !self.negative;
        self
    }

    /// The word's score in the folded texts of a record, or nothing where they don't match. `whole` are the texts as
    /// they are, where they have more than ASCII.
    fn score(&self, plain: &str, whole: Option<&str>, mode: MatchMode, scratch: &mut MatcherMemory) -> Option<u32> {
        let found = match self.sense {
            MatchSense::Regex => self.matches(whole.unwrap_or(plain)).then_some(0),
            MatchSense::Fuzzy => self.resemblance(plain, whole, scratch),
            MatchSense::Word if mode == MatchMode::Similar && !self.negative => self.resemblance(plain, whole, scratch),
            _ => self.place(plain, whole),
        };
        if self.negative { found.is_none().then_some(0) } else { found }
    }

    fn matches(&self, texts: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| texts.split(BETWEEN).any(|text| regex.is_match(text)))
    }

    /// The rank of the place where the texts contain the word.
    fn place(&self, plain: &str, whole: Option<&str>) -> Option<u32> {
        let texts = if self.is_ascii { plain } else { whole? };
        let (bytes, text) = (texts.as_bytes(), self.text.as_bytes());
        match self.sense {
            MatchSense::Start if bytes.starts_with(text) => Some(self.rank_at(texts, 0)),
            MatchSense::Start => self.finder.find(bytes).map(|_| rank::WORD),
            MatchSense::End => (bytes.ends_with(text) || self.finder.find(bytes).is_some()).then_some(rank::INSIDE),
            MatchSense::Whole => {
                let at = texts.split(BETWEEN).position(|one| *one == *self.text)?;
                Some(if at == 0 { rank::WHOLE } else { rank::WORD })
            }
            _ => {
                let mut best = None;
                for at in self.finder.find_iter(bytes) {
                    best = best.max(Some(self.rank_at(texts, at)));
                    if best >= Some(rank::WORD) {
                        break;
                    }
                }
                best
            }
        }
    }

    fn rank_at(&self, texts: &str, at: usize) -> u32 {
        let bytes = texts.as_bytes();
        // A word in ASCII is looked for in texts that are: a byte is a character, and nothing is decoded for each
        // place.
        let inside = match at.checked_sub(1).and_then(|before| bytes.get(before)) {
            None => {
                return match bytes.get(self.text.len()) {
                    None | Some(b'\n') => rank::WHOLE,
                    Some(_) => rank::NAME,
                };
            }
            Some(byte) if byte.is_ascii() => char::from(*byte) == BEYOND || byte.is_ascii_alphanumeric(),
            Some(_) => texts.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric),
        };
        if inside { rank::INSIDE } else { rank::WORD }
    }

    /// How well the word's letters match. Takes the first place found, made as short as it gets: linear in the text,
    /// where a search for the best place is not.
    fn resemblance(&self, plain: &str, whole: Option<&str>, scratch: &mut MatcherMemory) -> Option<u32> {
        let MatcherMemory { matcher, chars } = scratch;
        let score = if self.is_ascii {
            matcher.fuzzy_match_greedy(Utf32Str::Ascii(plain.as_bytes()), Utf32Str::Ascii(self.text.as_bytes()))
        } else {
            // Character by character: to find the graphemes takes longer than to match.
            chars.clear();
            chars.extend(whole?.chars());
            matcher.fuzzy_match_greedy(Utf32Str::Unicode(chars), Utf32Str::Unicode(&self.chars))
        };
        score.map(u32::from)
    }

    /// True if every match of this word is also a match of the other one, in either mode.
    fn implies(&self, other: &Self) -> bool {
        use MatchSense::{End, Fuzzy, Phrase, Start, Whole, Word};
        if self == other {
            return true;
        }
        if self.negative || other.negative {
            return false;
        }
        match (self.sense, other.sense) {
            (Start | Whole, Start) => self.text.starts_with(&*other.text),
            (End | Whole, End) => self.text.ends_with(&*other.text),
            (Word, Word) | (Fuzzy, Fuzzy) | (Phrase | Start | End | Whole, Word | Phrase) => {
                self.text.contains(&*other.text)
            }
            _ => false,
        }
    }
}

/// Words to find; a match has all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    all: Vec<SearchWord>,
    letters: Letters,
    is_beyond_ascii: bool,
}

impl Words {
    /// A search for these words.
    pub fn new(words: impl IntoIterator<Item = SearchWord>) -> Self {
        let words: Vec<SearchWord> = words.into_iter().collect();
        let wanted = words.iter().filter(|word| !word.negative && word.sense != MatchSense::Regex);
        let letters = wanted.fold(Letters::default(), |letters, word| letters.with(Letters::of(&word.text)));
        let is_beyond_ascii = words.iter().any(|word| !word.is_ascii || word.sense == MatchSense::Regex);
        Self { all: words, letters, is_beyond_ascii }
    }

    /// A search for the words that are typed into a box, where only spaces have a meaning: the first 64.
    pub fn typed(text: &str) -> Self {
        let words = text.split_whitespace().take(MOST_TYPED);
        Self::new(words.filter_map(|word| SearchWord::new(MatchSense::Word, word)))
    }

    /// True if there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The letters that a record must have to match.
    pub(super) fn letters(&self) -> Letters {
        self.letters
    }

    /// True if texts in ASCII don't suffice to decide.
    pub(super) fn is_beyond_ascii(&self) -> bool {
        self.is_beyond_ascii
    }

    /// True if some matches are better than others.
    pub fn ranks(&self) -> bool {
        self.all.iter().any(|word| !word.negative && word.sense != MatchSense::Regex)
    }

    /// True if [`MatchMode::Similar`] finds more than [`MatchMode::Exact`].
    pub fn is_loosened(&self) -> bool {
        self.all.iter().any(|word| !word.negative && word.sense == MatchSense::Word)
    }

    /// True if a fuzzy word was asked for, so that all matches are only similar.
    pub fn is_fuzzy(&self) -> bool {
        self.all.iter().any(|word| !word.negative && word.sense == MatchSense::Fuzzy)
    }

    /// True if every match of `self` is also a match of `earlier`, in either mode, so that `earlier`'s result can be
    /// narrowed.
    pub fn narrows(&self, earlier: &Self) -> bool {
        earlier.all.iter().all(|before| self.all.iter().any(|now| now.implies(before)))
    }

    /// `whole` are the texts as they are, where they have more than ASCII.
    pub(super) fn score_folded(
        &self,
        plain: &str,
        whole: Option<&str>,
        mode: MatchMode,
        scratch: &mut MatcherMemory,
    ) -> Option<u32> {
        let mut total = 0;
        for word in &self.all {
            total += word.score(plain, whole, mode, scratch)?;
        }
        Some(total)
    }

    /// The score of a line in a box whose cursor chooses one: lines that contain the words go before lines that have
    /// their letters. `None` where the line has not even these.
    pub fn closeness(&self, line: &str, scratch: &mut MatcherMemory) -> Option<u32> {
        let line = Line::new(line);
        let mut total = 0;
        for word in &self.all {
            total += match word.score(&line.plain, line.whole(), MatchMode::Exact, scratch) {
                Some(rank) => rank * CONTAINED,
                None => word.score(&line.plain, line.whole(), MatchMode::Similar, scratch)?.min(CONTAINED - 1),
            };
        }
        Some(total)
    }

    /// True if a line contains the words.
    pub fn finds(&self, line: &str) -> bool {
        let line = Line::new(line);
        self.score_folded(&line.plain, line.whole(), MatchMode::Exact, &mut MatcherMemory::default()).is_some()
    }

    /// The score of each line that matches, and whether these are only similar, as no line contains the words.
    pub fn score_lines<'a>(&self, lines: impl Iterator<Item = &'a str>) -> (Vec<Option<u32>>, bool) {
        let (lines, mut scratch): (Vec<Line>, _) = (lines.map(Line::new).collect(), MatcherMemory::default());
        let mut score = |mode| -> Vec<Option<u32>> {
            let lines = lines.iter();
            lines.map(|line| self.score_folded(&line.plain, line.whole(), mode, &mut scratch)).collect()
        };
        let exact = score(MatchMode::Exact);
        if exact.iter().any(Option::is_some) || !self.is_loosened() {
            return (exact, false);
        }
        let similar = score(MatchMode::Similar);
        let is_similar = similar.iter().any(Option::is_some);
        (similar, is_similar)
    }
}

/// A line of a box, folded.
struct Line {
    folded: String,
    plain: String,
}

impl Line {
    fn new(text: &str) -> Self {
        let folded = folded(text);
        Self { plain: folded.chars().map(super::plain).collect(), folded }
    }

    fn whole(&self) -> Option<&str> {
        (!self.folded.is_ascii()).then_some(self.folded.as_str())
    }
}

/// Reusable memory of a matcher.
pub struct MatcherMemory {
    matcher: Matcher,
    chars: Vec<char>,
}

impl Default for MatcherMemory {
    fn default() -> Self {
        let mut config = Config::DEFAULT;
        // Both sides are folded already: to look characters up in tables again takes most of the time.
        (config.normalize, config.ignore_case) = (false, false);
        Self { matcher: Matcher::new(config), chars: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
