"""Whether an answer has the form of its item: of all types, for the component's answers and for any JSON whatever."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from ketamine_course.answers.record import check_answer
from ketamine_course.answers.shape import problem


def options(*ids: str) -> list[dict[str, str]]:
    return [{"id": each, "text": each.title()} for each in ids]


ITEMS: dict[str, dict[str, Any]] = {
    "single": {"type": "single", "options": options("a", "b", "c")},
    "multiple": {"type": "multiple", "options": options("a", "b", "c", "d")},
    "select": {"type": "multiple", "options": options("a", "b", "c", "d"), "select": 2},
    "matrix": {"type": "matrix", "rows": options("r1", "r2"), "columns": options("yes", "no"), "several": False},
    "several": {"type": "matrix", "rows": options("r1", "r2"), "columns": options("yes", "no"), "several": True},
    "cloze": {"type": "cloze", "text": "[[g1]] [[g2]]", "gaps": {"g1": options("a", "b"), "g2": options("c", "d")}},
    "table": {
        "type": "cloze",
        "table": {"head": ["x"], "rows": [["[[value]]"], ["[[unit]]"]]},
        "gaps": {"value": options("v1"), "unit": options("u1")},
    },
    "rationale": {
        "type": "rationale",
        "form": "dyad",
        "text": "[[g1]] because [[g2]]",
        "gaps": {"g1": options("a", "b"), "g2": options("c", "d")},
    },
    "ordered": {"type": "ordered", "options": options("a", "b", "c")},
    "highlight": {"type": "highlight", "passage": ["Some ", *options("s1", "s2"), " words ", *options("s3")]},
    "bow_tie": {
        "type": "bow_tie",
        "actions": options("a1", "a2", "a3", "a4"),
        "conditions": options("c1", "c2", "c3"),
        "monitor": options("m1", "m2", "m3", "m4"),
    },
    "numeric": {"type": "numeric", "units": ["mg", "mg/kg", "per cent"]},
    "free_text": {"type": "free_text"},
    "trend single": {"type": "trend", "exhibit": {}, "ask": {"type": "single", "options": options("a", "b")}},
    "trend matrix": {
        "type": "trend",
        "exhibit": {},
        "ask": {"type": "matrix", "rows": options("r1"), "columns": options("yes", "no"), "several": True},
    },
}
#: What the component may send, and what is unfinished but has the form.
FITTING: list[tuple[str, Any]] = [
    ("single", "b"),
    ("multiple", ["a"]), ("multiple", ["d", "a", "b", "c"]), ("multiple", []),
    ("select", ["a", "b"]), ("select", ["c"]),
    ("matrix", {"r1": "yes", "r2": "yes"}), ("matrix", {"r2": "no"}),
    ("several", {"r1": ["yes", "no"], "r2": []}),
    ("cloze", {"g1": "a", "g2": "d"}), ("cloze", {"g2": "d"}), ("table", {"value": "v1", "unit": "u1"}),
    ("rationale", {"g1": "a", "g2": "d"}),
    ("ordered", ["c", "a", "b"]),
    ("highlight", ["s3", "s1"]), ("highlight", []),
    ("bow_tie", {"actions": ["a1", "a4"], "condition": "c2", "monitor": ["m3", "m2"]}),
    ("bow_tie", {"actions": ["a1"], "monitor": []}), ("bow_tie", {"condition": "c1"}),
    ("numeric", {"value": 7.9, "unit": "mg"}), ("numeric", {"value": -3, "unit": "mg/kg"}),
    ("numeric", {"value": 0, "unit": "per cent"}),
    ("free_text", "So."), ("free_text", ""), ("free_text", "x" * 20_000), ("free_text", "<b>😀</b>\x00\u202e"),
    ("trend single", "a"), ("trend matrix", {"r1": ["yes"]}),
]  # fmt: skip
#: (item, answer, what the sentence must name)
UNFIT: list[tuple[str, Any, str]] = [
    ("single", "d", "choice is not part"),
    ("single", ["a"], "takes one choice"),
    ("single", "", "not part"),
    ("single", 1, "takes one choice"),
    ("single", {"a": "a"}, "takes one choice"),
    ("multiple", "a", "takes a list"),
    ("multiple", ["a", "z"], "choices is not part"),
    ("multiple", ["a", "a"], "twice"),
    ("multiple", ["a", None], "takes a list"),
    ("multiple", ["a", ["b"]], "takes a list"),
    ("multiple", {"a": 1}, "takes a list"),
    ("multiple", ["a"] * 100_000, "twice"),
    ("select", ["a", "b", "c"], "Choose 2, not 3"),
    ("select", ["a", "b", "c", "d"], "Choose 2, not 4"),
    ("matrix", "yes", "choice for each row"),
    ("matrix", ["yes"], "choice for each row"),
    ("matrix", {"r3": "yes"}, "rows is not part"),
    ("matrix", {"r1": "maybe"}, "choice is not part"),
    ("matrix", {"r1": ["yes"]}, "takes one choice"),
    ("matrix", {"r1": None}, "takes one choice"),
    ("several", {"r1": "yes"}, "takes a list"),
    ("several", {"r1": ["yes", "yes"]}, "twice"),
    ("several", {"r1": ["yes"], "r2": ["maybe"]}, "choices is not part"),
    ("several", {"": []}, "rows is not part"),
    ("cloze", "a", "choice for each gap"),
    ("cloze", {"g3": "a"}, "gaps is not part"),
    ("cloze", {"g1": "c"}, "choice is not part"),
    ("cloze", {"g1": ["a"]}, "takes one choice"),
    ("table", {"value": 8, "unit": "u1"}, "takes one choice"),
    ("rationale", {"g1": "a", "g2": "a"}, "choice is not part"),
    ("rationale", ["a", "c"], "choice for each gap"),
    ("ordered", ["a", "b"], "Put all 3 into an order; 1 "),
    ("ordered", [], "Put all 3"),
    ("ordered", ["a", "b", "b"], "twice"),
    ("ordered", ["a", "b", "d"], "choices is not part"),
    ("ordered", ["a", "b", "c", "a"], "twice"),
    ("ordered", "abc", "list"),
    ("highlight", ["s4"], "choices is not part"),
    ("highlight", ["Some "], "choices is not part"),
    ("highlight", "s1", "list"),
    ("bow_tie", ["a1"], "actions, a condition and what to monitor"),
    ("bow_tie", {"conditions": "c1"}, "actions, a condition"),
    ("bow_tie", {"actions": ["a1", "a2", "a3"]}, "Choose 2 on each side, not 3"),
    ("bow_tie", {"actions": "a1"}, "list"),
    ("bow_tie", {"actions": ["m1"]}, "choices is not part"),
    ("bow_tie", {"monitor": ["m1", "m1"]}, "twice"),
    ("bow_tie", {"condition": ["c1"]}, "takes one choice"),
    ("bow_tie", {"condition": None}, "takes one choice"),
    ("bow_tie", {"condition": "a1"}, "choice is not part"),
    ("bow_tie", {"actions": None}, "list"),
    ("numeric", 8, "a number and a unit"),
    ("numeric", {"value": 8}, "a number and a unit"),
    ("numeric", {"value": 8, "unit": "mg", "more": 1}, "a number and a unit"),
    ("numeric", {"value": "8", "unit": "mg"}, "not a number"),
    ("numeric", {"value": True, "unit": "mg"}, "not a number"),
    ("numeric", {"value": None, "unit": "mg"}, "not a number"),
    ("numeric", {"value": float("nan"), "unit": "mg"}, "not a number"),
    ("numeric", {"value": float("inf"), "unit": "mg"}, "not a number"),
    ("numeric", {"value": -float("inf"), "unit": "mg"}, "not a number"),
    ("numeric", {"value": 10**400, "unit": "mg"}, "not a number"),
    ("numeric", {"value": 8, "unit": "g"}, "unit is not one of those"),
    ("numeric", {"value": 8, "unit": None}, "unit is not one"),
    ("numeric", {"value": 8, "unit": ["mg"]}, "unit is not one"),
    ("free_text", ["x"], "takes a text"),
    ("free_text", 1, "takes a text"),
    ("free_text", {"text": "x"}, "takes a text"),
    ("free_text", "x" * 20_001, "20001 characters, more than 20000"),
    ("free_text", "x\ud83d", "half a character"),
    ("trend single", "c", "choice is not part"),
    ("trend matrix", {"r1": "yes"}, "takes a list"),
]


@pytest.mark.parametrize(("name", "answer"), FITTING)
def test_an_answer_of_the_items_form_has_no_problem_and_can_be_saved(name: str, answer: Any) -> None:
    assert problem(ITEMS[name], answer) == ""
    check_answer("one", answer)


@pytest.mark.parametrize(("name", "answer", "said"), UNFIT)
def test_an_answer_of_another_form_is_told_in_one_sentence(name: str, answer: Any, said: str) -> None:
    told = problem(ITEMS[name], answer)
    assert said in told
    assert told[0].isupper()
    assert told.endswith(".")
    assert len(told) < 120


def test_every_type_of_the_contract_has_its_answers_here() -> None:
    types = {
        "single",
        "multiple",
        "matrix",
        "cloze",
        "rationale",
        "ordered",
        "highlight",
        "bow_tie",
        "numeric",
        "trend",
    }
    types |= {"free_text"}  # and case, which is released as its six items
    assert {item["type"] for item in ITEMS.values()} == types
    assert {name for name, _ in FITTING} == {name for name, *_ in UNFIT} | {"table"} == set(ITEMS)


@pytest.mark.parametrize("item", [{"type": "case"}, {"type": "essay"}, {"type": "trend", "ask": {"type": "trend"}}])
def test_a_type_that_takes_no_answer_or_is_not_known_is_said_with_what_to_do(item: dict[str, Any]) -> None:
    assert "install the newest version" in problem(item, "a")


def test_an_item_of_a_case_is_asked_like_any_other() -> None:
    item = {**ITEMS["single"], "case": {"id": "k", "title": "A person", "number": 1, "of": 6, "scenario": ["One"]}}
    assert problem(item, "a") == ""
    assert problem(item, "z")


KNOWN = ["a", "b", "c1", "a1", "a2", "m1", "r1", "r2", "g1", "g2", "s1", "yes", "no", "mg"]
NAMES = [*KNOWN, "actions", "condition", "monitor", "value", "unit", "id", "", "../x", "\ud800", "__class__"]
LEAVES = [
    None,
    True,
    False,
    0,
    -1,
    7.9,
    1e308,
    -0.0,
    10**400,
    float("nan"),
    float("inf"),
    "",
    "x" * 30_000,
    "\x00",
    "\udfff",
]


def random_json(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(5 if depth else 2)
    if kind == 0:
        return chance.choice(LEAVES)
    if kind == 1:
        return chance.choice(NAMES)
    if kind == 2:
        return [random_json(chance, depth - 1) for _ in range(chance.randrange(5))]
    return {chance.choice(NAMES): random_json(chance, depth - 1) for _ in range(chance.randrange(5))}


def test_no_json_value_whatever_makes_it_raise() -> None:
    chance = random.Random(5)
    deep: Any = "a"
    for _ in range(5000):
        deep = [deep]
    answers = [random_json(chance, chance.randrange(4)) for _ in range(4000)] + [deep, {"r1": deep}, {"value": deep}]
    fitting = 0
    for answer in answers:
        for item in ITEMS.values():
            told = problem(item, answer)
            assert isinstance(told, str)
            fitting += told == ""
    assert fitting > 100  # so that the values are near enough to answers to get past the first question


def test_any_change_to_a_fitting_answer_that_leaves_its_form_is_seen() -> None:
    """An id that is not the item's, in each place of each fitting answer where one stands."""
    seen = 0
    for name, answer in FITTING:
        if name == "free_text":
            continue
        text = json.dumps(answer)
        for place, character in enumerate(text):
            if character == '"' and place and text[place - 1] != "\\":
                broken = json.loads(text[:place] + '"zz' + text[place + 1 :]) if _opens(text, place) else answer
                if broken != answer:
                    assert problem(ITEMS[name], broken), (name, broken)
                    seen += 1
    assert seen > 40


def _opens(text: str, place: int) -> bool:
    """Return whether the quotation mark at a place begins a string."""
    return text[:place].count('"') % 2 == 0
