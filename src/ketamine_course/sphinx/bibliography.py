"""The book's references by key: a short label, and the address of the paper."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from pybtex.database import parse_file

_path: Path | None = None


class UnknownReferenceError(KeyError):
    """A key that the bibliography lacks; the message names the key, the file and the remedy."""


@lru_cache(maxsize=1)
def _entries() -> dict[str, Any]:
    assert _path is not None, "the bibliography is set when Sphinx starts"
    return dict(parse_file(str(_path), bib_format="bibtex").entries)


def use(path: Path) -> None:
    """Set the BibTeX file that the labels and addresses come from."""
    global _path
    _path = path
    _entries.cache_clear()


def _entry(key: str) -> Any:
    try:
        return _entries()[key]
    except KeyError:
        raise UnknownReferenceError(f"no reference {key!r} in {_path}; add it or correct the row's key") from None


def label(key: str) -> str:
    """Return author and year, such as ``Kishimoto 2016`` or ``Wade 2002``.

    Raises UnknownReferenceError if the bibliography lacks the key.
    """
    entry = _entry(key)
    if not entry.persons.get("author"):
        raise UnknownReferenceError(f"reference {key!r} in {_path} has no author; add who wrote it")
    person = entry.persons["author"][0]
    name = " ".join(person.prelast_names + person.last_names) or str(person)
    name = name.replace("{", "").replace("}", "")
    return " ".join(part for part in (name, entry.fields.get("year")) if part)


def link(key: str) -> str:
    """Return the address of a reference, by DOI where there is one; empty if it has none.

    Raises UnknownReferenceError if the bibliography lacks the key.
    """
    fields = _entry(key).fields
    return f"https://doi.org/{fields['doi']}" if "doi" in fields else fields.get("url", "")
