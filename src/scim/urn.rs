//! The schema and message URNs that this program writes. Knows nothing else.
//!
//! URNs compare without regard to case when read (RFC 7643 §2.1); these are the spellings that are sent.

/// A user (RFC 7643 §4.1).
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// A group (RFC 7643 §4.2).
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// A role. Not in the RFCs; servers with a `/Roles` endpoint use this name.
pub const ROLE: &str = "urn:ietf:params:scim:schemas:core:2.0:Role";
/// The beginning of the core schemas' URNs: their attributes stand at the top level of a resource.
pub const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";
/// The extension for employees (RFC 7643 §4.3).
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The body of a PATCH request (RFC 7644 §3.5.2).
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The answer to a list or a search (RFC 7644 §3.4.2).
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// The body of a failed request (RFC 7644 §3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
