//! The sentence that a person is shown where an action can't be done.

use std::borrow::Cow;

use crate::directory::refusal::Refusal;

/// Why something can't be done now, as the person is told; most of them are fixed sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnavailableReason(Cow<'static, str>);

impl From<&'static str> for UnavailableReason {
    fn from(why: &'static str) -> Self {
        Self(why.into())
    }
}

impl From<String> for UnavailableReason {
    fn from(why: String) -> Self {
        Self(why.into())
    }
}

impl From<Cow<'static, str>> for UnavailableReason {
    fn from(why: Cow<'static, str>) -> Self {
        Self(why)
    }
}

impl From<&Refusal> for UnavailableReason {
    fn from(why: &Refusal) -> Self {
        why.text.clone().into()
    }
}

impl From<UnavailableReason> for String {
    fn from(why: UnavailableReason) -> Self {
        why.0.into_owned()
    }
}
