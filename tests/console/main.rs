//! Console tests: the real loop on a test backend, against the demo server over real HTTP.
//!
//! Keys come from the action table, outcomes are read from the screen, from the journal, and from the server by a client
//! of the test's own. Tests wait for idle, never for time; the limit around it only ends a test that hangs.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod admins;
mod alike;
mod answers;
mod arrange;
mod attributes;
mod audit;
mod beside;
mod bulk;
mod bursts;
mod changes;
mod command_line;
mod conflict;
mod datasaur;
mod disk;
mod fake;
mod faults;
mod flows;
mod generations;
mod grafana;
mod graph;
mod guards;
mod habits;
mod harness;
mod hydrate;
mod in_flight;
mod input;
mod instance;
mod jobs;
mod looking;
mod lost;
mod marks;
mod more_jobs;
mod odd;
mod offboard;
mod offline;
mod people;
mod plan_lines;
mod profiles;
mod reading;
mod refresh;
mod refusal;
mod rfc;
mod roles;
mod row_keys;
mod scale;
mod sizes;
mod stage;
mod two;
mod undoing;
mod walking;
