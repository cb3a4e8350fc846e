//! The form for a filter that the server applies, for lists too long to read whole (RFC 7644 §3.4.2.2).

use super::{Field, Form, Purpose};
use crate::scim::filter::{self, Filter};

impl Form {
    /// A form with the filter in use.
    pub fn server_filter(present: Option<&Filter>) -> Self {
        let present = present.map(ToString::to_string).unwrap_or_default();
        let hint = "such as userName sw \"eva\" or active eq false; empty: all users";
        let fields = vec![Field::text("filter", "Filter", &present, hint)];
        Self::new(Purpose::ServerFilter, "Users that the server finds", fields)
    }

    /// The filter, or `None` with the error set; nothing entered is no filter.
    pub fn filter(&mut self) -> Option<Option<Filter>> {
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
