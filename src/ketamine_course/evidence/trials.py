"""Results of trials, each joined with the trial's own row, and which of them may be pooled together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from .table import Row, table

#: The filters of the explorer, and the column of ``trials`` that each looks at.
FILTERS = ("comparator", "route", "population", "blinding")

#: Fewer trials than this are listed and not pooled.
FEWEST_TRIALS = 3

#: The outcome that is a difference on a scale and not a count of people.
DIFFERENCE = "symptom difference"

#: Outcomes in the order in which they are offered.
OUTCOMES = (
    "response",
    "remission",
    DIFFERENCE,
    "suicidal ideation response",
    "suicidal ideation remission",
    "ptsd response",
    "relapse",
)


@dataclass(frozen=True)
class TrialResult:
    """One comparison of one trial, for one outcome at one time."""

    trial: Row
    result: Row

    @property
    def id(self) -> str:
        """The id of the result's row."""
        return self.result.id

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """People with the event and all people of the active arm, then of the control arm."""
        row = self.result
        return row["active_events"], row["active_n"], row["control_events"], row["control_n"]


@dataclass(frozen=True)
class Question:
    """What a forest plot asks: one drug, one outcome, one time."""

    drug: str
    outcome: str
    time_h: float | None  # None where the trial ran until an event and has no one time
    time_kind: str
    unit: str  # empty for counts of people; a difference in points never mixes scales

    @property
    def id(self) -> str:
        """A short name, such as ``ketamine.response.24h``."""
        parts = [self.drug, self.outcome.replace(" ", "_")]
        if self.time_h is not None:
            parts.append(f"{self.time_h:g}h")
        if self.time_kind != "at":
            parts.append(self.time_kind.replace(" ", "_"))
        if self.unit:
            parts.append(self.unit.split()[0].lower())
        return ".".join(parts)


def question_of(each: TrialResult) -> Question:
    """Return the question that a result answers."""
    row = each.result
    unit = row["unit"] or "" if row["outcome"] == DIFFERENCE else ""
    return Question(each.trial["drug"], row["outcome"], row["time_h"], row["time_kind"], unit)


def trial_results() -> list[TrialResult]:
    """Return every result with its trial, in the order of the table."""
    trials = {row.id: row for row in table("trials")}
    return [TrialResult(trials[row["trial_id"]], row) for row in table("trial_results")]


def by_question(results: Iterable[TrialResult]) -> dict[Question, list[TrialResult]]:
    """Return the results of each question, ketamine's first; within a drug by outcome, then by time."""
    found: dict[Question, list[TrialResult]] = defaultdict(list)
    for each in results:
        found[question_of(each)].append(each)
    order = sorted(
        found, key=lambda q: (q.drug != "ketamine", OUTCOMES.index(q.outcome), q.unit, q.time_h or 0, q.time_kind)
    )
    return {question: found[question] for question in order}


def filter_values(results: Iterable[TrialResult]) -> dict[str, list[str]]:
    """Return the values that each filter can take for these results, the empty one (no filter) first."""
    found = list(results)
    return {name: ["", *sorted({each.trial[name] for each in found})] for name in FILTERS}


def selections(
    results: Sequence[TrialResult], values: Mapping[str, Sequence[str]] | None = None
) -> Iterator[tuple[dict[str, str], list[TrialResult]]]:
    """Yield each combination of filter values with the results that it selects, fewest filters first."""
    for combination in sorted(
        product(*(values or filter_values(results)).values()), key=lambda each: sum(map(bool, each))
    ):
        wanted = dict(zip(FILTERS, combination, strict=True))
        yield wanted, [e for e in results if all(not value or e.trial[name] == value for name, value in wanted.items())]


def has_interval(each: TrialResult) -> bool:
    """Return whether a difference was printed with its standard error or its interval."""
    row = each.result
    return row["se"] is not None or (row["ci_low"] is not None and row["ci_high"] is not None)


def independent_groups(results: Sequence[TrialResult]) -> list[list[TrialResult]]:
    """Return the results in groups that share no patient: doses beside one control arm go together."""
    groups: dict[str, list[TrialResult]] = defaultdict(list)
    for each in results:
        groups[each.trial["control_group"] or each.trial.id].append(each)
    return list(groups.values())


def why_not_pooled(results: Sequence[TrialResult]) -> str:
    """Return why these results have no common estimate; empty if they may have one."""
    if not results:
        return "No such trial was read."
    comparators = sorted({each.trial["comparator"] for each in results})
    if len(comparators) > 1:
        return f"Not pooled: the comparators differ ({', '.join(comparators)}). Choose one."
    trials = len(independent_groups(results))
    if trials < FEWEST_TRIALS:
        noun = "trial" if trials == 1 else "trials"
        return f"Not pooled: {trials} {noun} of this kind, and pooling needs at least {FEWEST_TRIALS}."
    bare = sorted(e.trial["study"] for e in results if e.result["outcome"] == DIFFERENCE and not has_interval(e))
    if bare:
        return f"Not pooled: {', '.join(bare)} printed no interval."
    if len({each.result["threshold"] for each in results}) > 1:
        return "Not pooled: the trials draw the line at different scores."
    return ""
