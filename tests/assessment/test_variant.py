"""Each learner's numbers: the same wherever they are worked out, spread evenly, and never beyond their parameters."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ketamine_course.answers import variant
from ketamine_course.answers.variant import fill, fits, parameters, values

WEIGHT = {"from": 50, "to": 110, "step": 5}
WEIGHTS = [50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110]
BAG = {"of": ["red", "green", "grey"]}
SPECS: dict[str, Any] = {"weight_kg": WEIGHT, "bag": BAG}


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        (WEIGHT, WEIGHTS),
        (BAG, ["red", "green", "grey"]),
        ({"from": 0.1, "to": 0.7, "step": 0.1}, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        ({"from": 0.5, "to": 2, "step": 0.5}, [0.5, 1, 1.5, 2]),
        ({"from": 1.0, "to": 3.0, "step": 1.0}, [1, 2, 3]),
        ({"from": -1, "to": 1, "step": 0.25}, [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]),
        ({"from": 1e-7, "to": 3e-7, "step": 1e-7}, [1e-7, 2e-7, 3e-7]),
        ({"from": 2**60, "to": 2**60 + 2, "step": 1}, [2**60, 2**60 + 1, 2**60 + 2]),
        ({"from": 7, "to": 7, "step": 3}, [7]),
        ({"of": [3, 1, 2.5, "three"]}, [3, 1, 2.5, "three"]),
    ],
)
def test_the_values_of_a_parameter_are_those_that_its_author_wrote(spec: dict[str, Any], wanted: list[Any]) -> None:
    found = values(spec)
    assert found == wanted
    assert [type(each) for each in found] == [type(each) for each in wanted]  # a whole number is never 1.0


def test_a_range_of_decimals_does_not_drift() -> None:
    found = values({"from": 0, "to": 99.99, "step": 0.01})
    assert found == [float(f"{number // 100}.{number % 100:02}") for number in range(10_000)]
    assert found[30] == 0.3


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, "either from, to and step, or of"),
        ({"from": 1, "to": 2}, "either from, to and step, or of"),
        ({"from": 1, "to": 2, "step": 1, "of": [1]}, "either from, to and step, or of"),
        ({"from": 1, "to": 2, "step": 0}, "step of a parameter must be above zero"),
        ({"from": 2, "to": 1, "step": -1}, "step of a parameter must be above zero"),
        ({"from": 2, "to": 1, "step": 1}, "lead from its from to its to"),
        ({"from": 1, "to": 2, "step": 0.3}, "lead from its from to its to"),
        ({"from": "1", "to": 2, "step": 1}, "must be numbers"),
        ({"from": True, "to": 2, "step": 1}, "must be numbers"),
        ({"from": 1, "to": float("inf"), "step": 1}, "must be numbers"),
        ({"from": float("nan"), "to": 2, "step": 1}, "must be numbers"),
        ({"from": 0, "to": 1e299, "step": 1}, "more than 10000 values"),
        ({"from": 0, "to": 10_000, "step": 1}, "more than 10000 values"),
        ({"of": []}, "needs 1 to 10000 values"),
        ({"of": "red"}, "needs 1 to 10000 values"),
        ({"of": [None]}, "may hold numbers and texts"),
        ({"of": [True]}, "may hold numbers and texts"),
        ({"of": [[1]]}, "may hold numbers and texts"),
        ({"of": ["x" * 201]}, "may hold numbers and texts"),
        ({"of": [1, 2, 1.0]}, "holds one value twice"),
    ],
)
def test_what_is_no_parameter_is_refused_and_named(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        values(spec)
    with pytest.raises(ValueError, match=f"parameter 'w' of 'dose': .*{said}"):
        parameters({"w": spec}, "doe", "onset", "dose", "s")


def test_a_learners_values_are_those_that_the_rule_gives() -> None:
    for student in ("doe", "王芳", "o'neill@x.test", "", "a" * 500):
        for salt in ("onset", ""):
            wanted = {}
            for name, possible in (("weight_kg", WEIGHTS), ("bag", ["red", "green", "grey"])):
                text = student + "|onset|dose|" + salt + "|" + name
                wanted[name] = possible[int(hashlib.sha256(text.encode("utf-8")).hexdigest(), 16) % len(possible)]
            assert parameters(SPECS, student, "onset", "dose", salt) == wanted


def test_a_learners_values_are_the_same_in_every_later_version() -> None:
    """Literals, from coreutils' sha256sum of doe|onset|dose|s|weight_kg and so on, divided digit by digit in awk."""
    found = {student: parameters(SPECS, student, "onset", "dose", "s") for student in ("doe", "roe", "王芳")}
    assert found == {
        "doe": {"weight_kg": 110, "bag": "green"},
        "roe": {"weight_kg": 110, "bag": "red"},
        "王芳": {"weight_kg": 80, "bag": "grey"},
    }


def test_another_python_with_another_hash_seed_gives_the_same(tmp_path: Path) -> None:
    code = (
        "import json, sys; from ketamine_course.answers.variant import parameters;"
        f"print(json.dumps([parameters({SPECS!r}, str(n), 'onset', 'dose', 's') for n in range(50)]))"
    )
    source = str(Path(variant.__file__).parents[2])
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": source},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    here = [parameters(SPECS, str(number), "onset", "dose", "s") for number in range(50)]
    assert [json.loads(each) for each in said] == [here]


def test_the_order_of_the_parameters_and_other_parameters_change_nothing() -> None:
    alone = parameters({"bag": BAG}, "doe", "onset", "dose", "s")["bag"]
    turned = parameters({"bag": BAG, "weight_kg": WEIGHT}, "doe", "onset", "dose", "s")
    assert turned == parameters(SPECS, "doe", "onset", "dose", "s")
    assert turned["bag"] == alone


def test_each_part_of_the_rule_matters() -> None:
    one = {f"p{number}": WEIGHT for number in range(12)}  # twelve draws: two the same by chance is one in 13 ** 12
    told = [
        parameters(one, "doe", "onset", "dose", "s"),
        parameters(one, "roe", "onset", "dose", "s"),
        parameters(one, "doe", "dosing", "dose", "s"),
        parameters(one, "doe", "onset", "rate", "s"),
        parameters(one, "doe", "onset", "dose", "t"),
    ]
    assert len({json.dumps(each) for each in told}) == 5
    assert len(set(told[0].values())) > 1  # the name matters too


def test_a_name_that_is_no_text_gets_values_too() -> None:
    assert fits(SPECS, parameters(SPECS, "doe\udcff", "onset", "dose", "s"))


@pytest.mark.parametrize("students", ["student-{}", "{}", "user{}@x.test"])
def test_five_thousand_learners_are_spread_evenly(students: str) -> None:
    drawn = [parameters(SPECS, students.format(number), "onset", "dose", "s") for number in range(5000)]
    assert all(fits(SPECS, each) for each in drawn)
    weights = Counter(each["weight_kg"] for each in drawn)
    both = Counter((each["weight_kg"], each["bag"]) for each in drawn)
    # Chi-squared: of 12 and of 38 degrees of freedom the points that chance passes once in 10,000.
    for counts, cells, limit in ((weights, 13, 39.2), (both, 39, 79.3)):
        assert len(counts) == cells
        even = 5000 / cells
        assert sum((count - even) ** 2 / even for count in counts.values()) < limit


@pytest.mark.parametrize(
    "shown",
    [
        None,
        True,
        1,
        "red",
        [],
        ["weight_kg", "bag"],
        {},
        {"weight_kg": 70},
        {"weight_kg": 70, "bag": "red", "more": 1},
        {"weight_kg": 51, "bag": "red"},
        {"weight_kg": "70", "bag": "red"},
        {"weight_kg": 70, "bag": "Red"},
        {"weight_kg": 70, "bag": None},
        {"weight_kg": [70], "bag": "red"},
        {"weight_kg": {}, "bag": "red"},
        {"weight_kg": float("nan"), "bag": "red"},
        {"weight_kg": float("inf"), "bag": "red"},
        {"weight_kg": 70, "bag": 0},
        {"weight_kg": 10**400, "bag": "red"},
        {"weight_kg": 70.0000001, "bag": "red"},
        {"weight_kg": -70, "bag": "red"},
    ],
)
def test_what_was_never_shown_to_anybody_does_not_fit(shown: Any) -> None:
    assert not fits(SPECS, shown)


def test_true_is_no_one() -> None:
    assert fits({"n": {"of": [0, 1]}}, {"n": 1})
    assert not fits({"n": {"of": [0, 1]}}, {"n": True})


def test_every_value_fits_also_after_a_way_through_a_browser() -> None:
    for weight in WEIGHTS:
        assert fits(SPECS, {"weight_kg": weight, "bag": "grey"})
        assert fits(SPECS, {"bag": "grey", "weight_kg": float(weight)})
    assert fits({}, {})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A person of {weight_kg} kg", "A person of 70 kg"),
        ("{weight_kg}{bag}{weight_kg}", "70red70"),
        ("{value:a.b} % and {other} and {} and { bag }", "{value:a.b} % and {other} and {} and { bag }"),
        ("{{bag}}", "{red}"),
        ("{odd}", "{bag}"),
        ("{ratio} {small} {minus} {whole} {large}", "0.5 0.0000001 −1.5 2 12345678.25"),
        ("$x_{1}$ and \\{bag\\}", "$x_{1}$ and \\{bag\\}"),
        ("{bag", "{bag"),
        ("", ""),
    ],
)
def test_places_are_filled_once_and_other_braces_stay(text: str, wanted: str) -> None:
    shown = {
        "weight_kg": 70, "bag": "red", "odd": "{bag}",
        "ratio": 0.5, "small": 1e-7, "minus": -1.5, "whole": 2.0, "large": 12345678.25,
    }  # fmt: skip
    assert fill(text, shown) == wanted
