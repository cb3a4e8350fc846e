//! The SCIM protocol (RFC 7643, RFC 7644) without IO: what is read tolerantly and written strictly.
//!
//! Knows no vendor, no clock, no network and no screen. Requests are values that [`crate::client`] sends.

pub mod caseless;
pub mod cell;
pub mod confusable;
pub mod difference;
pub mod discovery;
pub mod document;
pub mod error;
pub mod failure;
pub mod filter;
pub mod graph;
pub mod instant;
pub mod json;
pub mod list;
pub mod merge;
pub mod pager;
pub mod patch;
pub mod quirks;
pub mod request;
pub mod schema;
pub mod shorten;
pub mod split;
pub mod text;
pub mod tree;
pub mod urn;
pub mod wait;
