//! Fields of users that are one text which a server may withhold. Reading, showing, sorting, filtering and setting such
//! a field is derived from its row of the table.

use super::UserField;
use crate::directory::{
    MaybeTold, ResourceRef,
    change::{Change, ChangeVerb, ChangedField, SeatKind},
    record::User,
    record_contents::RecordContents,
};

/// The place of a field's text in a user.
#[derive(Debug)]
pub struct UserText {
    /// The attribute that holds the text, at the top of the record or inside another attribute (`name.givenName`).
    /// `None` if the dialect reads the text by code of its own.
    pub wire: Option<&'static str>,
    /// The text of a user.
    pub of: fn(&User) -> &MaybeTold,
    /// The same, to be replaced.
    pub of_mut: fn(&mut User) -> &mut MaybeTold,
}

impl UserField {
    /// The fields that are texts.
    pub fn texts() -> impl Iterator<Item = (Self, &'static UserText)> {
        Self::ALL.iter().filter_map(|field| Some((*field, field.spec().text.as_ref()?)))
    }

    /// The texts that the provider's records hold, each with its attribute on the wire.
    pub fn wire_texts(holds: RecordContents) -> impl Iterator<Item = (&'static str, &'static UserText)> {
        let held = move |(field, _): &(Self, _)| (field.spec().held)(holds);
        Self::texts().filter(held).filter_map(|(_, text)| Some((text.wire?, text)))
    }

    /// The attribute that sets the text, unless a change of its own does.
    pub fn attribute(self) -> Option<(&'static str, &'static UserText)> {
        let text = self.spec().text.as_ref()?;
        let wire = text.wire.filter(|_| self.spec().set_by.contains(&ChangeVerb::SetAttribute));
        Some((wire?, text))
    }

    /// The text that an attribute sets.
    pub fn of_attribute(path: &str) -> Option<&'static UserText> {
        let mut attributes = Self::ALL.iter().filter_map(|field| field.attribute());
        attributes.find(|(wire, _)| wire.eq_ignore_ascii_case(path)).map(|(_, text)| text)
    }

    /// The product whose seat the field is.
    pub fn seat(self) -> Option<SeatKind> {
        SeatKind::ALL.into_iter().find(|seat| Self::of_seat(*seat) == self)
    }

    /// The part of a user that a change of the field touches, for texts.
    pub fn changed(self) -> Option<ChangedField> {
        let seat = || self.seat().map(ChangedField::Seat);
        let attribute = || self.attribute().map(|(path, _)| ChangedField::Attribute(path.to_owned()));
        if self == Self::OrgRole { Some(ChangedField::OrgRole) } else { seat().or_else(attribute) }
    }
}

impl Change {
    /// The change that sets a field by its attribute; an empty text removes the attribute. `None` for a field without
    /// an attribute, and if the server has not told the present value, without which no undo can be planned.
    pub fn text(field: UserField, user: &User, to: &str) -> Option<Self> {
        let (path, text) = field.attribute()?;
        let before = (text.of)(user).name()?;
        let value = |text: &str| (!text.is_empty()).then(|| text.into());
        Some(Self::attribute(ResourceRef::user(&user.id), path.to_owned(), value(before.raw()), value(to)))
    }
}
