//! The product's source files as syntax trees: `src` without tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use syn::{Attribute, File, Item, Meta};

/// A source file of the product.
pub struct SourceFile {
    /// Below `src`.
    pub path: PathBuf,
    pub text: String,
    /// Without its tests.
    pub tree: File,
}

impl SourceFile {
    /// The module at the top that it belongs to.
    pub fn top_module(&self) -> String {
        let first = self.path.components().next().unwrap().as_os_str().to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }
}

/// All of them, in the order of their paths.
pub fn product() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    paths.into_iter().map(|path| read(&root, &path)).collect()
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            paths.push(path);
        }
    }
}

fn read(root: &Path, path: &Path) -> SourceFile {
    let text = fs::read_to_string(path).unwrap();
    let mut tree = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    tree.items.retain(|item| !attributes(item).iter().any(is_for_tests));
    SourceFile { path: path.strip_prefix(root).unwrap().to_owned(), text, tree }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg") && matches!(list.tokens.to_string().as_str(), "test" | "doc")
}
