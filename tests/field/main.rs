//! Field cases: the real program against small SCIM servers that behave as servers in the field do, and with files as other
//! tools write them. The expected outcome never rests on knowledge that the server did not give.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod back;
mod decided;
mod doctor;
mod key_owner;
mod late;
mod listed;
mod long_list;
mod members;
mod names;
mod nested;
mod normalised;
mod outcomes;
mod partial;
mod property;
mod records;
mod roles;
mod scalars;
mod server;
mod spreadsheets;
mod state;
mod terminal;
mod undo;
mod wandb;
mod wandb_docs;
mod world;
