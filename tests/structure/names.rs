//! Names of types: each public one stands for one type, and says what that is to a reader in another file.

use std::collections::BTreeMap;

use syn::{
    Ident, Visibility,
    visit::{self, Visit},
};

use crate::source;

/// Public names that more than one type has, with the reason.
const SHARED: &[(&str, &str)] = &[
    ("RunningDemo", "one with the demo server, one for builds without it"),
    ("Signals", "one for Unix, one for other systems"),
];

#[test]
fn no_two_public_types_have_one_name() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for named in type_names().into_iter().filter(|named| named.is_public) {
        places.entry(named.name).or_default().push(named.file);
    }
    let is_listed = |name: &str| SHARED.iter().any(|(shared, _)| *shared == name);
    let wrong: Vec<String> = places
        .iter()
        .filter(|(name, files)| files.len() > 1 && !is_listed(name))
        .map(|(name, files)| format!("{name}: {}", files.join(", ")))
        .collect();
    assert!(wrong.is_empty(), "public names of several types:\n{}", wrong.join("\n"));
    for (name, _) in SHARED {
        assert!(
            places.get(*name).is_some_and(|files| files.len() > 1),
            "{name} is one type's alone: take it off the list"
        );
    }
}

/// A struct, enum, trait or alias of the product.
pub struct NamedType {
    pub name: String,
    pub file: String,
    pub is_public: bool,
}

impl NamedType {
    /// `Words` in `TwoWords`: capitals that begin one.
    pub fn words(&self) -> usize {
        let mut was_capital = false;
        let mut words = 0;
        for letter in self.name.chars() {
            words += usize::from(letter.is_uppercase() && !was_capital);
            was_capital = letter.is_uppercase();
        }
        words
    }
}

pub fn type_names() -> Vec<NamedType> {
    let mut names = Vec::new();
    for file in source::product() {
        let mut types = Types { file: file.path.display().to_string(), names: Vec::new() };
        types.visit_file(&file.tree);
        names.extend(types.names);
    }
    names
}

struct Types {
    file: String,
    names: Vec<NamedType>,
}

impl Types {
    fn take(&mut self, name: &Ident, visibility: &Visibility) {
        let is_public = matches!(visibility, Visibility::Public(_));
        self.names.push(NamedType { name: name.to_string(), file: self.file.clone(), is_public });
    }
}

impl<'tree> Visit<'tree> for Types {
    fn visit_item_struct(&mut self, item: &'tree syn::ItemStruct) {
        self.take(&item.ident, &item.vis);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'tree syn::ItemEnum) {
        self.take(&item.ident, &item.vis);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'tree syn::ItemTrait) {
        self.take(&item.ident, &item.vis);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'tree syn::ItemType) {
        self.take(&item.ident, &item.vis);
        visit::visit_item_type(self, item);
    }
}
