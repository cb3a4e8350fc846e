//! The book and the other documents agree with the tree: links, commands, files, and pages that comments cite.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use clap::{Parser, error::ErrorKind};
use regex::Regex;
use scimitar::{
    cli::Cli,
    config::ConfigFile,
    desired::{self, ColumnOptions, FileFormat},
};

/// Documents beside the book.
const OTHERS: [&str; 6] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "benches/README.md"];
/// The book.
const BOOK: &str = "docs/src";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A document.
struct Page {
    /// Relative to the root.
    path: PathBuf,
    text: String,
}

/// A block of a page between fences.
struct Block<'t> {
    language: &'t str,
    text: String,
}

impl Page {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, text }
    }

    fn name(&self) -> std::path::Display<'_> {
        self.path.display()
    }

    fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        let mut open: Option<Block<'_>> = None;
        for line in self.text.lines() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(language), None) => open = Some(Block { language, text: String::new() }),
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (None, Some(block)) => block.text.extend([line, "\n"]),
                (None, None) => {}
            }
        }
        blocks
    }

    /// The lines outside of blocks.
    fn prose(&self) -> String {
        let mut fenced = false;
        let outside = self.text.lines().filter(|line| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fence && !fenced
        });
        outside.flat_map(|line| [line, "\n"]).collect()
    }

    /// The text between backquotes.
    fn code(&self) -> Vec<String> {
        self.prose().split("\n\n").flat_map(|part| part.split('`').skip(1).step_by(2).map(str::to_owned)).collect()
    }

    /// The places that a link can name behind `#`.
    fn anchors(&self) -> BTreeSet<String> {
        self.prose()
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| anchor(line.trim_start_matches('#')))
            .collect()
    }
}

/// As mdBook and forges make it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect(folder) {
        let entry = entry.expect(folder);
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect(folder).is_dir() {
            found.extend(files(&path, ending));
        } else if path.ends_with(ending) {
            found.push(path.into());
        }
    }
    found.sort();
    found
}

fn pages() -> Vec<Page> {
    let others = OTHERS.map(PathBuf::from);
    files(BOOK, ".md").into_iter().chain(others).map(Page::read).collect()
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(plain.pop()),
            std::path::Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// Whether a place, a path with a heading behind `#`, is there.
fn is_there(place: &str) -> bool {
    let (path, heading) = place.split_once('#').unwrap_or((place, ""));
    let exists = root().join(path).exists();
    exists && (heading.is_empty() || Page::read(path.into()).anchors().contains(heading))
}

#[test]
fn links_lead_somewhere() {
    static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern"));
    for page in pages() {
        let prose = page.prose();
        let without_code: String = prose.split('`').step_by(2).collect();
        for link in LINK.captures_iter(&without_code).map(|found| found[1].to_owned()) {
            if link.contains("://") {
                continue;
            }
            let place = match link.strip_prefix('#') {
                Some(heading) => format!("{}#{heading}", page.name()),
                None => plain(&page.path.parent().unwrap_or(Path::new("")).join(&link)).display().to_string(),
            };
            assert!(is_there(&place), "{} links to {link}", page.name());
            let leaves = page.path.starts_with(BOOK) && !place.starts_with(BOOK);
            assert!(!leaves, "{}: {link} is outside of the book", page.name());
        }
    }
}

#[test]
fn the_summary_has_every_page_once() {
    let summary = fs::read_to_string(root().join(BOOK).join("SUMMARY.md")).expect("SUMMARY.md");
    let mut listed: Vec<PathBuf> =
        summary.split("](").skip(1).filter_map(|rest| Some(Path::new(BOOK).join(rest.split_once(')')?.0))).collect();
    listed.push(Path::new(BOOK).join("SUMMARY.md"));
    listed.sort();
    assert_eq!(listed, files(BOOK, ".md"));
}

/// The words of each command of a shell's line that is ours.
fn ours(line: &str) -> Vec<Vec<String>> {
    let words = shlex::split(line).unwrap_or_else(|| panic!("{line}: a quote is open"));
    let commands = words.split(|word| ["|", "&&", ";"].contains(&word.as_str()));
    let mut found = Vec::new();
    for command in commands {
        let until = command.iter().position(|word| word.starts_with('>')).unwrap_or(command.len());
        let command = &command[..until];
        let begins = command.iter().position(|word| !word.contains('=')).unwrap_or(0);
        let program = command.get(begins).map_or("", |word| word.rsplit('/').next().unwrap_or_default());
        match program {
            "scimitar" => found.push(command[begins..].to_vec()),
            "cargo" if command.get(begins + 1).is_some_and(|word| word == "run") => {
                let rest = command.iter().position(|word| word == "--").map_or(&[][..], |at| &command[at + 1..]);
                found.push([&["scimitar".to_owned()][..], rest].concat());
            }
            _ => {}
        }
    }
    found
}

#[test]
fn commands_are_understood() {
    let mut count = 0;
    for page in pages().iter().filter(|page| page.path != Path::new("CHANGELOG.md")) {
        let blocks = page.blocks();
        let shell = blocks.iter().filter(|block| ["sh", ""].contains(&block.language));
        let joined: Vec<String> = shell.map(|block| block.text.replace("\\\n", " ")).collect();
        let lines =
            joined.iter().flat_map(|text| text.lines()).map(|line| (line.trim_start_matches("$ ").to_owned(), false));
        let spans = page.code().into_iter().filter(|span| span.starts_with("scimitar "));
        // In a sentence a command may stand without its arguments.
        let spans = spans.map(|span| (span.replace('\n', " "), true));
        let is_ours = |(line, _): &(String, bool)| line.contains("scimitar") || line.contains("cargo run");
        for (line, is_named) in lines.chain(spans).filter(is_ours) {
            for words in ours(&line) {
                count += 1;
                let Err(error) = Cli::try_parse_from(&words) else { continue };
                let is_fine = match error.kind() {
                    ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
                    ErrorKind::MissingRequiredArgument => is_named,
                    _ => false,
                };
                assert!(is_fine, "{}: {}\n{error}", page.name(), words.join(" "));
            }
        }
    }
    assert!(count > 40, "{count} commands were found");
}

#[test]
fn examples_of_files_are_read() {
    let mut seen = BTreeSet::new();
    for page in pages() {
        for Block { language, text } in page.blocks() {
            let read = match language {
                "toml" => {
                    ConfigFile::parse(&text, Path::new("config.toml")).map(drop).map_err(|error| error.to_string())
                }
                "json" => serde_json::from_str::<serde_json::Value>(&text).map(drop).map_err(|error| error.to_string()),
                "yaml" | "csv" => {
                    let format = if language == "csv" { FileFormat::Csv } else { FileFormat::Yaml };
                    desired::read(&text, format, &ColumnOptions::default())
                        .map(drop)
                        .map_err(|wrong| format!("{wrong:?}"))
                }
                _ => continue,
            };
            assert_eq!(read, Ok(()), "{}:\n{text}", page.name());
            seen.insert(language.to_owned());
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["csv", "json", "toml", "yaml"]);
}

#[test]
fn files_that_are_named_are_there() {
    const FOLDERS: [&str; 7] = ["src/", "tests/", "benches/", "docs/", "assets/", ".ci/", ".github/"];
    // The changelog speaks of what was.
    for page in pages().iter().filter(|page| page.path != Path::new("CHANGELOG.md")) {
        for span in page.code() {
            let path = span.split("::").next().unwrap_or_default();
            let is_path = FOLDERS.iter().any(|folder| path.starts_with(folder)) && !path.contains([' ', '*', '<', '{']);
            assert!(!is_path || root().join(path).exists(), "{} names {span}", page.name());
        }
    }
}

/// True where the modules are on the way to this file, in this order.
fn is_in_modules(file: &Path, modules: &[&str]) -> bool {
    let mut parts = file.iter().filter_map(|part| part.to_str()).map(|part| part.trim_end_matches(".rs"));
    modules.iter().all(|module| parts.any(|part| part == *module))
}

/// Items that the pages for developers name with their modules, such as `plan::IdGenerator`, stand in these modules.
#[test]
fn items_that_are_named_with_their_modules_are_there() {
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^((?:[a-z_]+::)+)([A-Za-z_]+)(?:\(\))?$").expect("a pattern"));
    let read = |path: PathBuf| (fs::read_to_string(root().join(&path)).expect("UTF-8"), path);
    let sources: Vec<(String, PathBuf)> = files("src", ".rs").into_iter().map(read).collect();
    let internals = files("docs/src/internals", ".md").into_iter();
    for page in internals.chain(["ARCHITECTURE.md".into(), "CONTRIBUTING.md".into()]).map(Page::read) {
        for span in page.code() {
            let Some((_, [modules, name])) = NAMED.captures(&span).map(|found| found.extract()) else { continue };
            let modules: Vec<&str> = modules.split_terminator("::").collect();
            let declared =
                Regex::new(&format!(r"\b(struct|enum|trait|type|fn|const|static|mod|macro_rules!) {name}\b"));
            let declared = declared.expect("a pattern");
            let is_there = |(text, path): &(String, PathBuf)| {
                is_in_modules(path, &[modules.as_slice(), &[name]].concat())
                    || (is_in_modules(path, &modules) && declared.is_match(text))
            };
            assert!(sources.iter().any(is_there), "{} names {span}", page.name());
        }
    }
}

#[test]
fn pages_that_comments_cite_are_there() {
    static CITED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"docs/[\w/-]+\.md(?:#[\w-]+)?").expect("a pattern"));
    let mut count = 0;
    for path in ["src", "tests", "benches"].iter().flat_map(|folder| files(folder, ".rs")) {
        let text = fs::read_to_string(root().join(&path)).expect("UTF-8");
        for cited in CITED.find_iter(&text) {
            count += 1;
            assert!(is_there(cited.as_str()), "{} cites {}", path.display(), cited.as_str());
        }
    }
    assert!(count > 25, "{count} pages are cited");
}

/// Every setting of the example config has its row, and every row is about a setting of the example.
#[test]
fn the_settings_of_the_config_are_those_of_the_example() {
    let page = Page::read("docs/src/profiles.md".into());
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let rows = page.text.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0));
    let named: BTreeSet<&str> = rows.filter(|name| is_name(name)).collect();
    let example = fs::read_to_string(root().join("assets/config.toml")).expect("the example");
    let mut section = "";
    let lines = example.lines().map(|line| line.trim_start_matches("# ")).filter(|line| {
        section = if line.starts_with('[') { line } else { section };
        section != "[keys]"
    });
    let settings: BTreeSet<&str> =
        lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).filter(|name| is_name(name)).collect();
    let missing: Vec<_> = settings.difference(&named).collect();
    assert!(missing.is_empty(), "docs/src/profiles.md lacks {missing:?}");
    let unknown: Vec<_> = named.iter().filter(|name| !example.contains(&format!("{name} = "))).collect();
    assert!(unknown.is_empty(), "assets/config.toml lacks {unknown:?}");
}

/// Whoever has just cloned the repository copies the first two commands of the README.
#[test]
fn the_readme_begins_with_the_demo_and_the_tests() {
    let readme = Page::read("README.md".into());
    let commands: Vec<String> = readme.blocks().into_iter().take(2).map(|block| block.text.trim().to_owned()).collect();
    assert_eq!(commands, ["cargo run --release -- demo", "cargo test"]);
}

/// Whoever searches the book for a message finds it as the program writes it.
#[test]
fn messages_are_quoted_as_they_are() {
    let page = Page::read("docs/src/troubleshooting.md".into());
    let sources: Vec<String> =
        files("src", ".rs").iter().map(|path| fs::read_to_string(root().join(path)).expect("UTF-8")).collect();
    let quoted = page.text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(words, _)| words));
    let mut count = 0;
    for words in quoted {
        count += 1;
        assert!(sources.iter().any(|text| text.contains(words)), "no source says: {words}");
    }
    assert!(count > 30, "{count} messages are quoted");
}
