//! The levels of a seat: by the provider's words, or as records of the server have shown.

use super::{Directory, Name, change::SeatKind, plan::ProviderCapabilities};

/// The level of somebody who has nothing.
pub const NONE: &str = "none";

impl Directory {
    /// The levels that somebody can be given. The provider names those of seats; those of the access to registries are
    /// learnt from records, since W&B documents only that `none` takes it away.
    pub fn seat_levels(&self, seat: SeatKind, can: &ProviderCapabilities) -> Vec<Name> {
        if seat != SeatKind::Registry || can.seat_levels.is_empty() {
            return can.seat_levels.iter().map(|level| Name::from(*level)).collect();
        }
        let none = Name::from(NONE);
        let mut levels: Vec<Name> = Vec::new();
        if self.census().seats(seat).known > 0 {
            for level in self.records().users().values().filter_map(|user| user.seat(seat).value()) {
                if !level.is_empty() && !level.is(NONE) && !levels.contains(level) {
                    levels.push(level.clone());
                }
            }
        }
        levels.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        levels.push(none);
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{record::User, records::Records};

    #[test]
    fn levels_of_registry_access_are_learnt_from_records() {
        let can = ProviderCapabilities { seat_levels: &["full", "viewer", "none"], ..ProviderCapabilities::default() };
        let mut directory = Directory::default();
        let levels = |directory: &Directory| {
            let levels = directory.seat_levels(SeatKind::Registry, &can);
            levels.iter().map(|level| level.raw().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(levels(&directory), ["none"]);
        let user = |id: &str, access: &str| User { id: id.into(), registry_access: access.into(), ..User::default() };
        let users = vec![user("1", "write"), user("2", "none"), user("3", "read"), user("4", "write")];
        directory.replace(Records::build(users, vec![], vec![]), true);
        assert_eq!(levels(&directory), ["read", "write", "none"]);
        assert_eq!(directory.seat_levels(SeatKind::Models, &can).len(), 3);
        assert!(directory.seat_levels(SeatKind::Registry, &ProviderCapabilities::default()).is_empty());
    }
}
