"""The pages of the book as their authors write them: which there are, and what their front matter says.

``book/chapter_template.md`` lies among them and is none of them: it is the specification of a chapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

#: The specification of a chapter, which is not a page.
TEMPLATE = "chapter_template.md"


def front_matter(page: Path) -> dict[str, Any]:
    """Return the front matter of a page, empty if it has none."""
    match = re.match(r"---\n(.*?)\n---\n", page.read_text(encoding="utf-8"), re.DOTALL)
    found = yaml.safe_load(match[1]) if match else None
    return found if isinstance(found, dict) else {}


def pages(root: Path) -> Iterator[Path]:
    """Yield the pages of ``book/`` that somebody wrote; those of the tables lie deeper and are not among them."""
    return (path for path in sorted((root / "book").glob("*.md")) if path.name != TEMPLATE)


def chapters(root: Path) -> list[Path]:
    """Return the pages whose front matter has ``chapter``, in the order of their file names."""
    return [path for path in pages(root) if "chapter" in front_matter(path)]
