"""Each scoring rule: the same vectors in CPython, MicroPython and JavaScript, and what every answer must obey.

How tests/vectors/scoring.json was made: without scoring.py. 361 results, of which 244 were worked
out by hand from the rules' text; the others (every subset of four options, every mix of right, wrong
and blank gaps, every order of three) come from a reference written apart, which walks over the
options one by one in exact fractions and had to agree with all that was worked out by hand. Errors
are by hand. A number too large for a float is written as 1e999 or with 311 digits, since JSON has
no infinity.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ketamine_course.core import scoring

from .interpreters import Case, Outcome, in_cpython, in_javascript, in_micropython, in_node

VECTORS = (Path(__file__).parents[1] / "vectors" / "scoring.json").read_text(encoding="utf-8")
CASES: list[Case] = [
    {**case, "function": f"scoring.{case['function']}"} for case in json.loads(VECTORS, parse_constant=pytest.fail)
]
RULES = "bow_tie dyad matrix_plus_minus numeric ordered parts plus_minus select_n triad zero_one".split()
#: The rules whose answer chooses options; numeric has no options, and ordered is all about their order.
CHOOSING = [rule for rule in RULES if rule not in ("numeric", "ordered")]

#: The same examples on each run, with no clock: the machines of CI differ in speed.
examples = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def name(index: int) -> str:
    return f"{CASES[index]['function']}{tuple(CASES[index]['arguments'])}"[:120]


def check(case: Case, outcome: Outcome) -> None:
    if "error" in case:
        assert case["error"] in outcome.get("error", f"no error but {outcome}")
    else:
        assert list(outcome.get("result", [outcome])) == case["result"]


@pytest.fixture(scope="module")
def javascript(root: Path) -> Path:
    """The page's own module of scoring rules."""
    return root / "src/ketamine_course/widgets/static/scoring.js"


@pytest.fixture(scope="module")
def javascript_outcomes(javascript: Path) -> list[Outcome]:
    return in_javascript(VECTORS, javascript)


@pytest.fixture(scope="module")
def micropython_outcomes(root: Path) -> list[Outcome]:
    return in_micropython(VECTORS.replace('"function": "', '"function": "scoring.'), root)


@pytest.mark.parametrize("index", range(len(CASES)), ids=name)
def test_cpython_gives_the_vectors_result(index: int) -> None:
    check(CASES[index], in_cpython([CASES[index]])[0])


@pytest.mark.parametrize("index", range(len(CASES)), ids=name)
def test_micropython_gives_the_vectors_result(index: int, micropython_outcomes: list[Outcome]) -> None:
    check(CASES[index], micropython_outcomes[index])


@pytest.mark.parametrize("index", range(len(CASES)), ids=name)
def test_javascript_gives_the_vectors_result(index: int, javascript_outcomes: list[Outcome]) -> None:
    check(CASES[index], javascript_outcomes[index])


def test_each_interpreter_ran_each_vector(
    javascript_outcomes: list[Outcome], micropython_outcomes: list[Outcome]
) -> None:
    assert len(CASES) == len(javascript_outcomes) == len(micropython_outcomes) >= 220


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_vectors_of_everything_of_nothing_and_of_a_key_that_cannot_be_scored(rule: str) -> None:
    mine = [case for case in CASES if case["function"] == f"scoring.{rule}"]
    assert len(mine) >= 20
    assert any("error" in case for case in mine)
    assert any(case.get("result", [0, 1])[0] == 0 for case in mine if "result" in case)
    assert any(case["result"][0] == case["result"][1] for case in mine if "result" in case)


def test_javascript_has_the_same_rules_under_the_same_names_and_no_dependency(javascript: Path) -> None:
    text = javascript.read_text(encoding="utf-8")
    camel = {re.sub("_(.)", lambda found: found[1].upper(), rule) for rule in RULES}
    assert set(re.findall(r"^export function (\w+)", text, re.MULTILINE)) == camel
    assert set(RULES) == {each for each in vars(scoring) if callable(getattr(scoring, each)) and each[0] != "_"}
    assert not re.search(r"\bimport\b|\beval\b|\bFunction\(", text)


def test_a_phone_fetches_at_most_2_kb_of_scoring_rules(javascript: Path) -> None:
    assert len(gzip.compress(javascript.read_bytes())) <= 2048


def test_nan_is_no_answer_and_no_key(javascript: Path) -> None:
    assert scoring.numeric(math.nan, "mg", 1, "mg", 1) == (0, 1)
    for bad in ((math.nan, "mg", 1), (1, "mg", math.nan), (1, "mg", 1, {"g": math.nan})):
        with pytest.raises(ValueError, match="finite number"):
            scoring.numeric(1, "mg", *bad)
    script = f"""
        import {{ numeric }} from {json.dumps(javascript.as_uri())};
        const said = [JSON.stringify(numeric(NaN, "mg", 1, "mg", 1))];
        for (const bad of [[NaN, "mg", 1], [1, "mg", NaN], [1, "mg", 1, {{ g: NaN }}]]) {{
          try {{ said.push(String(numeric(1, "mg", ...bad))); }} catch (error) {{ said.push(error.name); }}
        }}
        console.log(said.join(" "));
    """
    assert in_node(script).split() == ["[0,1]", "RangeError", "RangeError", "RangeError"]


# What every answer must obey. The items below have the options a to f; z is an id of no item.

OPTIONS = st.sampled_from("abcdef")
IDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "z", "", "__proto__", "constructor"])
STRANGE = st.sampled_from([None, True, 1, 0.5, [], ["a"], {}, {"a": 1}])
CHOICES = st.lists(st.one_of(IDS, IDS, STRANGE), max_size=7)
CORRECT = st.lists(OPTIONS, min_size=1, max_size=5, unique=True)
PARTS = st.sampled_from(["p", "q", "r", "z", "__proto__"])
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), IDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(PARTS, IDS), inner, max_size=4)),
    max_leaves=8,
)


def gaps(*names: str) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries(dict.fromkeys(names, OPTIONS))


ONE_A_PART = st.dictionaries(PARTS, st.one_of(OPTIONS, CORRECT), min_size=1, max_size=4)
SOME_A_ROW = st.dictionaries(PARTS, st.lists(OPTIONS, unique=True), min_size=1).filter(lambda key: any(key.values()))
PAIR = st.lists(OPTIONS, min_size=2, max_size=2, unique=True)
UNITS = st.sampled_from(["mg", "g", "mcg"])

#: The arguments after the answer: an item's key, as a bank could have it.
KEYS: dict[str, st.SearchStrategy[tuple[Any, ...]]] = {
    "zero_one": st.tuples(OPTIONS),
    "plus_minus": st.tuples(CORRECT),
    "select_n": st.tuples(CORRECT, st.integers(1, 6)),
    "parts": st.tuples(ONE_A_PART),
    "matrix_plus_minus": st.tuples(SOME_A_ROW),
    "dyad": st.tuples(gaps("x", "y")),
    "triad": st.tuples(gaps("x", "y", "z"), st.permutations("xyz")),
    "ordered": st.tuples(st.lists(OPTIONS, min_size=2, unique=True)),
    "bow_tie": st.tuples(st.fixed_dictionaries({"actions": PAIR, "condition": OPTIONS, "monitor": PAIR})),
    "numeric": st.tuples(
        st.integers(-50, 50), UNITS, st.sampled_from([0, 0.5, 2]), st.just({"mg": 1, "g": 1000, "mcg": 0.001})
    ),
}
_BY_PART = st.dictionaries(
    st.one_of(PARTS, st.sampled_from("xyz")), st.one_of(IDS, CHOICES, STRANGE), max_size=5
)  # fmt: skip
ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "zero_one": st.one_of(IDS, CHOICES),
    "plus_minus": CHOICES,
    "select_n": CHOICES,
    "parts": _BY_PART,
    "matrix_plus_minus": _BY_PART,
    "dyad": _BY_PART,
    "triad": _BY_PART,
    "ordered": st.one_of(CHOICES, st.permutations("abc")),
    "bow_tie": st.fixed_dictionaries({}, optional={"actions": CHOICES, "condition": IDS, "monitor": CHOICES}),
}


def earn(rule: str, answer: Any, key: tuple[Any, ...]) -> tuple[int, int]:
    """Return (earned, possible), spreading the two parts of a numeric answer as the graders do."""
    first = answer if rule == "numeric" else (answer,)
    earned, possible = getattr(scoring, rule)(*first, *key)
    return earned, possible


def everything(rule: str, key: tuple[Any, ...]) -> Any:
    """Return the answer that repeats the key."""
    if rule == "numeric":
        return key[:2]
    return key[0][: key[1]] if rule == "select_n" else key[0]


@pytest.mark.parametrize("rule", RULES)
@examples
@given(data=st.data())
def test_no_answer_of_any_shape_raises_or_leaves_the_range(rule: str, data: st.DataObject) -> None:
    key = data.draw(KEYS[rule])
    if rule == "numeric":
        answer: Any = (data.draw(ANY_JSON), data.draw(st.one_of(UNITS, ANY_JSON)))
    else:
        answer = data.draw(st.one_of(ANSWERS[rule], ANY_JSON))
    earned, possible = earn(rule, answer, key)
    assert type(earned) is type(possible) is int
    assert 0 <= earned <= possible
    assert possible > 0


@pytest.mark.parametrize("rule", RULES)
@examples
@given(data=st.data())
def test_the_key_itself_earns_everything(rule: str, data: st.DataObject) -> None:
    key = data.draw(KEYS[rule])
    earned, possible = earn(rule, everything(rule, key), key)
    assert earned == possible


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("nothing", [None, [], {}, ""])
@examples
@given(data=st.data())
def test_an_empty_answer_earns_nothing(rule: str, nothing: Any, data: st.DataObject) -> None:
    answer = (nothing, nothing) if rule == "numeric" else nothing
    assert earn(rule, answer, data.draw(KEYS[rule]))[0] == 0


def mixed(value: Any, shuffle: random.Random) -> Any:
    """Return the same answer or key with each list, and each mapping's entries, in another order."""
    if isinstance(value, dict):
        return {name: mixed(value[name], shuffle) for name in shuffle.sample(list(value), len(value))}
    return shuffle.sample(value, len(value)) if isinstance(value, list) else value


@pytest.mark.parametrize("rule", CHOOSING)
@examples
@given(data=st.data())
def test_the_order_of_options_rows_and_keys_never_matters(rule: str, data: st.DataObject) -> None:
    answer, (key, *rest) = data.draw(ANSWERS[rule]), data.draw(KEYS[rule])
    shuffle = random.Random(data.draw(st.integers(0, 999)))
    assert earn(rule, mixed(answer, shuffle), (mixed(key, shuffle), *rest)) == earn(rule, answer, (key, *rest))


def as_list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


@pytest.mark.parametrize("rule", CHOOSING)
@examples
@given(data=st.data())
def test_one_more_wrong_choice_never_earns_more(rule: str, data: st.DataObject) -> None:
    answer, key = data.draw(ANSWERS[rule]), data.draw(KEYS[rule])
    wrong = data.draw(st.one_of(IDS, STRANGE))
    if isinstance(key[0], dict):
        part = data.draw(st.sampled_from(sorted({*key[0], *answer, "z"})))
        correct, more = key[0].get(part), {**answer, part: [*as_list(answer.get(part)), wrong]}
    else:
        correct, more = key[0], [*as_list(answer), wrong]
    assume(wrong not in as_list(correct))
    assert earn(rule, more, key)[0] <= earn(rule, answer, key)[0]


@pytest.mark.parametrize("rule", CHOOSING)
@examples
@given(data=st.data())
def test_an_option_chosen_twice_counts_once(rule: str, data: st.DataObject) -> None:
    key = data.draw(KEYS[rule])
    whole = everything(rule, key)
    if isinstance(whole, dict):
        twice: Any = {part: as_list(choice) * 2 for part, choice in whole.items()}
    else:
        twice = as_list(whole if isinstance(whole, list) else [whole]) * 2
    assert earn(rule, twice, key) == earn(rule, whole, key)


@examples
@given(correct=CORRECT, n=st.integers(1, 6))
def test_choosing_every_option_of_a_select_n_earns_nothing(correct: list[str], n: int) -> None:
    everything_there_is = list("abcdefg")
    assert scoring.select_n(everything_there_is, correct, n)[0] == 0


@examples
@given(answer=_BY_PART, key=KEYS["triad"], claim=st.one_of(st.none(), IDS, STRANGE))
def test_a_triad_without_its_claim_earns_nothing(answer: dict[str, Any], key: tuple[Any, ...], claim: Any) -> None:
    correct, order = key
    if claim not in (correct[order[0]], [correct[order[0]]]):
        assert scoring.triad({**answer, order[0]: claim}, correct, order) == (0, 2)


@examples
@given(
    correct=st.decimals(-1000, 1000, places=3).map(float),
    tolerance=st.decimals(0, 10, places=3).map(float),
    unit=st.sampled_from([("mg", 1), ("g", 1000), ("mcg", 0.001)]),
)
def test_both_edges_of_the_tolerance_are_inside_in_any_accepted_unit(
    correct: float, tolerance: float, unit: tuple[str, float]
) -> None:
    accepted = {"g": 1000, "mcg": 0.001}
    for edge, beyond in ((tolerance, tolerance + 0.001), (-tolerance, -tolerance - 0.001)):
        inside, outside = (round(correct + edge, 3) / unit[1], round(correct + beyond, 3) / unit[1])
        assert scoring.numeric(inside, unit[0], correct, "mg", tolerance, accepted) == (1, 1)
        assert scoring.numeric(outside, unit[0], correct, "mg", tolerance, accepted) == (0, 1)


# Two languages, one result.


class Chance:
    """Makes up calls: most of an answer's and a key's right shape, some not."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def entry(self) -> Any:
        """Return an id, of the item or not, or now and then no id at all."""
        if self.random.random() < 0.06:
            return self.random.choice([None, True, 0, 1.5, [], ["a"], {}, {"a": "b"}])
        return self.random.choice(["a", "b", "c", "d", "e", "z", "__proto__"])

    def entries(self, most: int = 5) -> Any:
        """Return a list of them."""
        if self.random.random() < 0.05:
            return self.entry()
        return [self.entry() for _ in range(self.random.randint(0, most))]

    def correct(self, least: int = 1, most: int = 4) -> list[Any]:
        """Return a list of correct ids, now and then one that no key may have."""
        if self.random.random() < 0.04:
            return self.random.choice([[], [""], ["a", 1], ["a", "a"], ["a"]])
        return self.random.sample("abcde", self.random.randint(least, most))

    def by(self, names: str, make: Any) -> dict[str, Any]:
        """Return a mapping of most of the names."""
        return {name: make() for name in names if self.random.random() < 0.9}

    def number(self) -> Any:
        """Return a number, often on an edge."""
        if self.random.random() < 0.06:
            return self.random.choice([None, True, "1", [], 1e300, -1])
        return round(self.random.choice([0, 1, 1, 5]) + self.random.choice([0, 0.1, 0.5, -0.1, -7]), 2)

    def case(self) -> Case:
        """Return a call of one of the rules."""
        rule = self.random.choice(RULES)
        one = lambda: self.correct(1, 1)  # noqa: E731
        arguments: list[Any] = {
            "zero_one": lambda: [self.entry(), self.correct(1, 1)],
            "plus_minus": lambda: [self.entries(), self.correct()],
            "select_n": lambda: [self.entries(3), self.correct(), self.random.choice([1, 2, 2, 3, 3, 4, 0, 1.5, None])],
            "parts": lambda: [self.by("pqr", self.entry), self.by("pqr", one)],
            "matrix_plus_minus": lambda: [self.by("pqrz", self.entries), self.by("pqr", lambda: self.correct(0, 3))],
            "dyad": lambda: [self.by("xy", self.answer_near), self.by("xy", lambda: "a")],
            "triad": lambda: [
                self.by("xyz", self.answer_near),
                self.by("xyz", lambda: "a"),
                self.random.sample("xyz", 3),
            ],
            "ordered": lambda: [self.random.sample("abc", 3), self.random.choice([["a", "b", "c"], self.correct()])],
            "bow_tie": lambda: [
                {"actions": self.entries(3), "condition": self.entry(), "monitor": self.entries(3)},
                {"actions": self.correct(2, 2), "condition": self.random.choice("abc"), "monitor": self.correct(2, 2)},
            ],
            "numeric": lambda: [
                self.number(), self.random.choice(["mg", "g", "kg", None, 3]),
                self.number(), self.random.choice(["mg", "mg", "mg", None]),
                self.random.choice([0, 0.1, 0.5, 0.6, 2, -1]), self.random.choice([None, {"g": 1.1}, {"g": 0}, {}]),
            ],
        }[rule]()  # fmt: skip
        if rule not in ("numeric", "select_n") and self.random.random() < 0.1:
            arguments[0] = arguments[1]
        return {"function": f"scoring.{rule}", "arguments": arguments}

    def answer_near(self) -> Any:
        """Return the correct id as often as not."""
        return self.random.choice(["a", "a", "b", self.entry()])


def test_javascript_and_python_agree_on_2000_random_answers(javascript: Path) -> None:
    chance = Chance(20261123)
    cases = [chance.case() for _ in range(2000)]
    theirs = in_javascript(json.dumps(cases), javascript)
    ours = in_cpython(cases)
    assert len(theirs) == len(ours) == 2000
    for case, mine, other in zip(cases, ours, theirs, strict=True):
        if "error" in mine:
            assert mine["error"].startswith(other.get("error", f"no error but {other}")), case
        else:
            assert list(mine["result"]) == other.get("result"), case
    # The batch means something only if it has all sorts of outcomes for each rule.
    for rule in RULES:
        seen = [mine for case, mine in zip(cases, ours, strict=True) if case["function"] == f"scoring.{rule}"]
        shares = {each["result"][0] / each["result"][1] for each in seen if "result" in each}
        assert shares >= {0, 1}, rule
        assert any("error" in each for each in seen), rule
