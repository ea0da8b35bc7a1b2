"""Reading an item bank: YAML, checked against a JSON Schema, with the line of whatever is wrong."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from ..row_text import calculate, cell, number_text

SCHEMA = Path(__file__).with_name("bank.schema.json")

#: ``{value:ROW}`` or ``{value:ROW:COLUMN}`` in a text of an item prints a number of a row.
_PLACE = re.compile(r"\{value:([^}]+)\}")


#: What the cells of a release that are no items are called.
RESERVED_IDS = frozenset({"quiz", "note"})


class BankError(ValueError):
    """A bank that cannot be used: names the file, the line and the remedy."""


@dataclass(frozen=True)
class Item:
    """One item: what a learner sees (``public``) and what only the grader may know (``key``).

    ``kind`` is ``single``, ``multiple``, ``numeric`` or ``free_text``; ``points`` is its maximum.
    """

    id: str
    kind: str
    points: float
    public: dict[str, Any]
    key: dict[str, Any]


@dataclass(frozen=True)
class Bank:
    """A quiz with its items in order."""

    quiz: str
    title: str
    due: str
    items: tuple[Item, ...]


def _lines(node: yaml.Node, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], int]:
    """Return the line on which each part of a YAML document stands."""
    found = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found |= _lines(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found |= _lines(value, (*path, index))
    return found


def _read(path: Path) -> tuple[Any, dict[tuple[Any, ...], int]]:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except OSError as error:
        raise BankError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BankError(f"{path.name}, line {line}: {error.problem}; correct the YAML") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BankError(f"{path.name}, line {line}: {error.reason}; take the character out") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BankError(f"{path.name}, line {line}: not UTF-8; save the file as UTF-8") from None
    if node is None:
        raise BankError(f"{path.name}: the file is empty; see {SCHEMA.name} for what a bank holds")
    return content, _lines(node)


def load_bank(path: Path) -> Bank:
    """Return the bank of a YAML file, with numbers drawn from their rows.

    Raises BankError, naming file and line, if the file is no valid bank: not YAML, against
    the schema, an id that stands twice, a key that names no option, a row that does not exist.
    """
    content, lines = _read(path)

    def wrong(where: tuple[Any, ...], why: str) -> BankError:
        while where not in lines:
            where = where[:-1]
        return BankError(f"{path.name}, line {lines[where]}: {why}")

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(content))
    if error is not None:
        raise wrong(tuple(error.absolute_path), f"{error.message}; see {SCHEMA.name}")
    if content["quiz"] != path.stem:
        raise wrong(("quiz",), f"the quiz {content['quiz']!r} must stand in {content['quiz']}.yaml; rename the file")
    seen: set[str] = set()
    items = []
    for index, raw in enumerate(content["items"]):
        if raw["id"] in seen:
            raise wrong(("items", index, "id"), f"the id {raw['id']!r} stands twice; give each item its own")
        if raw["id"] in RESERVED_IDS:
            raise wrong(("items", index, "id"), f"the id {raw['id']!r} names a cell of every release; choose another")
        seen.add(raw["id"])
        try:
            items.append(_item(raw))
        except (ValueError, TypeError) as problem:  # TypeError: a formula with too few rows, or a row of text
            raise wrong(("items", index), f"item {raw['id']!r}: {problem}") from None
    return Bank(content["quiz"], content["title"], content.get("due", ""), tuple(items))


def _filled(text: str) -> str:
    return _PLACE.sub(lambda match: number_text(cell(match[1])[1]), text).strip()


def _item(raw: dict[str, Any]) -> Item:
    kind = raw["type"]
    public: dict[str, Any] = {"stem": _filled(raw["stem"])}
    key: dict[str, Any] = {"why": _filled(raw["why"]), "where": raw["where"], "reference": raw["reference"]}
    if kind in ("single", "multiple"):
        public["options"] = [{"id": option["id"], "text": _filled(option["text"])} for option in raw["options"]]
        ids = [option["id"] for option in raw["options"]]
        if len(set(ids)) < len(ids):
            raise ValueError("an option's id stands twice; give each option its own")
        correct = [option["id"] for option in raw["options"] if option.get("correct")]
        if not correct or (kind == "single" and len(correct) > 1):
            raise ValueError(f"{len(correct)} options are marked correct; a {kind} item needs "
                             + ("exactly one" if kind == "single" else "at least one"))  # fmt: skip
        key["correct"] = correct
        key["rationales"] = {option["id"]: _filled(option["why"]) for option in raw["options"]}
    elif kind == "numeric":
        public["units"] = raw["units"]
        answer = raw["answer"]
        value = calculate(answer["formula"])[1] if "formula" in answer else answer["value"]
        if answer["unit"] not in raw["units"]:
            raise ValueError(f"the correct unit {answer['unit']!r} is none of those offered, {', '.join(raw['units'])}")
        key |= {"value": float(value), "unit": answer["unit"], "tolerance": float(answer["tolerance"])}
    else:
        key["rubric"] = [{"points": line["points"], "for": line["for"]} for line in raw["rubric"]]
        if not math.isclose(sum(line["points"] for line in key["rubric"]), raw["points"]):
            raise ValueError("the rubric's points do not add up to the item's points")
    return Item(raw["id"], kind, float(raw["points"]), public, key)
