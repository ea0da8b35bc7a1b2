"""Numbers of rows as text: shared by the book's roles and the stems and keys of items."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import evidence
from .core import effect

#: What a formula of a page or of a key may call, by name.
CALCULATIONS: dict[str, Callable[..., float]] = {
    "absolute_difference": effect.absolute_difference,
    "number_needed_to_treat": effect.number_needed_to_treat,
    "people_of_100": effect.people_of_100,
}


def number_text(value: float | int | str) -> str:
    """Return a value as prose prints it: no trailing zeros, a real minus sign."""
    return value if isinstance(value, str) else f"{value:g}".replace("-", "−")


def cell(target: str, default: str = "value") -> tuple[evidence.Row, Any]:
    """Return the row and the cell that ``ROW`` or ``ROW:COLUMN`` names.

    Raises EvidenceError if there is no such row or column, or the cell is blank.
    """
    row_id, _, column = target.partition(":")
    row = evidence.row(row_id)
    column = column or default
    if column not in row:
        raise evidence.EvidenceError(f"row {row_id!r} has no column {column!r}; it has {', '.join(row)}")
    if row[column] is None:
        raise evidence.EvidenceError(f"row {row_id!r} is blank in column {column!r}; nothing can be printed")
    return row, row[column]


def calculate(call: str) -> tuple[list[evidence.Row], float]:
    """Return the rows of ``FUNCTION(ROW, …)`` and what the function of ``core.effect`` makes of them.

    Raises ValueError if the text is no such call, or the function refuses the values;
    EvidenceError if a row cannot be printed.
    """
    match = re.fullmatch(r"(\w+)\((.*)\)", call.strip())
    if not match or match[1] not in CALCULATIONS:
        raise ValueError(f"{call!r} is not FUNCTION(ROW, …) with one of {', '.join(CALCULATIONS)}")
    cells = [cell(each.strip()) for each in match[2].split(",")]
    return [row for row, _ in cells], CALCULATIONS[match[1]](*(value for _, value in cells))
