//! Enums whose variants must all be wired: the functions that give each variant its meaning name each, so that a new variant
//! does not compile before somebody has said what becomes of it.

use syn::{
    Arm, ExprMatch, ImplItemFn, ItemFn, Pat, Path,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::source;

/// An enum, a file below `src` and the function in it that names each variant.
const WIRED: &[(&str, &str, &str)] = &[
    ("Action", "app/perform.rs", "act"),
    ("Action", "app/availability/mod.rs", "availability"),
    ("Command", "command/mod.rs", "run"),
    ("EditCommand", "command/by_name.rs", "serves"),
    ("FaultKind", "demo/service/server.rs", "met_by_fate"),
    ("FaultKind", "demo/service/spoil.rs", "spoil"),
    ("Change", "dialect/rfc/mod.rs", "step"),
    ("Change", "dialect/wandb/mod.rs", "step"),
    ("WorkerReport", "app/reports.rs", "on_report"),
    ("WorkerJob", "worker/jobs.rs", "job"),
];

#[test]
fn each_variant_of_a_wired_enum_is_named() {
    let files = source::product();
    let mut wrong = Vec::new();
    for (name, path, function) in WIRED {
        let file = files.iter().find(|file| file.path.display().to_string() == *path);
        let Some(file) = file else {
            wrong.push(format!("src/{path} is no file: say where {name} is wired"));
            continue;
        };
        let mut found = Matches { name, function, inside: false, complete: 0, wildcards: Vec::new() };
        found.visit_file(&file.tree);
        if !found.wildcards.is_empty() {
            wrong.push(format!("src/{path}, {function}: `_` over {name} in lines {:?}", found.wildcards));
        } else if found.complete == 0 {
            wrong.push(format!("src/{path}, {function}: no match over {name}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The matches over one enum within one function.
struct Matches<'a> {
    name: &'a str,
    function: &'a str,
    inside: bool,
    /// Matches without a catch-all arm.
    complete: usize,
    /// Lines of the catch-all arms.
    wildcards: Vec<usize>,
}

impl Matches<'_> {
    fn within(&mut self, function: &syn::Ident, walk: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.inside, function == self.function);
        walk(self);
        self.inside = before;
    }

    fn is_of_enum(&self, path: &Path) -> bool {
        let parent = path.segments.iter().rev().nth(1);
        parent.is_some_and(|parent| parent.ident == self.name)
    }

    fn names_a_variant(&self, pattern: &Pat) -> bool {
        match pattern {
            Pat::Path(path) => self.is_of_enum(&path.path),
            Pat::Struct(pattern) => self.is_of_enum(&pattern.path),
            Pat::TupleStruct(pattern) => self.is_of_enum(&pattern.path),
            Pat::Or(pattern) => pattern.cases.iter().any(|pattern| self.names_a_variant(pattern)),
            Pat::Ident(pattern) => pattern.subpat.as_ref().is_some_and(|(_, pattern)| self.names_a_variant(pattern)),
            _ => false,
        }
    }
}

impl<'tree> Visit<'tree> for Matches<'_> {
    fn visit_item_fn(&mut self, item: &'tree ItemFn) {
        self.within(&item.sig.ident, |this| visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'tree ImplItemFn) {
        self.within(&item.sig.ident, |this| visit::visit_impl_item_fn(this, item));
    }

    fn visit_expr_match(&mut self, found: &'tree ExprMatch) {
        if self.inside && found.arms.iter().any(|arm| self.names_a_variant(&arm.pat)) {
            match found.arms.iter().find(|arm| is_catch_all(arm)) {
                Some(arm) => self.wildcards.push(arm.pat.span().start().line),
                None => self.complete += 1,
            }
        }
        visit::visit_expr_match(self, found);
    }
}

fn is_catch_all(arm: &Arm) -> bool {
    match &arm.pat {
        Pat::Wild(_) => arm.guard.is_none(),
        Pat::Ident(pattern) => arm.guard.is_none() && pattern.subpat.is_none(),
        _ => false,
    }
}
