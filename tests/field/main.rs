//! Field cases: the real program against small SCIM servers that behave as servers in the field do, and with files as other
//! tools write them. The expected outcome never rests on knowledge that the server did not give.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod back;
mod by_name;
mod decided;
mod doctor;
mod doctor_beside;
mod echo;
mod grafana;
mod key_command;
mod key_owner;
mod large;
mod late;
mod listed;
mod long_list;
mod made_otherwise;
mod meanwhile;
mod members;
mod members_in_part;
mod moves;
mod names;
mod nested;
mod normalised;
mod outcomes;
mod partial;
mod passed;
mod property;
mod put_off;
mod records;
mod references;
mod roles;
mod scalars;
mod screen;
mod sent_back;
mod server;
mod spreadsheets;
mod state;
mod taken_along;
mod terminal;
mod typed_names;
mod undo;
mod unread_roles;
mod wandb;
mod wandb_docs;
mod wandb_samples;
mod world;
