#!/usr/bin/env python3
"""Compares a saved copy of W&B's SCIM reference with what the dialect knows, and prints what is new.

usage: drift.py REFERENCE.md

Save the page as text or Markdown first; nothing is fetched. What the dialect knows are the names in quotes in its sources.
Exit status: 0 nothing is new, 1 something is, 2 the file can't be read."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src"
SOURCES = ["dialect/wandb", "dialect/read.rs", "dialect/wire.rs", "dialect/attributes.rs", "scim", "directory/permissions.rs"]
# Names that are documented, and that nothing here needs.
IGNORED = {"resourceType", "daysActive", "itemsPerPage", "startIndex", "totalResults", "detail", "status", "schemas", "Ref", "location"}


def known_words():
    """Names in quotes, alone or in a path such as `members[value eq "…"]`. Words of sentences are no names."""
    words = set()
    for source in SOURCES:
        path = ROOT / source
        for file in [path] if path.is_file() else sorted(path.rglob("*.rs")):
            for literal in re.findall(r'"((?:[^"\\]|\\.)*)"', file.read_text(encoding="utf-8")):
                name = re.match(r"(urn:[\w.:]+|/?[A-Za-z$][\w$./]*)(?:$|\[)", literal)
                if name:
                    words.update(split(name.group(1).lower()))
    return words


def split(path):
    """The schema and the names of an attribute's path."""
    urn = re.match(r"(urn:[\w:]+:\d+\.\d+:\w+)(?::(.+))?$", path, re.I)
    schema, rest = urn.groups() if urn else (None, path)
    return {part for part in [schema, *re.split(r"[./]", rest or "")] if part}


def samples(text):
    """JSON samples, as far as they can be read: comments, dots and commas at the end are usual in documents."""
    for block in re.findall(r"```(?:json|bash|text)?[^\n]*\n(.*?)```", text, re.S):
        start = block.find("{")
        if start < 0:
            continue
        body = re.sub(r"//[^\n\"]*(?=\n)", "", block[start : block.rfind("}") + 1])
        body = re.sub(r"^\s*\.\.\.[^\n]*\n", "", body, flags=re.M)
        body = re.sub(r",(\s*[}\]])", r"\1", body)
        try:
            yield json.loads(body)
        except ValueError:
            # A sample that is no JSON still names its keys.
            yield {key: None for key in re.findall(r'"([A-Za-z$][\w$]*)"\s*:', body)}


def names(value, found):
    """Attributes, and the paths of PATCH operations."""
    if isinstance(value, dict):
        for key, inner in value.items():
            found.add(key)
            if key == "path" and isinstance(inner, str):
                found.update(split(inner.split("[")[0]))
            names(inner, found)
    elif isinstance(value, list):
        for inner in value:
            names(inner, found)


def tables(text):
    """Names in the first cell of a table's rows, written as code."""
    rows = re.findall(r"^\s*\|\s*`([A-Za-z$][\w$.]*)`\s*\|", text, re.M)
    return {row.split(".")[0] for row in rows}


def endpoints(text):
    """Paths below /scim."""
    return {part.lower() for part in re.findall(r"/scim/(?:v2/)?([A-Za-z]+)", text)}


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    try:
        text = Path(sys.argv[1]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(f"drift: {sys.argv[1]} can't be read: {error}", file=sys.stderr)
        return 2
    known = known_words()
    found = set(tables(text))
    for sample in samples(text):
        names(sample, found)
    new = sorted(name for name in found if name.lower() not in known and name not in IGNORED)
    paths = sorted(path for path in endpoints(text) if path not in known)
    for name in new:
        print(f"attribute or path: {name}")
    for path in paths:
        print(f"endpoint: /scim/{path}")
    print(f"{len(found)} names seen, {len(new)} new; {len(endpoints(text))} endpoints seen, {len(paths)} new")
    return 1 if new or paths else 0


if __name__ == "__main__":
    sys.exit(main())
