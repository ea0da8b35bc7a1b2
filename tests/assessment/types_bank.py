"""The made-up banks with items of every type, and the answers to some of their items."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from ketamine_course.items import Bank, Item, load_bank

FIXTURES = Path(__file__).parent / "fixtures"
GRADED = FIXTURES / "types.graded.yaml"
FORMATIVE = FIXTURES / "types.formative.yaml"

KINDS = (
    "single", "multiple", "matrix", "cloze", "rationale", "ordered", "highlight", "bow_tie", "numeric", "trend",
    "case", "free_text",
)  # fmt: skip


def raw(path: Path = GRADED) -> dict[str, Any]:
    """Return a bank as its file holds it."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def written(folder: Path, content: dict[str, Any]) -> Path:
    """Write a bank into a folder, under the name that it must have; return the file."""
    path = folder / f"{content['module']}.{content['pool']}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def items_of(bank: Bank) -> dict[str, Item]:
    """Return the items of a bank by their ids."""
    return {item.id: item for item in bank.items}


def graded() -> dict[str, Item]:
    """Return the items of the graded bank by their ids."""
    return items_of(load_bank(GRADED))


def edited(change: Any) -> dict[str, Any]:
    """Return the graded bank's content after a change."""
    content = copy.deepcopy(raw())
    change(content)
    return content
