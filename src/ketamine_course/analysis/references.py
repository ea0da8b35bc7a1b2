"""The bibliography's entries as labs and pages cite them: a short label and an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pybtex.database import parse_file
from pybtex.richtext import Text


def entries(path: Path) -> dict[str, Any]:
    """Return the entries of a BibTeX file by key."""
    return dict(parse_file(str(path), bib_format="bibtex").entries)


#: So many words of a title stand for the author where none was read.
_TITLE_WORDS = 6


def _plain(latex: str) -> str:
    """Return a field's text without braces and with its accents."""
    return str(Text.from_latex(latex))


def label(entry: Any) -> str:
    """Return author and year of an entry, such as ``Kishimoto 2016``.

    Where no author was read the title's first words stand in; where no year was read there is none.

    Raises ValueError if the entry has neither author nor title.
    """
    if entry.persons.get("author"):
        person = entry.persons["author"][0]
        name = _plain(" ".join(person.prelast_names + person.last_names) or str(person))
    else:
        words = _plain(entry.fields.get("title", "")).split()
        if not words:
            raise ValueError("the entry has neither author nor title; add what was read")
        name = "“" + " ".join(words[:_TITLE_WORDS]) + ("…”" if len(words) > _TITLE_WORDS else "”")
    return " ".join(part for part in (name, entry.fields.get("year")) if part)


def link(entry: Any) -> str:
    """Return the address of an entry, by DOI where there is one; empty if it has none."""
    return f"https://doi.org/{entry.fields['doi']}" if "doi" in entry.fields else entry.fields.get("url", "")
