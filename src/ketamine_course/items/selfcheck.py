"""What the self-check of a page is shown from: public items together with their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..answers import variant
from . import book
from .bank import Bank
from .types import BankError, Item

#: What a payload takes of an item's key, where it has it.
_KEY = ("correct", "order", "value", "unit", "tolerance", "accepted", "rubric")

Link = dict[str, str]


def _refuse_graded(bank: Bank) -> None:
    if bank.pool == "graded":
        raise BankError(
            f"{bank.module}.{bank.pool}: the keys of a graded bank are in no page; use a formative bank or a pretest"
        )


def page_objectives(bank: Bank) -> list[dict[str, str]]:
    """Return the objectives of a formative bank, each with ``id`` and ``text``.

    Raises BankError for a graded bank: no page depends on one.
    """
    _refuse_graded(bank)
    return list(bank.objectives)


def payload(
    bank: Bank,
    cite: Callable[[str], Link] | None = None,
    href: Callable[[str], str] | None = None,
) -> dict[str, Any]:
    """Return what the component shows, as JSON: the items with keys, rationales, places and references.

    An item with parameters is shown in one of its variants, the same for everybody: a page knows
    nobody's name.

    Args:
        bank: a formative bank or a pretest.
        cite: from a BibTeX key to ``{"label", "href"}``; without it the key is the label, without a link.
        href: from ``book/PAGE#ANCHOR`` to the address of the place; without it there is no address.

    Raises BankError for a graded bank, whose keys no page may hold.
    """
    _refuse_graded(bank)
    cite = cite or (lambda key: {"label": key, "href": ""})
    href = href or (lambda _: "")
    return {
        "module": bank.module,
        "pool": bank.pool,
        "version": bank.version,
        "title": bank.title,
        "items": [_item(bank, item, cite, href) for item in bank.items],
    }


def _item(bank: Bank, item: Item, cite: Callable[[str], Link], href: Callable[[str], str]) -> dict[str, Any]:
    drawn = variant.parameters(item.parameters, "", bank.module, item.id, bank.salt)
    filled = item.filled(drawn)
    key = {name: filled.key[name] for name in _KEY if name in filled.key}
    # The item's own reference first, then those of single parts.
    cited = dict.fromkeys([filled.key["reference"], *filled.key["references"].values()])
    where = filled.key["where"]
    return {
        **filled.released(),
        "version": item.version,
        "scoring": item.scoring,
        "key": key,
        "rationales": filled.key["rationales"],
        "why": filled.key["why"],
        "where": {"href": href(where), "label": book.title_of_place(where)},
        "references": [cite(each) for each in cited],
    }
