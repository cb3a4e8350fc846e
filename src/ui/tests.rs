//! What the screen shows in each state, as text and as styles.

pub mod fixture;
