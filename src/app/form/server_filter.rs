//! The form for a filter that the server applies, for lists too long to read whole (RFC 7644 §3.4.2.2).

use super::{FormField, FormPurpose, FormState};
use crate::scim::filter::{self, ScimFilter};

impl FormState {
    /// A form with the filter in use.
    pub fn server_filter(present: Option<&ScimFilter>) -> Self {
        let present = present.map(ToString::to_string).unwrap_or_default();
        let hint = "such as userName sw \"eva\" or active eq false; empty: all users";
        let fields = vec![FormField::text("filter", "Filter", &present, hint)];
        Self::new(FormPurpose::ServerFilter, "Users that the server finds", fields)
    }

    /// The filter, or `None` with the error set; nothing entered is no filter.
    pub fn filter(&mut self) -> Option<Option<ScimFilter>> {
        self.forget_errors();
        match self.value("filter").to_owned().as_str() {
            "" => Some(None),
            text => match filter::parse(text) {
                Ok(filter) => Some(Some(filter)),
                Err(error) => {
                    self.fail("filter", error.to_string());
                    None
                }
            },
        }
    }
}
