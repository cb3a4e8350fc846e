//! The release of W&B's server that the demo stands in for.

use std::fmt;
use std::str::FromStr;

use super::options::OptionError;

/// A release of W&B's server, such as 0.80.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerVersion(pub(super) u16, pub(super) u16, pub(super) u16);

/// The newest release whose notes were read.
pub(super) const NEWEST: ServerVersion = ServerVersion(0, 85, 0);

impl Default for ServerVersion {
    fn default() -> Self {
        NEWEST
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}.{}", self.0, self.1, self.2))
    }
}

impl FromStr for ServerVersion {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Option<Vec<u16>> = text.split('.').map(|part| part.parse().ok()).collect();
        match numbers.as_deref() {
            Some(&[major, minor]) => Ok(Self(major, minor, 0)),
            Some(&[major, minor, patch]) => Ok(Self(major, minor, patch)),
            _ => Err(OptionError::new(format!("unknown server version {text:?}: write a release, as in 0.80.1"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_back_and_ordered() {
        assert_eq!("0.80.1".parse::<ServerVersion>().unwrap().to_string(), "0.80.1");
        assert_eq!("0.74".parse(), Ok(ServerVersion(0, 74, 0)));
        assert!(ServerVersion(0, 9, 9) < ServerVersion(0, 80, 0));
        for text in ["", "0", "0.80.1.2", "v0.80", "new"] {
            assert!(text.parse::<ServerVersion>().unwrap_err().to_string().contains("0.80.1"), "{text}");
        }
    }
}
