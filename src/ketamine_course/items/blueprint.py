"""The blueprint of a bank: how many items it has, and must have at least, by objective, step and level."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .types import BankError

if TYPE_CHECKING:
    from .bank import Bank

#: A pretest only opens a chapter, and is not meant to cover it.
CHECKED_POOLS = ("graded", "formative")


@dataclass(frozen=True)
class Cell:
    """What a bank asks of one cell: at least so many items, and where it says so."""

    objective: str
    step: str
    bloom: str
    at_least: int
    file: str
    line: int


@dataclass(frozen=True)
class Count:
    """How many items one cell of the table has; ``at_least`` is 0 where the blueprint asks for none."""

    objective: str
    step: str
    bloom: str
    items: int
    at_least: int


def table(bank: Bank) -> list[Count]:
    """Return the cells that have items or must have some: objective x step x level of Bloom, in that order."""
    counts = Counter((item.objective, item.step, item.bloom) for item in bank.items)
    minimums = {(cell.objective, cell.step, cell.bloom): cell.at_least for cell in bank.blueprint}
    order = [objective["id"] for objective in bank.objectives]
    cells = sorted({*counts, *minimums}, key=lambda cell: (order.index(cell[0]), cell[1], cell[2]))
    return [Count(*cell, counts[cell], minimums.get(cell, 0)) for cell in cells]


def table_text(bank: Bank) -> str:
    """Return the table as lines for a terminal; an under-filled cell says how many items it lacks."""
    head = ("objective", "step", "bloom", "items", "at least", "")
    lines = [
        (each.objective, each.step, each.bloom, str(each.items), str(each.at_least or ""), _lacking(each))
        for each in table(bank)
    ]
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    return "\n".join(
        "  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip()
        for line in [head, *lines]
    )


def _lacking(count: Count) -> str:
    lack = count.at_least - count.items
    return f"LACKS {lack}" if lack > 0 else ""


def check_blueprint(bank: Bank) -> None:
    """Raise BankError, naming file and line of each cell, if a graded or formative bank lacks items."""
    if bank.pool not in CHECKED_POOLS:
        return
    counts = {(each.objective, each.step, each.bloom): each for each in table(bank)}
    wrong = [
        f"{cell.file}, line {cell.line}: {count.items} of at least {cell.at_least} items for objective "
        f"{cell.objective}, step {cell.step}, bloom {cell.bloom}; write {cell.at_least - count.items} more"
        for cell in bank.blueprint
        if (count := counts[cell.objective, cell.step, cell.bloom]).items < cell.at_least
    ]
    if wrong:
        raise BankError("\n".join(wrong))


def check_folder(banks: Path) -> list[Bank]:
    """Return every bank of a folder, each checked against its blueprint.

    Raises BankError, naming file and line, for the first that is unsound.
    """
    from .bank import load_bank  # it checks each blueprint, and so imports this module

    return [load_bank(path) for path in sorted(banks.glob("*.yaml"))]
