//! What the program does without a screen. Knows sessions, clients and dialects; prints, and ends with an exit code.

pub mod doctor;
