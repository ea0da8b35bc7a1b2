"""When tables, chapters and item banks were last reviewed, and when each must be reviewed again.

Medical facts age. A table says it in its sidecar, a chapter in its front matter, a bank at its
beginning: ``reviewed`` and ``review_by``, both dates.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .chapters import front_matter, pages
from .evidence import TABLES
from .evidence.table import sidecar_path

#: From so many days before a review is due, CI warns.
WARN_DAYS = 60


class ReviewError(ValueError):
    """A file without sound review dates: names the file, what is wrong and the remedy."""


@dataclass(frozen=True)
class Reviewed:
    """A file with its review dates."""

    path: Path
    reviewed: datetime.date
    review_by: datetime.date

    def days_left(self, today: datetime.date) -> int:
        """Return how many days are left until the review is due; below 0 it is late."""
        return (self.review_by - today).days


def _bank(path: Path) -> Any:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ReviewError(f"{path}: no YAML ({error}); correct it") from None
    return content if isinstance(content, dict) else {}


def _dates(path: Path, found: Any, where: str) -> Reviewed:
    dates = []
    for name in ("reviewed", "review_by"):
        value = found.get(name)
        try:
            dates.append(datetime.date.fromisoformat(value or ""))
        except (TypeError, ValueError):
            # YAML reads a date without quotes as a date, which a notebook's metadata cannot hold.
            raise ReviewError(
                f'{path}, {where}: {name} is {value!r}; write a date in quotes, such as "2026-11-23", after a review'
            ) from None
    if dates[1] <= dates[0]:
        raise ReviewError(f"{path}, {where}: review_by ({dates[1]}) is not after reviewed ({dates[0]}); correct one")
    return Reviewed(path, *dates)


def reviewed_files(root: Path) -> Iterator[Reviewed]:
    """Yield every table, every chapter of ``book/`` and every public item bank with its review dates.

    Raises ReviewError for a file that lacks them.
    """
    for csv_path in sorted(TABLES.glob("*.csv")):
        path = sidecar_path(csv_path)
        yield _dates(path, json.loads(path.read_text(encoding="utf-8")), "top level")
    for page in pages(root):
        yield _dates(page, front_matter(page), "front matter")
    for bank in sorted((root / "quizzes" / "banks").glob("*.yaml")):
        yield _dates(bank, _bank(bank), "top level")


def report(files: list[Reviewed], today: datetime.date, root: Path) -> tuple[list[str], bool]:
    """Return what is due, one line a file, most urgent first, and whether anything is late."""
    lines, late = [], False
    for each in sorted(files, key=lambda each: (each.review_by, each.path)):
        days = each.days_left(today)
        name = each.path.relative_to(root) if each.path.is_relative_to(root) else each.path.name
        if days < 0:
            late = True
            lines.append(f"LATE     {name}: its review was due on {each.review_by}, {-days} days ago")
        elif days <= WARN_DAYS:
            lines.append(f"WARNING  {name}: its review is due on {each.review_by}, in {days} days")
    return lines, late
