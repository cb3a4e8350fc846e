//! Sizes of the parts of the screen, shared by scrolling and drawing.

/// Narrower than this the screen only says what it needs.
pub const MIN: (u16, u16) = (40, 10);

/// The least width of a list beside the details: names are cut no more than without the details at 80 to 119 columns.
const LIST_BESIDE: u16 = 86;

/// Narrower details have no room for their text.
const DETAILS_LEAST: u16 = 34;

/// From this width the details can stand beside the list.
pub const DETAILS_FROM: u16 = LIST_BESIDE + DETAILS_LEAST;

/// Smaller than this, boxes take the whole screen but its last line.
const BOXES_FROM: (u16, u16) = (60, 16);

/// Wider lines of text are hard to read.
const TEXT_MOST: u16 = 96;

/// Cells that a list takes with all its columns, borders included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListWidths {
    /// With each column as narrow as it can be.
    pub least: u16,
    /// With room for most names.
    pub usual: u16,
}

/// Size of the terminal in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalSize {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl TerminalSize {
    /// True where nothing useful fits.
    pub fn too_small(self) -> bool {
        self.width < MIN.0 || self.height < MIN.1
    }

    /// Width of the details beside a list, borders included; 0 where the list leaves no room for them. They grow beyond
    /// their least width where the list has its usual one.
    pub fn details_width(self, list: ListWidths) -> u16 {
        let left = |list: u16| self.width.saturating_sub(list.max(LIST_BESIDE));
        if left(list.least) < DETAILS_LEAST {
            return 0;
        }
        left(list.usual).max(DETAILS_LEAST).min(self.width * 2 / 5).min(64)
    }

    /// Rows of a list: all but title, tabs, hints, two borders and the column heads.
    pub fn list_rows(self) -> usize {
        usize::from(self.height.saturating_sub(6)).max(1)
    }

    /// Size of a box over the list, borders included.
    pub fn overlay(self) -> TerminalSize {
        let most = self.wide_overlay();
        TerminalSize { width: most.width.min(TEXT_MOST), ..most }
    }

    /// Size of a box whose rows want more room than a text that is read.
    pub fn wide_overlay(self) -> TerminalSize {
        if self.width < BOXES_FROM.0 || self.height < BOXES_FROM.1 {
            return TerminalSize { width: self.width, height: self.height.saturating_sub(1) };
        }
        TerminalSize { width: self.width.saturating_sub(4), height: self.height.saturating_sub(4).max(6) }
    }

    /// Rows inside such a box.
    pub fn overlay_rows(self) -> usize {
        usize::from(self.overlay().height.saturating_sub(2)).max(1)
    }
}
