"""Pooling agrees with an implementation that shares no code with it: R's metafor, its answers kept in oracle/."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ketamine_course.analysis import pool, pooled_effects
from ketamine_course.evidence import trials
from ketamine_course.evidence.table import table

from .oracle.refresh import course_cells

RESULTS = Path(__file__).parent / "oracle" / "results.csv"
with RESULTS.open(encoding="utf-8", newline="") as file:
    ORACLE = {row["data_set"]: row for row in csv.DictReader(file)}


def numbers(text: str) -> list[float]:
    return [float(each) for each in text.split()]


@pytest.mark.parametrize("name", ORACLE)
def test_pooling_agrees_with_metafor_to_1e_6(name: str) -> None:
    said = ORACLE[name]
    ours = pool(numbers(said["yi"]), numbers(said["vi"]))
    for what in (
        "estimate", "ci_low", "ci_high", "ci_plain_low", "ci_plain_high", "pi_low", "pi_high", "tau2", "q", "i2_percent"
    ):  # fmt: skip
        assert getattr(ours, what) == pytest.approx(float(said[what]), rel=1e-6, abs=1e-6), what


def test_the_oracle_says_who_answered_and_holds_documented_examples() -> None:
    assert all("metafor 3" in row["made_by"] or "metafor 4" in row["made_by"] for row in ORACLE.values())
    documented = [name for name in ORACLE if name.startswith("metafor:")]
    assert len(documented) >= 5
    assert "metafor: dat.bcg, log odds ratios" in documented


def test_every_cell_of_the_course_was_asked_with_the_numbers_that_it_has_today() -> None:
    cells = course_cells()
    assert {f"course: {row['pooled_id']}" for row in pooled_effects.pooled_rows()} == set(cells)
    asked = {name: row for name, row in ORACLE.items() if name.startswith("course:")}
    assert set(cells) == set(asked), "trials changed: run tests/evidence/oracle/refresh.py"
    for name, pairs in cells.items():
        again = list(zip(numbers(asked[name]["yi"]), numbers(asked[name]["vi"]), strict=True))
        assert pairs == [pytest.approx(pair, rel=1e-12) for pair in again], f"{name}: run oracle/refresh.py"


def test_the_published_table_holds_what_pooling_gives() -> None:
    """The derived table rounds, and turns logarithms back; nothing else happens to the numbers on their way."""
    from math import exp

    rows = {row.id: row for row in table("pooled_effects")}
    for name, pairs in course_cells().items():
        row = rows[name.removeprefix("course: ")]
        ours = pool([estimate for estimate, _ in pairs], [variance for _, variance in pairs])
        back = exp if row["unit"] == "odds ratio" else float
        for what, found in (
            ("value", back(ours.estimate)), ("ci_low", back(ours.ci_low)), ("ci_high", back(ours.ci_high)),
            ("pi_low", back(ours.pi_low)), ("pi_high", back(ours.pi_high)), ("i2_percent", ours.i2_percent),
        ):  # fmt: skip
            assert row[what] == pytest.approx(found, rel=1e-5), (row.id, what)


def test_nothing_is_pooled_that_differs_in_drug_outcome_time_comparator_or_definition() -> None:
    by_id = {each.id: each for each in trials.trial_results()}
    rows = table("pooled_effects")
    assert rows
    for row in rows:
        results = [by_id[each] for each in row["result_ids"].split()]
        assert len({trials.question_of(each) for each in results}) == 1
        assert len({each.trial["comparator"] for each in results}) == 1
        assert len({each.result["threshold"] for each in results}) == 1
        assert len(trials.independent_groups(results)) == row["trials"] >= trials.FEWEST_TRIALS


@pytest.mark.parametrize(
    ("effects", "variances", "said"),
    [
        ([0.1, 0.2], [0.1, 0.1], "2 trials cannot be pooled"),
        ([0.1, 0.2, 0.3], [0.1, 0.1], "one variance"),
        ([0.1, 0.2, 0.3], [0.1, 0.1, 0.0], "above 0"),
    ],
)
def test_what_cannot_be_pooled_is_refused(effects: list[float], variances: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pool(effects, variances)


def test_trials_that_agree_exactly_have_no_spread_between_them() -> None:
    pooled = pool([0.5, 0.5, 0.5], [0.1, 0.2, 0.3])
    assert (pooled.estimate, pooled.tau2, pooled.i2_percent) == pytest.approx((0.5, 0.0, 0.0))


def test_doses_that_share_a_control_group_count_as_one_trial() -> None:
    by_id = {each.id: each for each in trials.trial_results()}
    doses = [by_id["fedgchin2019_T1_56.response.672h"], by_id["fedgchin2019_T1_84.response.672h"]]
    (group,) = trials.independent_groups(doses)
    added = pooled_effects.trial_effect(group)
    from ketamine_course.core.effect import log_odds_ratio

    active = [each.counts for each in doses]
    assert added == log_odds_ratio(active[0][0] + active[1][0], active[0][1] + active[1][1], *active[0][2:])
