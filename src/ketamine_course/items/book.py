"""What items point to: headings of the book's pages, and keys of its bibliography."""

from __future__ import annotations

import functools
import re
from pathlib import Path

#: Of the repository; not there where only the package is installed, and then nothing of it is checked.
BOOK = Path(__file__).resolve().parents[3] / "book"

#: As ``myst_heading_anchors`` in ``_config.yml``: deeper headings have no anchor.
_HEADING = re.compile(r"#{1,3} +(.+?)\s*#*$")
_LABEL = re.compile(r"\(([\w-]+)\)=\s*$")
_KEY = re.compile(r"^@(?!string|comment|preamble)\w+\s*\{\s*([^,\s]+)\s*,", re.MULTILINE | re.IGNORECASE)


def slug(heading: str) -> str:
    """Return the anchor that myst-parser gives a heading: lower case, hyphens for blanks, no other signs."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(page: Path) -> dict[str, str]:
    """Return the headings of a Markdown page by anchor, and by the label that stands before them."""
    return _anchors(page.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=64)
def _anchors(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    labels: list[str] = []
    fence = ""
    for line in text.splitlines():
        if match := re.match(r"\s*(`{3,}|~{3,}|:{3,})", line):
            # A fence ends with as many signs as it began with; a heading in a code cell is a comment.
            if not fence and not match[1].startswith(":"):
                fence = match[1]
            elif fence and line.strip() == fence:
                fence = ""
        elif fence:
            continue
        elif match := _LABEL.match(line):
            labels.append(match[1])
        elif match := _HEADING.match(line):
            anchor = slug(match[1])
            number = 1
            while anchor in found:  # as myst-parser tells headings of the same words apart
                anchor = f"{slug(match[1])}-{number}"
                number += 1
            found |= dict.fromkeys([anchor, *labels], match[1])
            labels = []
        elif line.strip():
            found |= dict.fromkeys(labels, labels[-1]) if labels else {}
            labels = []
    return found


def problem_of_place(where: str, book: Path = BOOK) -> str:
    """Return what is wrong with ``book/PAGE#ANCHOR``; empty if it exists, or if there is no book here."""
    if not book.is_dir():
        return ""
    name, _, anchor = where.partition("#")
    page = book / f"{name.removeprefix('book/')}.md"
    if not page.is_file():
        return f"{where!r} is on no page of the book: there is no {name}.md; name a page that exists"
    if anchor not in (known := anchors(page)):
        return f"{name}.md has no heading {anchor!r}; it has {', '.join(known)}"
    return ""


def title_of_place(where: str, book: Path = BOOK) -> str:
    """Return the heading that ``book/PAGE#ANCHOR`` names, the anchor itself if there is no book here."""
    name, _, anchor = where.partition("#")
    page = book / f"{name.removeprefix('book/')}.md"
    return anchors(page).get(anchor, anchor) if page.is_file() else anchor


def reference_keys(book: Path = BOOK) -> frozenset[str] | None:
    """Return the keys of the bibliography, ``None`` if it is not here."""
    path = book / "references.bib"
    return frozenset(_KEY.findall(path.read_text(encoding="utf-8"))) if path.is_file() else None
