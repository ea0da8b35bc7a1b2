"""Which results answer one question, which filters select them, and why a set of them has no common estimate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from ketamine_course import evidence
from ketamine_course.evidence import trials
from ketamine_course.evidence.trials import TrialResult


def result(name: str, **cells: Any) -> TrialResult:
    """Return a made-up result: response to ketamine at 24 hours against saline, unless told otherwise."""
    trial = {
        "trial_id": name, "study": name.title(), "drug": "ketamine", "comparator": "saline", "route": "intravenous",
        "population": "major depression", "blinding": "inactive placebo", "control_group": None,
    }  # fmt: skip
    row = {
        "result_id": f"{name}.result", "outcome": "response", "threshold": "at least 50 % fall", "time_h": 24.0,
        "time_kind": "at", "unit": None, "active_events": 5, "active_n": 10, "control_events": 2, "control_n": 10,
        "difference": None, "ci_low": None, "ci_high": None, "se": None,
    }  # fmt: skip
    assert set(cells) <= set(trial) | set(row), cells
    trial.update((key, value) for key, value in cells.items() if key in trial)
    row.update((key, value) for key, value in cells.items() if key in row)
    return TrialResult(evidence.Row(trial, "trials", 2), evidence.Row(row, "trial_results", 2))


def difference(name: str, **cells: Any) -> TrialResult:
    given = {"outcome": trials.DIFFERENCE, "threshold": None, "unit": "MADRS points", "difference": -4.0, "se": 1.5}
    return result(name, **given | cells)


def three(**cells: Any) -> list[TrialResult]:
    return [result(name, **cells) for name in ("one", "two", "three")]


def test_results_of_one_drug_outcome_and_time_answer_one_question() -> None:
    found = trials.by_question(three())
    assert [(question.id, len(results)) for question, results in found.items()] == [("ketamine.response.24h", 3)]


@pytest.mark.parametrize(
    ("cells", "question_id"),
    [
        ({"drug": "esketamine"}, "esketamine.response.24h"),
        ({"outcome": "remission"}, "ketamine.remission.24h"),
        ({"time_h": 48.0}, "ketamine.response.48h"),
        ({"time_kind": "any time until"}, "ketamine.response.24h.any_time_until"),
        ({"time_h": None, "time_kind": "end of treatment"}, "ketamine.response.end_of_treatment"),
    ],
)
def test_another_drug_outcome_or_time_is_another_question(cells: dict[str, Any], question_id: str) -> None:
    found = trials.by_question([result("one"), result("other", **cells)])
    assert {question.id for question in found} == {"ketamine.response.24h", question_id}


def test_differences_on_two_scales_are_two_questions_but_a_counts_unit_is_none() -> None:
    scales = trials.by_question([difference("one"), difference("other", unit="Hamilton points")])
    assert [question.unit for question in scales] == ["Hamilton points", "MADRS points"]
    counted = trials.by_question([result("one", unit="people"), result("other")])
    assert len(counted) == 1


def test_questions_come_ketamine_first_then_by_outcome_then_by_time() -> None:
    given = [
        result("a", drug="esketamine"), result("b", time_h=168.0), result("c", outcome="relapse"), result("d"),
        difference("e"), result("f", outcome="remission"),
    ]  # fmt: skip
    assert [question.id for question in trials.by_question(given)] == [
        "ketamine.response.24h", "ketamine.response.168h", "ketamine.remission.24h",
        "ketamine.symptom_difference.24h.madrs", "ketamine.relapse.24h", "esketamine.response.24h",
    ]  # fmt: skip


def test_a_filter_offers_nothing_first_and_then_each_value_once() -> None:
    given = [*three(), result("four", comparator="midazolam", blinding="active placebo")]
    assert trials.filter_values(given) == {
        "comparator": ["", "midazolam", "saline"],
        "route": ["", "intravenous"],
        "population": ["", "major depression"],
        "blinding": ["", "active placebo", "inactive placebo"],
    }


def test_each_combination_of_filters_is_yielded_once_with_what_it_selects_fewest_filters_first() -> None:
    given = [result("one"), result("two", comparator="midazolam", route="oral")]
    found = list(trials.selections(given))
    assert len(found) == 3 * 3 * 2 * 2
    assert len({tuple(wanted.items()) for wanted, _ in found}) == len(found)
    numbers = [sum(map(bool, wanted.values())) for wanted, _ in found]
    assert numbers == sorted(numbers)
    assert numbers[0] == 0
    assert found[0][1] == given
    for wanted, selected in found:
        assert selected == [each for each in given if all(v in ("", each.trial[k]) for k, v in wanted.items())]


def test_values_of_other_questions_can_be_asked_for_and_select_nothing() -> None:
    values = {"comparator": ["", "ECT"], "route": [""], "population": [""], "blinding": [""]}
    found = [(wanted["comparator"], len(selected)) for wanted, selected in trials.selections(three(), values)]
    assert found == [("", 3), ("ECT", 0)]


def test_doses_beside_one_control_group_go_together_and_other_trials_stand_alone() -> None:
    given = [result("low", control_group="shared"), result("high", control_group="shared"), result("other")]
    assert trials.independent_groups(given) == [given[:2], given[2:]]


def test_two_results_of_one_trial_are_not_two_trials() -> None:
    given = [result("one"), result("one", threshold="another"), result("two")]
    assert [len(group) for group in trials.independent_groups(given)] == [2, 1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], r"No such trial was read\."),
        (three()[:1], r"1 trial of this kind, and pooling needs at least 3"),
        (three()[:2], r"2 trials of this kind, and pooling needs at least 3"),
        ([result(name, control_group="shared") for name in "abc"], r"1 trial of this kind"),
        ([*three(), result("four", comparator="midazolam")], r"comparators differ \(midazolam, saline\)\. Choose one"),
        ([*three(), result("four", threshold="MADRS at most 10")], r"draw the line at different scores"),
        ([*three(), result("four", threshold=None)], r"draw the line at different scores"),
        ([difference("a"), difference("b", se=None), difference("c")], r"B printed no interval"),
        ([difference("a"), difference("b", se=None, ci_low=-6.0), difference("c")], r"B printed no interval"),
    ],
)
def test_what_cannot_be_pooled_is_told_with_its_reason(given: list[TrialResult], said: str) -> None:
    assert re.search(said, trials.why_not_pooled(given))


@pytest.mark.parametrize(
    "given",
    [
        three(),
        [difference("a"), difference("b"), difference("c", se=None, ci_low=-6.0, ci_high=-2.0)],
        [result("low", control_group="x"), result("high", control_group="x"), *three()[:2]],
    ],
)
def test_three_trials_of_one_kind_may_be_pooled(given: list[TrialResult]) -> None:
    assert trials.why_not_pooled(given) == ""


def course_selections() -> Iterator[list[TrialResult]]:
    for asked in trials.by_question(trials.trial_results()).values():
        for _, selected in trials.selections(asked):
            yield selected


def test_each_result_of_the_course_answers_one_question_and_belongs_to_its_trial() -> None:
    results = trials.trial_results()
    assert [each.id for each in results] == [row.id for row in evidence.table("trial_results")]
    assert all(each.trial.id == each.result["trial_id"] for each in results)
    asked = [each.id for found in trials.by_question(results).values() for each in found]
    assert sorted(asked) == sorted(each.id for each in results)


def test_no_two_questions_of_the_course_share_their_name() -> None:
    questions = list(trials.by_question(trials.trial_results()))
    assert len({question.id for question in questions}) == len(questions) > 40


def test_every_reason_occurs_in_the_course_and_no_other() -> None:
    reasons = ("No such trial", "comparators differ", "at least 3", "printed no interval", "different scores")
    said = [trials.why_not_pooled(selected) for selected in course_selections()]
    seen = {reason for text in said for reason in reasons if reason in text}
    assert "" in said, "nothing can be pooled"
    assert seen >= {"No such trial", "comparators differ", "at least 3"}
    assert all(text == "" or sum(reason in text for reason in reasons) == 1 for text in said)


def test_what_the_course_pools_has_three_trials_with_one_comparator_and_one_threshold() -> None:
    pooled = [selected for selected in course_selections() if not trials.why_not_pooled(selected)]
    for selected in pooled:
        assert len({each.trial["comparator"] for each in selected}) == 1
        assert len({each.result["threshold"] for each in selected}) == 1
        # Counted without independent_groups: a shared control group is one trial.
        assert len({each.trial["control_group"] or each.trial["trial_id"] for each in selected}) >= 3
        for each in selected:
            bare = each.result["outcome"] == trials.DIFFERENCE and each.result["se"] is None
            assert not bare or None not in (each.result["ci_low"], each.result["ci_high"])
    assert {frozenset(each.id for each in selected) for selected in pooled} == {
        frozenset(row["result_ids"].split()) for row in evidence.table("pooled_effects")
    }
