"""The derived table ``pooled_effects``: each set of trials that the explorer's filters can select, pooled."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Any

from ..core import effect
from ..evidence.trials import (
    DIFFERENCE,
    FILTERS,
    Question,
    TrialResult,
    by_question,
    independent_groups,
    selections,
    trial_results,
    why_not_pooled,
)
from .pooling import pool

#: Two doses beside one control arm of their own size correlate by one half.
_SHARED_CONTROL_CORRELATION = 0.5

#: Columns of the table: name, type, unit, meaning.
FIELDS: tuple[tuple[str, str, str, str], ...] = (
    ("pooled_id", "string", "", "Stable name of the row: the question, then the filters that select the trials"),
    ("drug", "string", "", "Drug"),
    ("outcome", "string", "", "Outcome"),
    ("time_h", "number", "h", "Hours since the first dose"),
    ("time_kind", "string", "", "Whether the outcome was rated at that time or at any time until then"),
    *((name, "string", "", f"The filter on {name}; blank means no filter") for name in FILTERS),
    ("trials", "integer", "trials", "Independent trials"),
    ("people", "integer", "people", "People in both arms; blank for differences in points"),
    ("result_ids", "string", "", "Rows of trial_results that were pooled, separated by blanks"),
    ("value", "number", "see column unit", "Random-effects mean (Paule-Mandel)"),
    ("unit", "string", "", "odds ratio, or the points of the scale"),
    ("ci_low", "number", "see column unit", "Lower end of the 95 % interval of the mean (Hartung-Knapp)"),
    ("ci_high", "number", "see column unit", "Upper end of the 95 % interval of the mean (Hartung-Knapp)"),
    ("ci_plain_low", "number", "see column unit", "Lower end without Hartung and Knapp's correction"),
    ("ci_plain_high", "number", "see column unit", "Upper end without Hartung and Knapp's correction"),
    ("pi_low", "number", "see column unit", "Lower end of the 95 % prediction interval for a further trial"),
    ("pi_high", "number", "see column unit", "Upper end of the 95 % prediction interval for a further trial"),
    ("tau2", "number", "square of the log odds ratio or of the points", "Variance between the trials"),
    ("i2_percent", "number", "percent", "Share of the variation that is between trials (I-squared)"),
    ("status", "string", "", "computed = worked out from the rows that it names"),
)

#: The tables that this one follows from.
INPUTS = ("trials", "trial_results")


def trial_effect(group: Sequence[TrialResult]) -> tuple[float, float]:
    """Return one estimate and its variance for the results of one trial.

    Log odds ratio for counts: doses that share a control arm are added up, as the Cochrane Handbook
    (section 23.3.4) advises. For published differences of such doses, their plain mean.

    Raises:
        ValueError: if a difference has neither a standard error nor an interval.
    """
    if group[0].result["outcome"] != DIFFERENCE:
        active = [each.counts[:2] for each in group]
        control = group[0].counts[2:]
        pair: tuple[float, float] = effect.log_odds_ratio(
            sum(events for events, _ in active), sum(n for _, n in active), *control
        )
        return pair
    errors = [standard_error(each) for each in group]
    mean = sum(each.result["difference"] for each in group) / len(group)
    variance = sum(
        one * other * (1 if i == j else _SHARED_CONTROL_CORRELATION)
        for i, one in enumerate(errors)
        for j, other in enumerate(errors)
    )
    return mean, variance / len(group) ** 2


def standard_error(each: TrialResult) -> float:
    """Return the standard error of a published difference: printed, or from its 95 % interval."""
    row = each.result
    if row["se"] is not None:
        return float(row["se"])
    if row["ci_low"] is None or row["ci_high"] is None:
        raise ValueError(f"row {row.id!r} has neither se nor ci_low and ci_high; give one, or remove the row")
    return float((row["ci_high"] - row["ci_low"]) / (2 * effect.Z95))


def _pooled_row(question: Question, wanted: dict[str, str], results: list[TrialResult]) -> dict[str, Any]:
    effects = [trial_effect(group) for group in independent_groups(results)]
    pooled = pool([estimate for estimate, _ in effects], [variance for _, variance in effects])
    counted = question.outcome != DIFFERENCE
    back = exp if counted else float
    people = None
    if counted:
        groups = independent_groups(results)
        people = sum(sum(each.counts[1] for each in group) + group[0].counts[3] for group in groups)
    names = [question.id, *(value.replace(" ", "_") for value in wanted.values() if value)]
    return {
        "pooled_id": "pooled." + ".".join(names),
        "drug": question.drug,
        "outcome": question.outcome,
        "time_h": question.time_h,
        "time_kind": question.time_kind,
        **wanted,
        "trials": pooled.trials,
        "people": people,
        "result_ids": " ".join(each.id for each in results),
        "value": back(pooled.estimate),
        "unit": "odds ratio" if counted else question.unit,
        **{
            name: back(getattr(pooled, name))
            for name in ("ci_low", "ci_high", "ci_plain_low", "ci_plain_high", "pi_low", "pi_high")
        },
        "tau2": pooled.tau2,
        "i2_percent": pooled.i2_percent,
        "status": "computed",
    }


def pooled_rows() -> list[dict[str, Any]]:
    """Return one row for each distinct set of trials that may be pooled."""
    rows = []
    for question, results in by_question(trial_results()).items():
        seen: set[frozenset[str]] = set()
        for wanted, selected in selections(results):
            ids = frozenset(each.id for each in selected)
            if ids in seen or why_not_pooled(selected):
                continue
            seen.add(ids)
            rows.append(_pooled_row(question, wanted, selected))
    return rows
