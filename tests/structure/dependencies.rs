//! Which module at the top of `src` uses which. ARCHITECTURE.md, Dependencies, says why.

use std::collections::{BTreeMap, BTreeSet};

use syn::{
    Path, UseTree,
    visit::{self, Visit},
};

use crate::source::{self, SourceFile};

/// A module, and all that it may use. The order is from the core to the entry points: each uses only what stands above it,
/// but `terminal`, which takes the looks of `ui`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("scim", &[]),
    ("output", &["scim"]),
    ("named_file", &[]),
    ("provider", &[]),
    ("demo", &["provider"]),
    ("directory", &["scim"]),
    ("desired", &["directory", "scim"]),
    ("dialect", &["directory", "provider", "scim"]),
    ("client", &["named_file", "scim"]),
    ("config", &["directory", "named_file", "provider", "scim"]),
    ("store", &["directory", "scim"]),
    ("worker", &["client", "dialect", "directory", "scim", "store"]),
    ("app", &["directory", "provider", "scim"]),
    ("ui", &["app", "directory", "scim"]),
    ("terminal", &["ui"]),
    (
        "runtime",
        &[
            "app",
            "client",
            "config",
            "demo",
            "dialect",
            "directory",
            "named_file",
            "output",
            "provider",
            "scim",
            "store",
            "ui",
            "worker",
        ],
    ),
    ("console", &["app", "config", "output", "runtime", "terminal", "ui"]),
    ("cli", &["demo", "desired"]),
    (
        "command",
        &[
            "app",
            "cli",
            "client",
            "config",
            "desired",
            "dialect",
            "directory",
            "named_file",
            "output",
            "runtime",
            "scim",
            "store",
            "terminal",
            "ui",
        ],
    ),
    ("main", &["app", "cli", "command", "config", "console", "demo", "output", "runtime", "terminal"]),
    ("lib", &[]),
];

#[test]
fn each_module_uses_only_what_it_may() {
    let found = dependencies();
    let allowed: BTreeMap<_, _> = MAY_USE.iter().map(|(module, used)| (*module, *used)).collect();
    let mut wrong = Vec::new();
    for (module, used) in &found {
        let may_use = allowed.get(module.as_str()).copied().unwrap_or_default();
        for (other, file) in used {
            if !may_use.contains(&other.as_str()) {
                wrong.push(format!("{module} must not use {other}: src/{file}"));
            }
        }
        for unused in may_use.iter().filter(|other| !used.contains_key(**other)) {
            wrong.push(format!("{module} does not use {unused} any more: take it off the list"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No module uses, over however many others, itself.
#[test]
fn the_list_has_no_circle() {
    let mut above = BTreeSet::new();
    for (module, used) in MAY_USE {
        let below: Vec<_> = used.iter().filter(|other| !above.contains(*other)).collect();
        assert!(below.is_empty(), "{module} uses {below:?}, which stand below it");
        above.insert(module);
    }
}

/// Of each module, the modules that it uses, each with a file that does.
fn dependencies() -> BTreeMap<String, BTreeMap<String, String>> {
    let files = source::product();
    let modules: BTreeSet<String> = files.iter().map(SourceFile::top_module).collect();
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in &files {
        let module = file.top_module();
        let mut paths = CratePaths::default();
        paths.visit_file(&file.tree);
        let used = found.entry(module.clone()).or_default();
        for other in paths.first_segments.into_iter().filter(|other| *other != module && modules.contains(other)) {
            used.entry(other).or_insert_with(|| file.path.display().to_string());
        }
    }
    found
}

/// The first names after `crate` (and, in the binary, after the library's name).
#[derive(Default)]
struct CratePaths {
    first_segments: BTreeSet<String>,
}

impl CratePaths {
    fn take_tree(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => drop(self.first_segments.insert(path.ident.to_string())),
            UseTree::Name(name) => drop(self.first_segments.insert(name.ident.to_string())),
            UseTree::Rename(name) => drop(self.first_segments.insert(name.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.take_tree(tree)),
            UseTree::Glob(_) => {}
        }
    }
}

fn is_this_crate(name: &str) -> bool {
    matches!(name, "crate" | "scimitar")
}

impl<'tree> Visit<'tree> for CratePaths {
    fn visit_item_use(&mut self, item: &'tree syn::ItemUse) {
        if let UseTree::Path(path) = &item.tree
            && is_this_crate(&path.ident.to_string())
        {
            self.take_tree(&path.tree);
        }
        visit::visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'tree Path) {
        let mut names = path.segments.iter().map(|segment| segment.ident.to_string());
        if names.next().is_some_and(|first| is_this_crate(&first)) {
            self.first_segments.extend(names.next());
        }
        visit::visit_path(self, path);
    }
}
