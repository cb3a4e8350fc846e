//! Finds the people named in a text: a pasted column, a line from a chat, the recipients of a mail.

use rustc_hash::FxHashSet;

use super::{
    Id,
    find::{MissingName, NameFinder, NamedRecord},
    record::User,
};
use crate::scim::text::fold;

/// A name that does not identify a single person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtfulName {
    /// The name as written.
    pub text: String,
    /// The reason: the name matches nobody, or several people.
    pub missing: MissingName,
}

impl DoubtfulName {
    /// People who may be meant, the likeliest first.
    pub fn choices(&self) -> &[NamedRecord] {
        let (MissingName::Unknown(records) | MissingName::Several(records)) = &self.missing;
        records
    }

    /// True if the name matches several people exactly, rather than nearly.
    pub fn is_several(&self) -> bool {
        matches!(self.missing, MissingName::Several(_))
    }
}

/// The people named in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Ids of the people found, without duplicates, in the order of the text.
    pub found: Vec<Id>,
    /// Names that match nobody, or several people.
    pub doubts: Vec<DoubtfulName>,
    /// Number of repeated names.
    pub twice: usize,
}

/// Reads a text. Lines, semicolons and tabs separate names. Commas do, too, and so do spaces if a word is a name and
/// the whole is not. For `Name <email>` the address counts.
pub fn named(text: &str, finder: &NameFinder<'_>) -> Named {
    let mut reading =
        Reading { finder, named: Named::default(), seen: FxHashSet::default(), unknown: FxHashSet::default() };
    for item in text.trim_start_matches('\u{feff}').split(['\n', '\r', ';', '\t']) {
        reading.item(item);
    }
    reading.named
}

struct Reading<'a> {
    finder: &'a NameFinder<'a>,
    named: Named,
    seen: FxHashSet<Id>,
    unknown: FxHashSet<String>,
}

impl Reading<'_> {
    fn item(&mut self, item: &str) {
        let mut rest = item;
        while let Some((before, address, after)) = bracketed(rest) {
            let user = self.finder.user(address).ok();
            // The last piece is the name that goes with the address. Other names of that user are skipped, too, such as
            // the first half of `Tanaka, Eva <eva@example.com>`.
            let mut pieces: Vec<&str> = before.split(',').collect();
            pieces.pop();
            for piece in pieces.into_iter().filter(|piece| !user.is_some_and(|user| is_called(user, piece))) {
                self.piece(piece);
            }
            self.one(address);
            rest = after;
        }
        rest.split(',').for_each(|piece| self.piece(piece));
    }

    fn piece(&mut self, piece: &str) {
        let piece = bare(piece);
        let words = || piece.split_whitespace();
        if self.finder.knows_user(piece) || !words().any(|word| self.finder.knows_user(bare(word))) {
            self.one(piece);
        } else {
            words().for_each(|word| self.one(bare(word)));
        }
    }

    fn one(&mut self, name: &str) {
        let name = name.trim();
        if name.is_empty() {
            return;
        }
        let missing = match self.finder.user(name) {
            Ok(user) => {
                if self.seen.insert(user.id.clone()) {
                    self.named.found.push(user.id.clone());
                } else {
                    self.named.twice += 1;
                }
                return;
            }
            Err(missing) => missing,
        };
        if !self.unknown.insert(fold(name)) {
            self.named.twice += 1;
            return;
        }
        self.named.doubts.push(DoubtfulName { text: name.to_owned(), missing });
    }
}

/// The text before the first `<…>`, in it, and after it.
fn bracketed(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('<')?;
    let (address, after) = rest.split_once('>')?;
    let address = address.trim();
    (!address.is_empty()).then_some((before, address.strip_prefix("mailto:").unwrap_or(address), after))
}

/// Strips quotes and the bullet of a list.
fn bare(piece: &str) -> &str {
    let piece = piece.trim();
    let piece = ["- ", "* ", "• "].iter().find_map(|bullet| piece.strip_prefix(bullet)).unwrap_or(piece);
    piece.trim().trim_matches('"').trim()
}

fn is_called(user: &User, piece: &str) -> bool {
    let piece = fold(bare(piece));
    [&user.display_name, &user.user_name, &user.email].iter().any(|name| fold(name.raw()).contains(&piece))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Directory, records::Records};

    fn directory() -> Directory {
        let user = |name: &str, display: &str| User {
            id: format!("id-{name}").as_str().into(),
            user_name: name.into(),
            display_name: display.into(),
            email: format!("{}@example.com", name.replace(' ', ".")).as_str().into(),
            ..User::default()
        };
        let users = vec![
            user("eva-tanaka", "Eva Tanaka"),
            user("ivan", "Ivan Rossi"),
            user("noor", "Noor Haddad"),
            user("Max Weber", "Max Weber"),
            User { email: "ivan@example.com".into(), ..user("lars", "Lars Kim") },
            user("sam-1", "Sam Kim"),
            user("sam-2", "Sam Kim"),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![], vec![]), true);
        directory
    }

    /// The names found, the doubtful names with their near matches, and the number of repeats.
    fn told(text: &str) -> (String, String, usize) {
        let directory = directory();
        let named = named(text, &NameFinder::new(&directory));
        let found: Vec<&str> = named.found.iter().map(|id| id.trim_start_matches("id-")).collect();
        let doubt = |doubt: &DoubtfulName| {
            let near: Vec<&str> = doubt.choices().iter().map(|one| one.name.as_str()).collect();
            format!("{}[{}]", doubt.text, near.join(","))
        };
        (found.join(" "), named.doubts.iter().map(doubt).collect::<Vec<_>>().join(" "), named.twice)
    }

    #[rstest::rstest]
    #[case::a_column("eva-tanaka\r\nNOOR\n\n", "eva-tanaka noor")]
    #[case::commas_and_semicolons("noor, eva-tanaka;max.weber@example.com", "noor eva-tanaka Max Weber")]
    #[case::spaces("noor eva-tanaka", "noor eva-tanaka")]
    #[case::a_name_with_a_space("Max Weber\nnoor", "Max Weber noor")]
    #[case::cells("noor\teva-tanaka@example.com\tid-ivan", "noor eva-tanaka ivan")]
    #[case::mail("Eva Tanaka <eva-tanaka@example.com>, \"Noor H\" <mailto:noor@example.com>", "eva-tanaka noor")]
    #[case::outlook("Tanaka, Eva <eva-tanaka@example.com>; Haddad, Noor <noor@example.com>", "eva-tanaka noor")]
    #[case::both("noor, Eva <eva-tanaka@example.com>, lars", "noor eva-tanaka lars")]
    #[case::bullets("- noor\n* lars\n• eva-tanaka", "noor lars eva-tanaka")]
    #[case::a_byte_order_mark("\u{feff}noor\nlars", "noor lars")]
    #[case::display_names("Eva Tanaka\nnoor haddad; Lars Kim", "eva-tanaka noor lars")]
    #[case::nothing(" ,;\n<>", "")]
    fn everybody_is_found(#[case] text: &str, #[case] found: &str) {
        let (who, doubts, _) = told(text);
        assert_eq!(who, found);
        assert_eq!(doubts, if text.contains("<>") { "<>[]" } else { "" });
    }

    #[test]
    fn nobody_is_dropped_in_silence() {
        assert_eq!(told("eva-tanak\nnoor"), ("noor".into(), "eva-tanak[eva-tanaka]".into(), 0));
        assert_eq!(told("lras, Eva <eva-tanaka@example.com>"), ("eva-tanaka".into(), "lras[lars]".into(), 0));
        assert_eq!(told("Zebra Crossing"), (String::new(), "Zebra Crossing[]".into(), 0));
        assert_eq!(told("noor zebra"), ("noor".into(), "zebra[]".into(), 0));
        assert_eq!(told("ivan@example.com"), (String::new(), "ivan@example.com[ivan,lars]".into(), 0));
        assert_eq!(told("Sam Kim"), (String::new(), "Sam Kim[sam-1,sam-2]".into(), 0), "each with an id of their own");
        assert_eq!(told("n\u{200b}oor"), (String::new(), "n\u{200b}oor[noor]".into(), 0));
        assert_eq!(told("noor, NOOR; noor@example.com; zebra; Zebra"), ("noor".into(), "zebra[]".into(), 3));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z<>,;@\\- \n\t\"]{0,60}") {
            let directory = directory();
            let finder = NameFinder::new(&directory);
            let read = named(&text, &finder);
            proptest::prop_assert_eq!(read.found.iter().collect::<FxHashSet<_>>().len(), read.found.len());
        }
    }
}
