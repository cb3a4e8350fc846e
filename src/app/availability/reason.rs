//! The sentence that a person is shown where an action can't be done.

use std::borrow::Cow;

use crate::directory::refusal::Refusal;

/// Why something can't be done now, as the person is told; most of them are fixed sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(Cow<'static, str>);

impl From<&'static str> for Unavailable {
    fn from(why: &'static str) -> Self {
        Self(why.into())
    }
}

impl From<String> for Unavailable {
    fn from(why: String) -> Self {
        Self(why.into())
    }
}

impl From<Cow<'static, str>> for Unavailable {
    fn from(why: Cow<'static, str>) -> Self {
        Self(why)
    }
}

impl From<&Refusal> for Unavailable {
    fn from(why: &Refusal) -> Self {
        why.text.clone().into()
    }
}

impl From<Unavailable> for String {
    fn from(why: Unavailable) -> Self {
        why.0.into_owned()
    }
}
