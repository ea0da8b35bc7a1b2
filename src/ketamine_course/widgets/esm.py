"""One ES module out of several: anywidget takes a single text, the published page serves the files as they are."""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).parent / "static"

_IMPORT = re.compile(r'^import (?P<names>\{[^}]*\}|\* as \w+) from "\./(?P<file>[\w-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) (?P<name>\w+))", re.MULTILINE)


def _scope(file: str) -> str:
    return "module_" + re.sub(r"\W", "_", file)


def _bound(names: str) -> str:
    """Return what an import binds as the left side of a ``const``: ``{a as b}`` is ``{a: b}`` there."""
    return names.removeprefix("* as ").replace(" as ", ": ")


def bundle(name: str) -> str:
    """Return the text of a module of ``static/`` with those that it imports inside, each in a scope of its own.

    Understood are ``import {a, b as c} from "./x.js";`` and ``import * as x from "./x.js";`` on one line, and
    ``export`` before class, function or const. The module's own exports stay.

    Raises ValueError, naming the file and the line, for any other import or export.
    """
    inside: dict[str, str] = {}
    text = _without_imports(name, inside)
    return "".join(inside.values()) + text


def _without_imports(name: str, inside: dict[str, str]) -> str:
    text = (STATIC / name).read_text(encoding="utf-8")
    for match in _IMPORT.finditer(text):
        if match["file"] not in inside:
            module = _as_scope(match["file"], inside)
            inside[match["file"]] = module  # after what it imports itself
    plain = _IMPORT.sub(lambda match: f"const {_bound(match['names'])} = {_scope(match['file'])};", text)
    _refuse(name, plain, r"^import\b")
    return plain


def _as_scope(name: str, inside: dict[str, str]) -> str:
    text = _without_imports(name, inside)
    exported = ", ".join(match["name"] for match in _EXPORT.finditer(text))
    body = _EXPORT.sub("", text)
    # A host of its own has a default export for anywidget; inside another module nobody asks for it.
    _refuse(name, body, r"^export\b")
    return f"const {_scope(name)} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n\n"


def _refuse(name: str, text: str, pattern: str) -> None:
    if found := re.search(pattern + ".*", text, re.MULTILINE):
        raise ValueError(f"{STATIC / name}: cannot be put into one text: {found[0]!r}; write it as esm.bundle reads it")


def styles(*names: str) -> str:
    """Return style sheets of ``static/`` as one text, in this order."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)
