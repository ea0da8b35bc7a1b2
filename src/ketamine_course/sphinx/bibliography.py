"""The book's references by key: a short label, and the address of the paper."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from ..analysis import references

_path: Path | None = None


class UnknownReferenceError(KeyError):
    """A key that the bibliography lacks; the message names the key, the file and the remedy."""


@lru_cache(maxsize=1)
def _entries() -> dict[str, Any]:
    assert _path is not None, "the bibliography is set when Sphinx starts"
    return references.entries(_path)


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
    try:
        return references.label(_entry(key))
    except ValueError as error:
        raise UnknownReferenceError(f"reference {key!r} in {_path}: {error}") from None


def link(key: str) -> str:
    """Return the address of a reference, by DOI where there is one; empty if it has none.

    Raises UnknownReferenceError if the bibliography lacks the key.
    """
    return references.link(_entry(key))
