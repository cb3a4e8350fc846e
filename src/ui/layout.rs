//! Measures that several screens share, in cells and lines of the terminal.

/// In a box of fewer columns every cell is needed for names: there is no column for notes, and no margin.
pub(super) const WIDE_BOX: usize = 56;
/// From this height a box has a blank line between its lists and what is below.
pub(super) const HIGH_BOX: usize = 12;
/// The number of lines that decide the width of a column, where there may be many.
pub(super) const MEASURED_LINES: usize = 200;
/// The widest column of permissions' names.
pub(super) const PERMISSION_NAME: usize = 36;
