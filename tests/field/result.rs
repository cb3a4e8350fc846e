//! A command that has ended, and what tests ask of it.

use serde_json::Value;

/// A command that has ended.
#[derive(Debug)]
pub struct CommandResult {
    pub args: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl CommandResult {
    /// Asserts the exit status.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Asserts that standard error contains each text.
    #[track_caller]
    pub fn warns(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.err.contains(text), "{text:?} is not on standard error: {self}");
        }
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for CommandResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { args, code, out, err } = self;
        let cut = |text: &str| text.chars().take(3_000).collect::<String>();
        write!(f, "`{args}` ended with {code}\n--- out\n{}\n--- err\n{}", cut(out), cut(err))
    }
}
