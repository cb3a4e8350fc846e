//! Sizes of the product, to compare one day with another: `cargo test --test structure counts -- --ignored --nocapture`.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    ReturnType, Type,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::{
    names::{NamedType, type_names},
    source,
};

#[test]
#[ignore = "prints, and checks nothing"]
fn counts() {
    let files = source::product();
    let mut lines: Vec<usize> = files.iter().map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    let tokens: usize = files.iter().map(|file| tokens(quote_of(&file.tree))).sum();
    println!("files {}, median {}, largest {}", lines.len(), part(&lines, 50), part(&lines, 100));
    println!("lines {}, tokens {tokens}", lines.iter().sum::<usize>());
    println!("files of more than 400 lines: {}", lines.iter().filter(|lines| **lines > 400).count());

    let mut functions = Functions::default();
    files.iter().for_each(|file| functions.visit_file(&file.tree));
    functions.lines.sort_unstable();
    let lines = &functions.lines;
    println!(
        "functions {}, lines: median {}, p95 {}, max {}",
        lines.len(),
        part(lines, 50),
        part(lines, 95),
        part(lines, 100)
    );
    println!("functions that return Result<_, String>: {}", functions.of_text_errors);

    let types = type_names();
    let all = types.len();
    let of_one_word = types.iter().filter(|named| named.words() < 2).count();
    let is_shared = |named: &&NamedType| types.iter().filter(|other| other.name == named.name).count() > 1;
    let shared = types.iter().filter(is_shared).count();
    println!("types {all}, of one word {} %, sharing a name {} %", 100 * of_one_word / all, 100 * shared / all);
}

/// The value below which this many of a hundred lie.
fn part(sorted: &[usize], percent: usize) -> usize {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

fn quote_of(tree: &syn::File) -> TokenStream {
    use quote::ToTokens;
    tree.to_token_stream()
}

fn tokens(stream: TokenStream) -> usize {
    let one = |tree| match tree {
        TokenTree::Group(group) => 2 + tokens(group.stream()),
        TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => 1,
    };
    stream.into_iter().map(one).sum()
}

#[derive(Default)]
struct Functions {
    lines: Vec<usize>,
    of_text_errors: usize,
}

impl Functions {
    fn take(&mut self, signature: &syn::Signature, block: &syn::Block) {
        self.lines.push(block.span().end().line - signature.span().start().line + 1);
        if let ReturnType::Type(_, returned) = &signature.output
            && let Type::Path(path) = &**returned
            && let Some(last) = path.path.segments.last()
            && last.ident == "Result"
            && let syn::PathArguments::AngleBracketed(arguments) = &last.arguments
            && let Some(syn::GenericArgument::Type(Type::Path(error))) = arguments.args.iter().nth(1)
        {
            self.of_text_errors += usize::from(error.path.is_ident("String"));
        }
    }
}

impl<'tree> Visit<'tree> for Functions {
    fn visit_item_fn(&mut self, item: &'tree syn::ItemFn) {
        self.take(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'tree syn::ImplItemFn) {
        self.take(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}
