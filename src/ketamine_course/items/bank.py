"""Reading an item bank: YAML, checked against a JSON Schema, with the line of whatever is wrong."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from . import book
from .blueprint import Cell, check_blueprint
from .types import BankError, Item, ItemError, make_items, references

SCHEMA = Path(__file__).with_name("bank.schema.json")

POOLS = ("graded", "formative", "pretest")

#: What the cells of a release that are no items are called.
RESERVED_IDS = frozenset({"quiz", "note"})


@dataclass(frozen=True)
class Bank:
    """The items of one pool of a module, in order; those of a case one after the other.

    ``reviewed`` and ``review_by`` are ISO dates, ``objectives`` have ``id`` and ``text``, ``salt``
    goes into the draw of variants, ``due`` is in words and may be empty.
    """

    module: str
    pool: str
    title: str
    due: str
    version: int
    reviewed: str
    review_by: str
    salt: str
    objectives: tuple[dict[str, str], ...]
    blueprint: tuple[Cell, ...]
    items: tuple[Item, ...]

    @property
    def quiz(self) -> str:
        """Name of the assignment in nbgrader."""
        return self.module


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


def _twice(node: yaml.Node) -> yaml.Node | None:
    """Return a key that stands twice in one mapping, of which YAML would silently keep the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                again: yaml.Node = key
                return again
            if isinstance(key.value, str):
                seen.add(key.value)
            if found := _twice(value):
                return found
    elif isinstance(node, yaml.SequenceNode):
        return next(filter(None, map(_twice, node.value)), None)
    return None


def read_yaml(path: Path) -> tuple[Any, dict[tuple[Any, ...], int]]:
    """Return the content of a YAML file, and the line of each of its parts by the path to it.

    Raises BankError, naming file and line, if it cannot be read as YAML.
    """
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
    if key := _twice(node):
        line = key.start_mark.line + 1
        raise BankError(f"{path.name}, line {line}: {key.value!r} stands twice here; take one out")
    return content, _lines(node)


class _File:
    """One bank's file: its content, and errors with its name and the line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content, self._lines = read_yaml(path)
        self._check_schema()
        self._check_head()

    def line(self, where: tuple[Any, ...]) -> int:
        """Return the line of a part, of the nearest part around it if there is none."""
        while where not in self._lines:
            where = where[:-1]
        return self._lines[where]

    def wrong(self, where: tuple[Any, ...], why: str) -> BankError:
        """Return the error that names the file and the line."""
        return BankError(f"{self.path.name}, line {self.line(where)}: {why}")

    def _check_schema(self) -> None:
        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(self.content))
        # A field that does not fit its type leaves the others of the item unevaluated: name the cause.
        causes = [error for error in errors if error.validator != "unevaluatedProperties"]
        innermost = sorted(errors, key=lambda error: -len(error.absolute_path))[:1]
        error = jsonschema.exceptions.best_match(causes or innermost)
        if error is not None:
            raise self.wrong(tuple(error.absolute_path), f"{error.message}; see {SCHEMA.name}")

    def _check_head(self) -> None:
        content = self.content
        name = f"{content['module']}.{content['pool']}.yaml"
        if self.path.name != name:
            raise self.wrong(("module",), f"this bank must stand in {name}; rename the file")
        if "due" in content and content["pool"] != "graded":
            raise self.wrong(("due",), f"a {content['pool']} bank is never due; take due out")
        dates = []
        for field in ("reviewed", "review_by"):
            try:
                dates.append(datetime.date.fromisoformat(content[field]))
            except ValueError:
                raise self.wrong(
                    (field,), f'{content[field]!r} is no day; write one such as "2026-11-23", in quotes'
                ) from None
        if dates[1] <= dates[0]:
            raise self.wrong(("review_by",), "review_by is not after reviewed; correct one of them")
        seen: set[str] = set()
        if "draw" in content and content["pool"] != "graded":
            raise self.wrong(("draw",), f"a {content['pool']} bank holds its own items; only a graded bank is drawn")
        for field in ("items", "objectives"):
            if "draw" in content and field in content:
                raise self.wrong((field,), f"what is drawn brings its {field} with it; take {field} or draw out")
        for index, objective in enumerate(content.get("objectives", ())):
            if objective["id"] in seen:
                raise self.wrong(
                    ("objectives", index, "id"), f"the id {objective['id']!r} stands twice; give each its own"
                )
            seen.add(objective["id"])

    def entries(self, objectives: set[str]) -> dict[str, list[Item]]:
        """Return the items of each entry, by the entry's id.

        Args:
            objectives: ids of the objectives that items may name.
        """
        keys = book.reference_keys()
        seen: set[str] = set()
        found: dict[str, list[Item]] = {}
        for index, raw in enumerate(self.content["items"]):
            at: tuple[Any, ...] = ("items", index)
            places = [(at, raw)]
            if raw["type"] == "case":
                places += [((*at, "items", number), each) for number, each in enumerate(raw["items"])]
            for place, each in places:
                if each["id"] in seen:
                    raise self.wrong((*place, "id"), f"the id {each['id']!r} stands twice; give each item its own")
                if each["id"] in RESERVED_IDS:
                    raise self.wrong(
                        (*place, "id"), f"the id {each['id']!r} names a cell of every release; choose another"
                    )
                seen.add(each["id"])
                if each["type"] == "case":
                    continue
                if each["objective"] not in objectives:
                    listed = ", ".join(sorted(objectives))
                    raise self.wrong(
                        (*place, "objective"),
                        f"item {each['id']!r}: the objective {each['objective']!r} is none of the bank's; "
                        f"they are {listed}",
                    )
                if problem := book.problem_of_place(each["where"]):
                    raise self.wrong((*place, "where"), f"item {each['id']!r}: {problem}")
            for where, key in references(raw):
                if keys is not None and key not in keys:
                    raise self.wrong(
                        (*at, *where),
                        f"item {raw['id']!r}: {key!r} is no key of book/references.bib; correct it or add the paper",
                    )
            try:
                found[raw["id"]] = make_items(raw)
            except ItemError as problem_:
                raise self.wrong((*at, *problem_.place), f"item {raw['id']!r}: {problem_}") from None
            except (ValueError, TypeError) as problem_:
                raise self.wrong(at, f"item {raw['id']!r}: {problem_}") from None
        return found

    def cells(self, objectives: set[str]) -> tuple[Cell, ...]:
        """Return what the blueprint asks for; nothing if there is none."""
        found: dict[tuple[str, str, str], Cell] = {}
        for index, raw in enumerate(self.content.get("blueprint", ())):
            place = ("blueprint", index)
            cell = raw["objective"], raw["step"], raw["bloom"]
            if raw["objective"] not in objectives:
                listed = ", ".join(sorted(objectives))
                raise self.wrong(
                    (*place, "objective"),
                    f"the objective {raw['objective']!r} is none of the bank's; they are {listed}",
                )
            if cell in found:
                raise self.wrong(place, f"the cell {', '.join(cell)} stands twice; keep one")
            found[cell] = Cell(*cell, raw["at_least"], self.path.name, self.line(place))
        return tuple(found.values())


@dataclass(frozen=True)
class _Loaded:
    """A bank with its overlay: the files, public first, the objectives by id, the items of each entry by its id."""

    files: list[_File]
    objectives: dict[str, dict[str, str]]
    entries: dict[str, list[Item]]


def _load(path: Path, overlay: Path | None) -> _Loaded:
    paths = [path, overlay / path.name] if overlay else [path]
    # If none is there, reading the last says so.
    files = [_File(each) for each in ([each for each in paths if each.exists()] or paths[-1:])]
    if "draw" in files[-1].content:
        return _drawn(files[-1], path.parent, overlay)
    objectives = {each["id"]: each for file in files for each in file.content.get("objectives", ())}
    entries: dict[str, list[Item]] = {}
    for file in files:
        if "draw" not in file.content:  # an overlay with items of its own takes the place of a public draw
            entries |= file.entries(set(objectives))
    return _Loaded(files, objectives, entries)


def _is_drawn(path: Path) -> bool:
    content = read_yaml(path)[0]
    return isinstance(content, dict) and "draw" in content


def _drawn(file: _File, banks: Path, overlay: Path | None) -> _Loaded:
    """Draw entries from the graded banks of a folder, a case as a whole; the same for everybody, by salt and id."""
    salt = file.content.get("salt", file.content["module"])
    loaded: dict[str, _Loaded] = {}
    objectives: dict[str, dict[str, str]] = {}
    taken: dict[str, list[Item]] = {}
    for index, cell in enumerate(file.content["draw"]):
        where, module = ("draw", index), cell["module"]
        if module not in loaded:
            bank = banks / f"{module}.graded.yaml"
            if any(_is_drawn(each) for each in (bank, (overlay or banks) / bank.name) if each.exists()):
                raise file.wrong(
                    (*where, "module"), f"{module!r} is itself drawn; draw from where its items are written"
                )
            loaded[module] = _load(bank, overlay)
        source = loaded[module]
        if "objective" in cell and cell["objective"] not in source.objectives:
            listed = ", ".join(sorted(source.objectives))
            raise file.wrong(
                (*where, "objective"), f"{cell['objective']!r} is no objective of {module}; they are {listed}"
            )
        open_entries = {name: items for name, items in source.entries.items() if name not in taken}
        fitting = [name for name, items in open_entries.items() if any(_fits(item, cell) for item in items)]
        fitting.sort(key=lambda name: hashlib.sha256(f"{salt}/{name}".encode()).hexdigest())
        if len(fitting) < cell["entries"]:
            raise file.wrong(
                where,
                f"asks for {cell['entries']} entries, and {module}.graded.yaml has {len(fitting)} that fit and are "
                "not drawn yet; write more, or ask for fewer",
            )
        for name in fitting[: cell["entries"]]:
            taken[name] = open_entries[name]
            for item in open_entries[name]:
                objectives[item.objective] = source.objectives[item.objective]
    return _Loaded([file], objectives, taken)


def _fits(item: Item, cell: Mapping[str, Any]) -> bool:
    asked = {"objective": item.objective, "step": item.step, "bloom": item.bloom, "type": item.kind}
    return all(cell[field] == value for field, value in asked.items() if field in cell)


def load_bank(path: Path, overlay: Path | None = None, *, complete: bool = True) -> Bank:
    """Return the bank of a file ``MODULE.POOL.yaml``, with numbers drawn from their rows.

    A bank that says ``draw`` has no items of its own: they come from the graded banks beside it, with their overlay.

    Args:
        path: the file; with an overlay it need not exist.
        overlay: a folder with a private bank. Items (or cases) of its file of the same name replace those
            of the same id and add the others; what else it says of the bank counts, its blueprint if it
            has one. Its objectives join those of the public bank.
        complete: whether the blueprint must be filled.

    Raises BankError, naming file and line, if a file is no valid bank: not YAML, against the schema,
    an id that stands twice, a key that names no option, a row, place or reference that does not exist,
    a blueprint that is not filled, a draw from banks that have too few items that fit.
    """
    loaded = _load(path, overlay)
    files, objectives, last = loaded.files, loaded.objectives, loaded.files[-1]
    items = tuple(item for listed in loaded.entries.values() for item in listed)
    ids = [item.id for item in items]
    if twice := next((each for each in ids if ids.count(each) > 1), None):
        raise BankError(
            f"{last.path}: the id {twice!r} stands in the public bank too, inside or outside of a case; "
            "choose another, or replace the whole case"
        )
    blueprint = next((file for file in reversed(files) if "blueprint" in file.content), last)
    head = last.content
    bank = Bank(
        module=head["module"],
        pool=head["pool"],
        title=head["title"],
        due=head.get("due", ""),
        version=head["version"],
        reviewed=head["reviewed"],
        review_by=head["review_by"],
        salt=head.get("salt", head["module"]),
        objectives=tuple(objectives.values()),
        blueprint=blueprint.cells(set(objectives)),
        items=items,
    )
    if complete:
        check_blueprint(bank)
    return bank
