"""The types of items: from what a bank holds to what a learner sees, and to what only the grader may know.

Each type splits its fields into ``public`` and ``key``. Nothing in ``public`` may depend on a key:
a release is built from it alone.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..answers import variant
from ..evidence import EvidenceError
from ..row_text import cell, number_text
from . import formula
from .formula import FormulaError

Raw = Mapping[str, Any]
Place = tuple[Any, ...]

#: The rules of `core.scoring` that suit a type, its default first; what else they ask for is in `_rule`.
RULES: dict[str, tuple[str, ...]] = {
    "single": ("zero_one",),
    "multiple": ("plus_minus", "select_n"),
    "matrix": ("parts", "matrix_plus_minus"),
    "cloze": ("parts",),
    "rationale": ("dyad", "triad"),
    "ordered": ("ordered",),
    "highlight": ("plus_minus",),
    "bow_tie": ("bow_tie",),
    "numeric": ("numeric",),
    "free_text": ("",),
}

#: So many variants of one item are worked out when its bank is loaded, so that no learner meets one that fails.
MAX_VARIANTS = 5_000

_BRACES = re.compile(r"\{([^{}]*)\}")
_GAP = re.compile(r"\[\[([^\[\]]*)\]\]")


class BankError(ValueError):
    """A bank that cannot be used: names the file, the line and the remedy."""


class ItemError(ValueError):
    """What is wrong with an item, and at which ``place`` in it."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place = place


@dataclass(frozen=True)
class Item:
    """One item: what a learner sees (``public``) and what only the grader may know (``key``).

    ``kind`` is one of the types but ``case``, whose six items are items of their own with ``case``;
    ``points`` is its maximum; ``scoring`` names the function of `core.scoring`, empty for free text.
    ``key`` has ``why``, ``where``, ``reference``, ``references`` (of single parts), and by type
    ``correct``, ``order``, ``rationales``, ``value`` or ``formula`` with ``unit``, ``tolerance`` and
    ``accepted``, or ``rubric``. ``rationales`` go by the part's id; where choices stand in groups
    (gaps, and the sides of a bow-tie: actions, condition, monitor), by ``GROUP.ID``.
    """

    id: str
    kind: str
    points: float
    public: dict[str, Any]
    key: dict[str, Any]
    version: int = 1
    objective: str = ""
    step: str = "none"
    bloom: str = ""
    scoring: str = ""
    case: dict[str, Any] | None = None

    @property
    def asked(self) -> str:
        """How it is answered: its kind, and for a trend the kind that is asked."""
        return str(self.public["ask"]["type"]) if self.kind == "trend" else self.kind

    @property
    def form(self) -> dict[str, Any]:
        """What holds its options, rows, gaps or units."""
        form: dict[str, Any] = self.public["ask"] if self.kind == "trend" else self.public
        return form

    @property
    def parameters(self) -> dict[str, Any]:
        """What differs from learner to learner; empty if nothing does."""
        found: dict[str, Any] = self.public.get("parameters", {})
        return found

    def released(self) -> dict[str, Any]:
        """Return the item as a learner's file holds it."""
        case = {"case": self.case} if self.case else {}
        return {"id": self.id, "type": self.kind, "points": self.points, **self.public, **case}

    def filled(self, values: Mapping[str, Any]) -> Item:
        """Return the item with a learner's values in every text, and with the key that follows from them."""
        if not self.parameters:
            return self
        public = {name: _with_values(part, values) for name, part in self.public.items() if name != "parameters"}
        for number, series in enumerate(self.public.get("exhibit", {}).get("series", ())):
            # A reading is a number, not the text of one.
            public["exhibit"]["series"][number]["values"] = [
                values.get(each[1:-1], each) if isinstance(each, str) else each for each in series["values"]
            ]
        key = _with_values(self.key, values)
        if "formula" in self.key:
            key["value"] = formula.evaluate(self.key["formula"], values)
            del key["formula"]
        return dataclasses.replace(self, public=public, key=key)


def _with_values(part: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(part, str):
        return variant.fill(part, values)
    if isinstance(part, dict):
        return {name: _with_values(each, values) for name, each in part.items()}
    return [_with_values(each, values) for each in part] if isinstance(part, list) else part


class _Texts:
    """Fills rows into the texts of an item, and keeps the places of its parameters."""

    def __init__(self, parameters: Iterable[str]) -> None:
        self.parameters = frozenset(parameters)

    def __call__(self, text: str, *place: Any) -> str:
        """Return a text with ``{value:ROW}`` filled in."""

        def number(match: re.Match[str]) -> str:
            inside = match[1]
            if inside in self.parameters:
                return match[0]
            if not inside.startswith("value:"):
                raise ItemError(
                    place,
                    f"{match[0]} is neither {{value:ROW}} nor a parameter of this item; "
                    "declare it under parameters, or take the braces out",
                )
            try:
                return number_text(cell(inside.removeprefix("value:"))[1])
            except EvidenceError as error:
                raise ItemError(place, str(error)) from None

        return _BRACES.sub(number, text).strip()


class _Parts:
    """Collects what belongs to the parts of an item: rationales and references."""

    def __init__(self, text: _Texts) -> None:
        self.text = text
        self.rationales: dict[str, str] = {}
        self.references: dict[str, str] = {}

    def add(self, raw: Raw, *place: Any, group: str = "") -> dict[str, Any]:
        """Return what a learner sees of a part."""
        name = f"{group}.{raw['id']}" if group else raw["id"]
        if name in self.rationales:
            raise ItemError((*place, "id"), f"the id {raw['id']!r} stands twice; give each its own")
        self.rationales[name] = self.text(raw["why"], *place, "why")
        if "reference" in raw:
            self.references[name] = raw["reference"]
        return {"id": raw["id"], "text": self.text(raw["text"], *place, "text")}

    def choices(
        self,
        listed: list[Raw],
        *place: Any,
        least: int,
        most: int | None = None,
        group: str = "",
        what: str = "options",
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Return what a learner sees of choices, and which ids are correct."""
        public = [self.add(each, *place, index, group=group) for index, each in enumerate(listed)]
        correct = [each["id"] for each in listed if each.get("correct")]
        if len(correct) < least or (most is not None and len(correct) > most):
            needed = ("exactly " if most == least else "at least ") + {1: "one", 2: "two"}.get(least, str(least))
            raise ItemError(place, f"{len(correct)} {what} are marked correct; there must be {needed}")
        return public, correct


Split = tuple[dict[str, Any], dict[str, Any]]


def _single(raw: Raw, parts: _Parts, *at: Any) -> Split:
    options, correct = parts.choices(raw["options"], *at, "options", least=1, most=1)
    return {"options": options}, {"correct": correct}


def _multiple(raw: Raw, parts: _Parts, *at: Any) -> Split:
    options, correct = parts.choices(raw["options"], *at, "options", least=1)
    if "select" not in raw:
        return {"options": options}, {"correct": correct}
    if raw["select"] != len(correct):
        raise ItemError(
            (*at, "select"),
            f"select asks for {raw['select']}, but {len(correct)} options are marked correct; make them the same",
        )
    return {"options": options, "select": raw["select"]}, {"correct": correct}


def _matrix(raw: Raw, parts: _Parts, *at: Any) -> Split:
    several = raw.get("several", False)
    columns: list[dict[str, Any]] = []
    for index, column in enumerate(raw["columns"]):
        if column["id"] in [each["id"] for each in columns]:
            raise ItemError((*at, "columns", index, "id"), f"the id {column['id']!r} stands twice; give each its own")
        columns.append({"id": column["id"], "text": parts.text(column["text"], *at, "columns", index, "text")})
    known = [column["id"] for column in columns]
    rows, correct = [], {}
    for index, row in enumerate(raw["rows"]):
        place = (*at, "rows", index)
        rows.append(parts.add(row, *place))
        right = [row["correct"]] if isinstance(row["correct"], str) else list(row["correct"])
        if unknown := [each for each in right if each not in known]:
            raise ItemError(
                (*place, "correct"), f"{unknown[0]!r} is the id of no column; the columns are {', '.join(known)}"
            )
        if not several and len(right) != 1:
            raise ItemError(
                (*place, "correct"),
                f"the row {row['id']!r} has {len(right)} correct columns; give one, or set several: true",
            )
        correct[row["id"]] = right
    if not any(correct.values()):
        raise ItemError((*at, "rows"), "no row has a correct column; nobody could earn the points")
    return {"rows": rows, "columns": columns, "several": several}, {"correct": correct}


def _gaps_of(texts: Iterable[str]) -> list[str]:
    return [name for text in texts for name in _GAP.findall(text)]


def _gaps(raw: Raw, parts: _Parts, places: list[str], *at: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the choices and the correct one of each gap, in the order in which the gaps stand in the text."""
    if twice := [gap for gap in places if places.count(gap) > 1]:
        raise ItemError((*at, "gaps"), f"the gap [[{twice[0]}]] stands twice in the text; give each place its own")
    if missing := [gap for gap in places if gap not in raw["gaps"]]:
        raise ItemError((*at, "gaps"), f"the gap [[{missing[0]}]] of the text has no choices under gaps; add them")
    if unused := [gap for gap in raw["gaps"] if gap not in places]:
        raise ItemError(
            (*at, "gaps", unused[0]),
            f"the gap {unused[0]!r} has no place in the text; write [[{unused[0]}]] where it belongs",
        )
    public, correct = {}, {}
    for gap in places:
        public[gap], (correct[gap],) = parts.choices(
            raw["gaps"][gap], *at, "gaps", gap, least=1, most=1, group=gap, what="choices"
        )
    return public, correct


def _cloze(raw: Raw, parts: _Parts, *at: Any) -> Split:
    if ("text" in raw) == ("table" in raw):
        raise ItemError(at, "a cloze item has either text or table; give one of them")
    if "text" in raw:
        text = parts.text(raw["text"], *at, "text")
        gaps, correct = _gaps(raw, parts, _gaps_of([text]), *at)
        return {"text": text, "gaps": gaps}, {"correct": correct}
    head = [parts.text(each, *at, "table", "head", index) for index, each in enumerate(raw["table"]["head"])]
    rows = []
    for index, row in enumerate(raw["table"]["rows"]):
        place = (*at, "table", "rows", index)
        if len(row) != len(head):
            raise ItemError(place, f"the row has {len(row)} cells and the head {len(head)}; give as many")
        rows.append([parts.text(each, *place, column) for column, each in enumerate(row)])
    gaps, correct = _gaps(raw, parts, _gaps_of(each for row in rows for each in row), *at)
    return {"table": {"head": head, "rows": rows}, "gaps": gaps}, {"correct": correct}


def _rationale(raw: Raw, parts: _Parts, *at: Any) -> Split:
    text = parts.text(raw["text"], *at, "text")
    order = _gaps_of([text])
    wanted = {"dyad": 2, "triad": 3}[raw["form"]]
    if len(order) != wanted:
        raise ItemError((*at, "text"), f"a {raw['form']} has {wanted} gaps, and this text has {len(order)}")
    gaps, correct = _gaps(raw, parts, order, *at)
    return {"text": text, "gaps": gaps, "form": raw["form"]}, {"correct": correct, "order": order}


def _ordered(raw: Raw, parts: _Parts, *at: Any) -> Split:
    options = [parts.add(each, *at, "options", index) for index, each in enumerate(raw["options"])]
    correct = [each["id"] for each in options]
    # The bank's order is the key, so that a release can only show another: the one of the ids.
    shown = sorted(options, key=lambda each: str(each["id"]))
    if [each["id"] for each in shown] == correct:
        raise ItemError(
            (*at, "options"),
            "the ids sort into the right order, which a release would show; name them so that they do not",
        )
    return {"options": shown}, {"correct": correct}


def _highlight(raw: Raw, parts: _Parts, *at: Any) -> Split:
    passage: list[Any] = []
    for index, each in enumerate(raw["passage"]):
        place = (*at, "passage", index)
        # Blanks at its ends belong to a passage.
        if isinstance(each, str):
            text = parts.text(f"|{each}|", *place)[1:-1]
            passage.append(text)
        else:
            passage.append(parts.add(each, *place))
    spans = [each for each in raw["passage"] if not isinstance(each, str)]
    correct = [each["id"] for each in spans if each.get("correct")]
    if not correct or len(correct) == len(spans):
        raise ItemError(
            (*at, "passage"),
            f"{len(correct)} of {len(spans)} spans are marked correct; mark at least one, and leave one unmarked",
        )
    return {"passage": passage}, {"correct": correct}


def _bow_tie(raw: Raw, parts: _Parts, *at: Any) -> Split:
    def side(name: str, number: int, group: str) -> tuple[list[dict[str, Any]], list[str]]:
        return parts.choices(raw[name], *at, name, least=number, most=number, group=group, what=name)

    actions, right_actions = side("actions", 2, "actions")
    conditions, (right_condition,) = side("conditions", 1, "condition")
    monitor, right_monitor = side("monitor", 2, "monitor")
    return (
        {"actions": actions, "conditions": conditions, "monitor": monitor},
        {"correct": {"actions": right_actions, "condition": right_condition, "monitor": right_monitor}},
    )


def _numeric(raw: Raw, parts: _Parts, *at: Any) -> Split:
    answer, units = raw["answer"], list(raw["units"])
    place = (*at, "answer")
    for unit, field in [(answer["unit"], "unit"), *((unit, "accepted") for unit in answer.get("accepted", {}))]:
        if unit not in units:
            raise ItemError((*place, field), f"the unit {unit!r} is none of those offered, {', '.join(units)}")
    if answer["unit"] in answer.get("accepted", {}):
        raise ItemError((*place, "accepted"), f"{answer['unit']!r} is the correct unit already; take it out")
    key: dict[str, Any] = {
        "unit": answer["unit"],
        "tolerance": float(answer["tolerance"]),
        "accepted": {unit: float(factor) for unit, factor in answer.get("accepted", {}).items()},
    }
    if "value" in answer:
        if not math.isfinite(answer["value"]):
            raise ItemError((*place, "value"), "the value is no finite number; write one such as 7.9")
        key["value"] = float(answer["value"])
        return {"units": units}, key
    try:
        expression = formula.with_rows(answer["formula"])
        if parts.text.parameters:
            key["formula"] = expression
        else:
            key["value"] = formula.evaluate(expression, {})
    except FormulaError as error:
        raise ItemError((*place, "formula"), str(error)) from None
    return {"units": units}, key


def _free_text(raw: Raw, parts: _Parts, *at: Any) -> Split:
    rubric = [
        {"points": line["points"], "for": parts.text(line["for"], *at, "rubric", index, "for")}
        for index, line in enumerate(raw["rubric"])
    ]
    if not math.isclose(sum(line["points"] for line in rubric), raw["points"]):
        raise ItemError((*at, "rubric"), "the rubric's points do not add up to the item's points")
    return {}, {"rubric": rubric}


_SPLITS: dict[str, Callable[..., Split]] = {
    "single": _single,
    "multiple": _multiple,
    "matrix": _matrix,
    "cloze": _cloze,
    "rationale": _rationale,
    "ordered": _ordered,
    "highlight": _highlight,
    "bow_tie": _bow_tie,
    "numeric": _numeric,
    "free_text": _free_text,
}


def _split(raw: Raw, parts: _Parts) -> Split:
    if raw["type"] != "trend":
        return _SPLITS[raw["type"]](raw, parts)
    public, key = _SPLITS[raw["ask"]["type"]](raw["ask"], parts, "ask")
    return {"ask": {"type": raw["ask"]["type"], **public}}, key


def _rule(raw: Raw) -> str:
    """Return the name of the scoring rule, the type's own unless the item names another that suits it."""
    asked = raw.get("ask", raw)
    kind = asked["type"]
    if kind == "rationale":
        fitting: tuple[str, ...] = (asked["form"],)
    elif kind == "multiple":
        fitting = ("select_n",) if "select" in asked else ("plus_minus",)
    elif kind == "matrix":
        # A row of several correct columns may also count as a whole.
        fitting = ("matrix_plus_minus", "parts") if asked.get("several") else ("parts",)
        if asked.get("several") and raw.get("scoring") == "parts" and not all(row["correct"] for row in asked["rows"]):
            raise ItemError(("scoring",), "the rule 'parts' needs a correct column in each row; mark one")
    else:
        fitting = RULES[kind]
    rule = raw.get("scoring", fitting[0])
    if rule not in fitting:
        fits = ", ".join(fitting) or "none"
        raise ItemError(("scoring",), f"the rule {rule!r} does not suit this item; those that do: {fits}")
    return str(rule)


def _exhibit(raw: Raw, text: _Texts) -> dict[str, Any]:
    exhibit = raw["exhibit"]
    series = []
    for index, each in enumerate(exhibit["series"]):
        place = ("exhibit", "series", index)
        if len(each["times"]) != len(each["values"]):
            raise ItemError(
                (*place, "values"),
                f"the series {each['name']!r} has {len(each['times'])} times and {len(each['values'])} values; "
                "give each time one value",
            )
        values: list[Any] = []
        for number, value in enumerate(each["values"]):
            if not isinstance(value, str):
                if not exhibit.get("made_up"):
                    raise ItemError(
                        (*place, "values", number),
                        f"the value {value} is typed; print a row with {{value:ROW}}, or say made_up: true",
                    )
                values.append(value)
            elif match := _BRACES.fullmatch(value):
                filled = text(value, *place, "values", number)
                values.append(filled if match[1] in text.parameters else _number_of(match[1], *place, "values", number))
            else:
                raise ItemError(
                    (*place, "values", number), f"{value!r} is neither a number nor one place such as {{value:ROW}}"
                )
        series.append(
            {
                "name": text(each["name"], *place, "name"),
                "unit": text(each["unit"], *place, "unit"),
                "times": list(each["times"]),
                "values": values,
            }
        )
    return {
        "title": text(exhibit["title"], "exhibit", "title"),
        "time_unit": exhibit["time_unit"],
        "made_up": exhibit.get("made_up", False),
        "series": series,
    }


def _number_of(place_of_row: str, *place: Any) -> float | int:
    value = cell(place_of_row.removeprefix("value:"))[1]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ItemError(place, f"the row {place_of_row.removeprefix('value:')!r} holds {value!r}, which is no number")
    return value


def _check_parameters(raw: Raw, public: dict[str, Any], key: dict[str, Any]) -> None:
    """Raise ItemError unless each parameter is one that is shown, and each variant's key can be worked out."""
    lists = {}
    shown = json.dumps(public, ensure_ascii=False)
    for name, spec in raw["parameters"].items():
        try:
            lists[name] = variant.values(spec)
        except ValueError as error:
            raise ItemError(("parameters", name), str(error)) from None
        if f"{{{name}}}" not in shown:
            raise ItemError(
                ("parameters", name), f"no learner would see the parameter {name!r}; print it in a text with {{{name}}}"
            )
    if "formula" not in key:
        return
    if (number := math.prod(map(len, lists.values()))) > MAX_VARIANTS:
        raise ItemError(("parameters",), f"{number} variants are more than {MAX_VARIANTS}; take larger steps")
    for values in itertools.product(*lists.values()):
        drawn = dict(zip(lists, values, strict=True))
        try:
            formula.evaluate(key["formula"], drawn)
        except FormulaError as error:
            raise ItemError(("answer", "formula"), f"with {drawn}: {error}") from None


def make_item(raw: Raw, case: dict[str, Any] | None = None) -> Item:
    """Return the item of an entry that has passed the schema and is no case.

    Raises ItemError, naming the place in the entry, if it has no sound key, an id stands twice, or
    a row or a parameter does not exist.
    """
    text = _Texts(raw.get("parameters", ()))
    if clash := sorted(text.parameters & set(formula.FUNCTIONS)):
        raise ItemError(("parameters", clash[0]), f"the name {clash[0]!r} is that of a function; choose another")
    parts = _Parts(text)
    own_public, own_key = _split(raw, parts)
    public: dict[str, Any] = {"stem": text(raw["stem"], "stem")}
    if "exhibit" in raw:
        public["exhibit"] = _exhibit(raw, text)
    if "parameters" in raw:
        public["parameters"] = raw["parameters"]
    public |= own_public
    key = {
        "why": text(raw["why"], "why"),
        "where": raw["where"],
        "reference": raw["reference"],
        "references": parts.references,
        "rationales": parts.rationales,
        **own_key,
    }
    if "parameters" in raw:
        _check_parameters(raw, public, key)
    return Item(
        id=raw["id"],
        kind=raw["type"],
        points=float(raw["points"]),
        public=public,
        key=key,
        version=raw["version"],
        objective=raw["objective"],
        step=raw["step"],
        bloom=raw["bloom"],
        scoring=_rule(raw),
        case=case,
    )


def make_items(raw: Raw) -> list[Item]:
    """Return the items of an entry: itself, or the six of a case.

    Raises ItemError as `make_item`.
    """
    if raw["type"] != "case":
        return [make_item(raw)]
    text = _Texts(())
    scenario = [text(each, "scenario", index) for index, each in enumerate(raw["scenario"])]
    items = []
    for index, each in enumerate(raw["items"]):
        case = {
            "id": raw["id"],
            "title": text(raw["title"], "title"),
            "number": index + 1,
            "of": len(scenario),
            "scenario": scenario[: index + 1],
        }
        try:
            items.append(make_item(each, case))
        except ItemError as problem:
            raise ItemError(("items", index, *problem.place), str(problem)) from None
    return items


def references(raw: Raw) -> list[tuple[Place, str]]:
    """Return every BibTeX key in an entry, and where it stands."""
    found: list[tuple[Place, str]] = []

    def search(part: Any, place: Place) -> None:
        if isinstance(part, dict):
            for name, each in part.items():
                if name == "reference" and isinstance(each, str):
                    found.append(((*place, name), each))
                else:
                    search(each, (*place, name))
        elif isinstance(part, list):
            for index, each in enumerate(part):
                search(each, (*place, index))

    search(raw, ())
    return found
