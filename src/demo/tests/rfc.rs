//! Plain SCIM.
