use proptest::prelude::*;

use super::*;

fn word(sense: MatchSense, text: &str) -> Words {
    Words::new(SearchWord::new(sense, text))
}

/// The score in the folded texts of a record.
fn score(words: &Words, texts: &str, mode: MatchMode) -> Option<u32> {
    let line = Line::new(texts);
    words.score_folded(&line.plain, line.whole(), mode, &mut MatcherMemory::default())
}

#[test]
fn better_places_have_better_scores() {
    let texts = ["tan", "tanaka\neva", "eva-tanaka", "eva\ntanaka", "chartan x", "éxtan"];
    let scores = texts.map(|texts| score(&word(MatchSense::Word, "tan"), texts, MatchMode::Exact).unwrap());
    assert_eq!(scores, [rank::WHOLE, rank::NAME, rank::WORD, rank::WORD, rank::INSIDE, rank::INSIDE]);
    assert_eq!(score(&word(MatchSense::Word, "tan"), "atan tan", MatchMode::Exact), Some(rank::WORD), "the best place");
}

#[rstest::rstest]
#[case("^eva$", "noor\neva", true)]
#[case("^eva$", "eva-tanaka\neva x", false)]
#[case("T.N[a-c]KA", "eva-tanaka", true)]
#[case("a.e", "tanaka\neva", false)]
#[case("[^x]eva", "tanaka\neva", false)]
#[case(r"\d{2}", "eva-42", true)]
#[case(r"\bан", "Анна", true)]
#[case("ÉVA", "eva", true)]
#[case("[à-ç]x", "Ax", true)]
#[case("eva tan", "Eva Tanaka", true)]
fn expressions_match_one_text(#[case] pattern: &str, #[case] texts: &str, #[case] is_found: bool) {
    let expression = SearchWord::regex(pattern).unwrap();
    let found = |word: SearchWord| score(&Words::new([word]), texts, MatchMode::Exact).is_some();
    assert_eq!((found(expression.clone()), found(expression.negated())), (is_found, !is_found));
}

#[rstest::rstest]
#[case("(a", "unclosed group")]
#[case("[z-a]", "invalid character class range, the start must be <= the end")]
#[case("((a{100}){100}){100}", "too large: fewer or smaller repetitions would do")]
fn bad_expressions_say_why(#[case] pattern: &str, #[case] why: &str) {
    assert_eq!(SearchWord::regex(pattern).unwrap_err().to_string(), why);
}

#[test]
fn lines_that_contain_the_words_come_before_similar_ones() {
    let words = Words::typed("vi me");
    let mut scratch = MatcherMemory::default();
    let mut close = |line| words.closeness(line, &mut scratch);
    let (both, one, none) = (close("vision member"), close("vision viewer m1 e"), close("velocity mute i e"));
    assert!(both > one && one > none, "{both:?} {one:?} {none:?}");
    assert_eq!(close("nlp"), None);
    let lines = ["run:delete", "run:read"];
    assert_eq!(Words::typed("del").score_lines(lines.into_iter()), (vec![Some(rank::WORD), None], false));
    let (similar, is_similar) = Words::typed("dlt").score_lines(lines.into_iter());
    assert!(is_similar && similar[0].is_some() && similar[1].is_none());
    assert_eq!(Words::typed("xyz").score_lines(lines.into_iter()), (vec![None, None], false));
}

#[rstest::rstest]
#[case((MatchSense::Word, "tana"), (MatchSense::Word, "tan"), true)]
#[case((MatchSense::Word, "etan"), (MatchSense::Word, "tan"), true)]
#[case((MatchSense::Word, "ta"), (MatchSense::Word, "tan"), false)]
#[case((MatchSense::Phrase, "eva t"), (MatchSense::Word, "a t"), true)]
#[case((MatchSense::Word, "eva"), (MatchSense::Phrase, "ev"), false)]
#[case((MatchSense::Start, "eva"), (MatchSense::Start, "ev"), true)]
#[case((MatchSense::Start, "eva"), (MatchSense::Start, "va"), false)]
#[case((MatchSense::End, "eva"), (MatchSense::End, "va"), true)]
#[case((MatchSense::Fuzzy, "tnk"), (MatchSense::Fuzzy, "tn"), true)]
#[case((MatchSense::Fuzzy, "tnk"), (MatchSense::Word, "tn"), false)]
fn words_that_say_more_narrow(
    #[case] now: (MatchSense, &str),
    #[case] before: (MatchSense, &str),
    #[case] narrows: bool,
) {
    assert_eq!(word(now.0, now.1).narrows(&word(before.0, before.1)), narrows);
    let negated = |(sense, text)| Words::new(SearchWord::new(sense, text).map(SearchWord::negated));
    assert!(!negated(now).narrows(&negated(before)));
    assert!(negated(now).narrows(&negated(now)));
}

fn senses() -> impl Strategy<Value = MatchSense> {
    use MatchSense::{End, Fuzzy, Phrase, Start, Whole, Word};
    prop::sample::select(vec![Word, Phrase, Start, End, Whole, Fuzzy])
}

/// A simple reference implementation, for a single word.
fn holds(sense: MatchSense, needle: &str, texts: &str, mode: MatchMode) -> bool {
    let mut texts = texts.split('\n');
    match sense {
        MatchSense::Word if mode == MatchMode::Exact => texts.any(|text| text.contains(needle)),
        MatchSense::Phrase => texts.any(|text| text.contains(needle)),
        MatchSense::Start => texts.any(|text| text.starts_with(needle)),
        MatchSense::End => texts.any(|text| text.ends_with(needle)),
        MatchSense::Whole => texts.any(|text| text == needle),
        _ => {
            let joined = texts.collect::<Vec<_>>().join("\n");
            let mut letters = joined.chars();
            needle.chars().all(|c| letters.any(|letter| letter == c))
        }
    }
}

proptest! {
    #[test]
    fn words_match_what_they_say(
        texts in "[a-c陈дø٠. \\-\n]{0,12}",
        needle in "[a-cø陈.]{1,3}",
        sense in senses(),
        similar in any::<bool>(),
    ) {
        let mode = if similar { MatchMode::Similar } else { MatchMode::Exact };
        let (texts, needle) = (folded(&texts), folded(&needle));
        let positive = word(sense, &needle);
        let negative = Words::new(SearchWord::new(sense, &needle).map(SearchWord::negated));
        let wanted = holds(sense, &needle, &texts, mode);
        prop_assert_eq!(score(&positive, &texts, mode).is_some(), wanted);
        // Excluded words match exactly as typed, even in loose modes.
        prop_assert_eq!(score(&negative, &texts, mode).is_some(), !holds(sense, &needle, &texts, MatchMode::Exact));
    }

    #[test]
    fn narrower_words_match_less(
        texts in "[ab\n]{0,8}",
        now in (senses(), "[ab]{1,3}"),
        before in (senses(), "[ab]{1,2}"),
    ) {
        let (now, before) = (word(now.0, &now.1), word(before.0, &before.1));
        for mode in [MatchMode::Exact, MatchMode::Similar] {
            let is_found = |words| score(words, &texts, mode).is_some();
            prop_assert!(!now.narrows(&before) || !is_found(&now) || is_found(&before), "{now:?} {before:?} {mode:?}");
        }
    }
}
