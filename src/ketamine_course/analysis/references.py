"""The bibliography's entries as labs and pages cite them: a short label and an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pybtex.database import parse_file


def entries(path: Path) -> dict[str, Any]:
    """Return the entries of a BibTeX file by key."""
    return dict(parse_file(str(path), bib_format="bibtex").entries)


def label(entry: Any) -> str:
    """Return author and year of an entry, such as ``Kishimoto 2016``; the author alone where no year was read.

    Raises ValueError if the entry has no author.
    """
    if not entry.persons.get("author"):
        raise ValueError("the entry has no author; add who wrote it")
    person = entry.persons["author"][0]
    name = " ".join(person.prelast_names + person.last_names) or str(person)
    name = name.replace("{", "").replace("}", "")
    return " ".join(part for part in (name, entry.fields.get("year")) if part)


def link(entry: Any) -> str:
    """Return the address of an entry, by DOI where there is one; empty if it has none."""
    return f"https://doi.org/{entry.fields['doi']}" if "doi" in entry.fields else entry.fields.get("url", "")
