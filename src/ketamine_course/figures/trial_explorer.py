"""The trial explorer: a forest plot for each question, filtered by what a reader of trials asks about them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..core import effect
from ..core.duration import duration_label
from ..evidence import Row
from ..evidence.trials import (
    DIFFERENCE,
    FILTERS,
    Question,
    TrialResult,
    by_question,
    filter_values,
    independent_groups,
    question_of,
    selections,
    why_not_pooled,
)
from .figure import Column, Control, DataTable, Figure, Option, TracePool, View, view_key
from .signs import BLINDINGS, label_lines, number_text

_ROW_PX = 54
_FILTER_LABELS = {
    "comparator": "Compared with",
    "route": "Given",
    "population": "People",
    "blinding": "Blinding",
}
_ANY = {
    "comparator": "Any comparator",
    "route": "By any route",
    "population": "All who were studied",
    "blinding": "Any blinding",
}
#: Odds ratios that an axis may name.
_RATIO_TICKS = (0.01, 0.1, 1, 10, 100)
#: The same where the axis spans less than two powers of ten.
_CLOSE_RATIO_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
#: An interval that leaves this range is cut: its arm is too small for the end to mean anything.
_RATIO_RANGE = (0.008, 400.0)
#: What the odds ratio's direction means: for most outcomes an event is good.
_BAD_OUTCOMES = ("relapse",)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def when_text(question: Question) -> str:
    """Return the time of a question in words, such as ``at 1 day`` or ``at the end of treatment (4 weeks)``."""
    if question.time_h is None:
        return f"at the {question.time_kind}" if question.time_kind == "end of treatment" else ""
    time = duration_label(question.time_h)
    return {"at": f"at {time}", "any time until": f"at any time within {time}"}.get(
        question.time_kind, f"at the end of treatment ({time})"
    )


def question_label(question: Question) -> str:
    """Return a question as its control names it: ``Ketamine: response at 1 day``."""
    outcome = f"difference in {question.unit}" if question.unit else question.outcome.replace("ptsd", "PTSD")
    return f"{_capital(question.drug)}: {outcome} {when_text(question)}".rstrip()


def rounded(value: float) -> str:
    """Return a number with two significant digits, or whole from ten on."""
    size = abs(value)
    digits = 0 if size >= 9.95 or size == 0 else max(1, 1 - math.floor(math.log10(size) + 1e-9))
    return f"{value:.{digits}f}".replace("-", "−")


def interval(low: float, high: float) -> str:
    """Return ``low to high`` in `rounded` numbers."""
    return f"{rounded(low)} to {rounded(high)}"


def estimate(each: TrialResult) -> tuple[float, float | None, float | None]:
    """Return a result's effect with its 95 % interval: the odds ratio of its counts, or its printed difference.

    The interval of a difference is the printed one, or follows from the printed standard error;
    it is ``None`` where neither was printed.
    """
    row = each.result
    if row["outcome"] != DIFFERENCE:
        triple: tuple[float, float, float] = effect.odds_ratio(*each.counts)
        return triple
    if row["ci_low"] is not None and row["ci_high"] is not None:
        return row["difference"], row["ci_low"], row["ci_high"]
    if row["se"] is not None:
        half = effect.Z95 * row["se"]
        return row["difference"], row["difference"] - half, row["difference"] + half
    return row["difference"], None, None


def _counts_text(each: TrialResult) -> str:
    a, n1, c, n2 = each.counts
    return f"{a}/{n1} v {c}/{n2}"


def effect_text(each: TrialResult) -> str:
    """Return a result as the table prints it, such as ``OR 2.9 (1.1 to 7.2)`` or ``−4 (−7.3 to −0.64)``."""
    value, low, high = estimate(each)
    counted = each.result["outcome"] != DIFFERENCE
    text = f"OR {rounded(value)}" if counted else number_text(value)
    if low is None or high is None:
        return f"{text} (no interval printed)"
    ends = interval(low, high) if counted else f"{number_text(round(low, 2))} to {number_text(round(high, 2))}"
    return f"{text} ({ends})"


def _hover(each: TrialResult) -> str:
    trial, row = each.trial, each.result
    lines = [
        f"<b>{trial['study']}</b>",
        f"{_capital(trial['drug'])}, {trial['dose'] or 'dose not read'}",
        f"against {trial['comparator_text'] or trial['comparator']}",
        effect_text(each),
        f"{trial['population_text'] or trial['population']}",
        f"Source: {row['read_at']}",
    ]
    return "<br>".join(lines)


class _Scale:
    """The horizontal axis of one question: a logarithm for odds ratios, points for differences."""

    def __init__(self, question: Question, results: Sequence[TrialResult], pooled: Sequence[Row]) -> None:
        self.ratio = question.outcome != DIFFERENCE
        ends = [end for each in results for end in estimate(each) if end is not None]
        ends += [
            row[name] for row in pooled for name in ("pi_low", "pi_high", "ci_low", "ci_high") if row[name] is not None
        ]
        if self.ratio:
            ends = [min(max(end, _RATIO_RANGE[0]), _RATIO_RANGE[1]) for end in [*ends, 1.0]]
            self.low, self.high = min(ends) / 1.5, max(ends) * 1.5
        else:
            limit = 3 * max(abs(each.result["difference"]) for each in results) + 10
            ends = [min(max(end, -limit), limit) for end in [*ends, 0.0]]
            pad = 0.06 * (max(ends) - min(ends))
            self.low, self.high = min(ends) - pad, max(ends) + pad
        self.no_effect = 1.0 if self.ratio else 0.0
        side = "below" if question.outcome in _BAD_OUTCOMES else "above"
        self.title = (
            f"Odds ratio ({side} 1: for {question.drug})"
            if self.ratio
            else f"{_capital(question.unit)} (below 0: for {question.drug})"
        )

    def clip(self, value: float) -> float:
        return round(min(max(value, self.low), self.high), 4)

    def axis(self) -> dict[str, Any]:
        axis: dict[str, Any] = {
            "title": {"text": self.title},
            "fixedrange": True,
            "zeroline": False,
            "ticks": "outside",
        }
        if self.ratio:
            named = _RATIO_TICKS if self.high / self.low > 200 else _CLOSE_RATIO_TICKS
            ticks = [tick for tick in named if self.low <= tick <= self.high]
            ends = [round(math.log10(self.low), 4), round(math.log10(self.high), 4)]
            axis.update(type="log", range=ends)
        else:
            step = next(s for s in (1, 2, 5, 10, 20, 50) if (self.high - self.low) / s <= 7)
            ticks = [step * i for i in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]
            axis.update(type="linear", range=[round(self.low, 3), round(self.high, 3)])
        axis.update(tickvals=ticks, ticktext=[number_text(tick) for tick in ticks], tickangle=0)
        return axis


def _row_trace(
    place: str, label: str, scale: _Scale, value: float, ends: tuple[float, float] | None, **style: Any
) -> dict[str, Any]:
    """Return one line of the forest: a label above, an interval, a sign at the estimate."""
    low, high = ends or (value, value)
    return {
        "type": "scatter",
        "mode": "lines+markers+text",
        "name": label,
        # The label stands at the left edge; the gap keeps the line from starting there.
        "x": [scale.clip(scale.low), None, scale.clip(low), scale.clip(value), scale.clip(high)],
        "y": [place] * 5,
        "text": ["<br>".join(label_lines(label)), "", "", "", ""],
        "textposition": "top right",
        "textfont": {"size": 12},
        "hoverinfo": "text",
        "cliponaxis": False,
        "line": {"color": style["colour"], "width": style.get("width", 2)},
        "marker": {
            "symbol": style["symbol"],
            # The first is not drawn: its size lifts the label over the line.
            "size": [16, 0, 0, 13, 0],
            "color": style["colour"],
            "opacity": [0, 0, 0, 1, 0],
            "line": {"width": 1.5, "color": style["colour"]},
        },
        "customdata": [style["id"]] * 5,
        "hovertext": style["hover"],
    }


def _pooled_text(row: Row) -> str:
    return f"{rounded(row['value'])} ({interval(row['ci_low'], row['ci_high'])})"


def _pooled_traces(row: Row, scale: _Scale, pool: TracePool) -> list[str]:
    label = f"Pooled, {row['trials']} trials: {_pooled_text(row)}"
    further = f"A further trial may lie: {interval(row['pi_low'], row['pi_high'])}"
    common = {"colour": "var(--kc-ink)", "id": row.id}
    return [
        pool.name(
            _row_trace(
                "pooled",
                label,
                scale,
                row["value"],
                (row["ci_low"], row["ci_high"]),
                symbol="diamond",
                width=6,
                hover=label,
                **common,
            )
        ),
        pool.name(
            _row_trace(
                "further",
                further,
                scale,
                row["value"],
                (row["pi_low"], row["pi_high"]),
                symbol="line-ns",
                width=1,
                hover=further,
                **common,
            )
        ),
    ]


def _published_trace(row: Row, scale: _Scale, pool: TracePool) -> str:
    label = (
        f"{row['item']}: {number_text(row['value'])} ({number_text(row['ci_low'])} to {number_text(row['ci_high'])})"
    )
    return pool.name(
        _row_trace(
            row.id, label, scale, row["value"], (row["ci_low"], row["ci_high"]),
            symbol="diamond-open", width=2, colour="var(--kc-placebo)", id=row.id,
            hover=f"<b>{row['item']}</b><br>{row['statement']}",
        )
    )  # fmt: skip


def _finding(question: Question, results: Sequence[TrialResult], pooled: Row | None, why_not: str) -> str:
    label = question_label(question)
    if not results:
        return f"{label}. No such trial was read."
    trials = len(independent_groups(results))
    comparators = sorted({each.trial["comparator"] for each in results})
    against = f", against {comparators[0]}" if len(comparators) == 1 else ""
    noun = "trial" if trials == 1 else "trials"
    count = f"{trials} {noun}" + (f" ({len(results)} dose comparisons)" if len(results) > trials else "")
    if pooled:
        what = "odds ratio" if not question.unit else f"difference in {question.unit}"
        people = f" with {pooled['people']} people" if pooled["people"] else ""
        return (
            f"{label}{against}: {count}{people}. Pooled {what} {rounded(pooled['value'])} "
            f"(95 % interval {interval(pooled['ci_low'], pooled['ci_high'])}). "
            f"A further trial of this kind may lie anywhere from {interval(pooled['pi_low'], pooled['pi_high'])}; "
            f"{round(pooled['i2_percent'])} % of the variation is between trials (I²)."
        )
    values = sorted(estimate(each)[0] for each in results)
    what = "odds ratio" if not question.unit else "difference"
    span = (
        f"The {what} is {rounded(values[0])}."
        if len(values) == 1
        else f"The {what}s run from {interval(values[0], values[-1])}."
    )
    return f"{label}{against}: {count}. {span} {why_not}"


def _notes(results: Sequence[TrialResult], pooled: Row | None, published: Sequence[Row]) -> tuple[str, ...]:
    notes = []
    if any(each.trial["design"] == "crossover" for each in results):
        notes.append("Crossover trials count here as if each arm were other people; their own analyses are more exact.")
    if any(each.trial["blinding"] == "open" for each in results):
        notes.append("In an open trial people and raters knew what was given.")
    if pooled and pooled["ci_high"] - pooled["ci_low"] < pooled["ci_plain_high"] - pooled["ci_plain_low"]:
        notes.append(
            "These trials agree more closely than chance allows, so the corrected interval is the narrower; "
            f"without Hartung and Knapp's correction it is {interval(pooled['ci_plain_low'], pooled['ci_plain_high'])}."
        )
    if pooled and pooled["trials"] < 5:
        notes.append("With so few trials the pooled figure is fragile: one more trial can move it.")
    if published:
        notes.append("A published review that had more data stands below; where the two differ, trust the review.")
    clipped = [
        each
        for each in results
        if each.result["outcome"] != DIFFERENCE and not _RATIO_RANGE[0] < estimate(each)[2] < _RATIO_RANGE[1]  # type: ignore[operator]
    ]
    if clipped:
        notes.append("An interval that leaves the picture is cut; the table has it whole.")
    return tuple(notes)


def _published_for(published: Sequence[Row], question: Question, comparators: set[str]) -> list[Row]:
    return [row for row in published if row["question"] == question.id and comparators == {row["comparator"]}]


def trial_explorer(results: Sequence[TrialResult], pooled: Sequence[Row], published: Sequence[Row]) -> Figure:
    """Return the explorer over these results.

    Args:
        results: the results of trials, each with its trial.
        pooled: rows of the derived table ``pooled_effects``.
        published: rows of ``pooled_published``; those with a question stand beside our own pooling.
    """
    questions = by_question(results)
    pool = TracePool()
    layouts: dict[str, dict[str, Any]] = {}
    views: dict[str, View] = {}
    distinct: dict[tuple[str, frozenset[str], bool], View] = {}
    values = filter_values(results)
    by_results: Mapping[frozenset[str], Row] = {frozenset(row["result_ids"].split()): row for row in pooled}
    for question, asked in questions.items():
        own_pooled = [row for row in by_results.values() if row["pooled_id"].startswith(f"pooled.{question.id}")]
        scale = _Scale(question, asked, own_pooled)
        for wanted, selected in selections(asked, values):
            row = by_results.get(frozenset(each.id for each in selected)) if selected else None
            comparators = {each.trial["comparator"] for each in selected}
            reviews = _published_for(published, question, comparators) if not any(
                wanted[name] for name in FILTERS if name != "comparator"
            ) else []  # fmt: skip
            # Many combinations select the same trials.
            made = (question.id, frozenset(each.id for each in selected), bool(reviews))
            if made not in distinct:
                distinct[made] = _view(question, selected, row, reviews, scale, pool, layouts)
            views[view_key([question.id, *wanted.values()])] = distinct[made]
    table_rows = {each.id: _table_row(each) for each in results}
    table_rows |= {row.id: _pooled_table_row(row) for row in pooled}
    table_rows |= {row.id: _published_table_row(row) for row in published if row["question"]}
    return Figure(
        name="trial-explorer",
        title="Trial explorer: what each trial found, and what they say together",
        controls=(
            Control("question", "Question", tuple(Option(q.id, question_label(q)) for q in questions)),
            *(
                Control(
                    name,
                    _FILTER_LABELS[name],
                    tuple(Option(value, _capital(value) if value else _ANY[name]) for value in values[name]),
                )
                for name in FILTERS
            ),
        ),
        views=views,
        traces=pool.traces,
        layouts=layouts,
        table=DataTable(
            caption="Results in this figure",
            columns=(
                Column("study", "Trial"),
                Column("comparison", "Comparison"),
                Column("outcome", "Outcome"),
                Column("counts", "People with it: active v control"),
                Column("effect", "Effect (95 % interval)"),
                Column("people", "Who"),
                Column("blinding", "Blinding"),
                Column("reference", "Source"),
                Column("where", "Read in"),
                Column("note", "Note"),
            ),
            rows=table_rows,
            csv_names=("trial_results", "trials", "pooled_effects"),
        ),
        key_entries=tuple((symbol, "", label) for symbol, label in BLINDINGS.values()),
    )


def _view(
    question: Question,
    selected: Sequence[TrialResult],
    pooled: Row | None,
    reviews: Sequence[Row],
    scale: _Scale,
    pool: TracePool,
    layouts: dict[str, dict[str, Any]],
) -> View:
    ordered = sorted(selected, key=lambda each: (each.trial["comparator"], estimate(each)[0]))
    names, places = [], []
    for each in ordered:
        value, low, high = estimate(each)
        counted = each.result["outcome"] != DIFFERENCE
        detail = _counts_text(each) if counted else effect_text(each)
        names.append(
            pool.name(
                _row_trace(
                    each.id,
                    f"{each.trial['study']}: {detail}",
                    scale,
                    value,
                    None if low is None or high is None else (low, high),
                    symbol=BLINDINGS[each.trial["blinding"]][0],
                    colour=f"var(--kc-{each.trial['drug']})",
                    id=each.id,
                    hover=_hover(each),
                )
            )
        )
        places.append(each.id)
    row_ids = [each.id for each in ordered]
    if pooled:
        names += _pooled_traces(pooled, scale, pool)
        places += ["pooled", "further"]
        row_ids.append(pooled.id)
    for review in reviews:
        names.append(_published_trace(review, scale, pool))
        places.append(review.id)
        row_ids.append(review.id)
    layout = {
        "height": 120 + _ROW_PX * max(1, len(places)),
        "xaxis": scale.axis(),
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": places,
            "range": [len(places) - 0.5, -0.8] if places else [0.5, -0.8],
            "visible": False,
            "fixedrange": True,
        },
        "shapes": [{"type": "line", "x0": scale.no_effect, "x1": scale.no_effect}],
        "annotations": [],
    }
    name = f"{question.id}|{'|'.join(places)}"
    known = layouts.setdefault(name, layout)
    assert known == layout
    why_not = "" if pooled else why_not_pooled(selected)
    return View(
        tuple(names),
        name,
        _finding(question, ordered, pooled, why_not),
        tuple(row_ids),
        _notes(ordered, pooled, reviews),
    )


def _table_row(each: TrialResult) -> dict[str, str]:
    trial, row = each.trial, each.result
    counted = row["outcome"] != DIFFERENCE
    return {
        "study": trial["study"],
        "comparison": f"{_capital(trial['drug'])} {trial['dose'] or ''} ({trial['route']}) against "
        f"{trial['comparator_text'] or trial['comparator']}",
        "outcome": f"{question_label(question_of(each)).partition(': ')[2]}"
        + (f" ({', '.join(filter(None, (row['scale'], row['threshold'])))})" if row["threshold"] else ""),
        "counts": _counts_text(each) if counted else "",
        "effect": effect_text(each),
        "people": trial["population_text"] or trial["population"],
        "blinding": BLINDINGS[trial["blinding"]][1],
        "reference": row["reference"],
        "where": row["read_at"],
        "where_href": row["read_url"] or "",
        "note": row["note"] or "",
    }


def _pooled_table_row(row: Row) -> dict[str, str]:
    counted = row["unit"] == "odds ratio"
    return {
        "study": f"Pooled here: {row['trials']} trials",
        "comparison": ", ".join(row[name] for name in FILTERS if row[name]) or "all of the question",
        "outcome": row["outcome"] + (f", {duration_label(row['time_h'])}" if row["time_h"] is not None else ""),
        "counts": f"{row['people']} people" if row["people"] else "",
        "effect": f"{'OR ' if counted else ''}{_pooled_text(row)}; prediction interval "
        f"{interval(row['pi_low'], row['pi_high'])}; I² {round(row['i2_percent'])} %",
        "people": "",
        "blinding": "",
        "reference": "",
        "where": "worked out from the rows above",
        "note": "Paule-Mandel, Hartung-Knapp",
    }


def _published_table_row(row: Row) -> dict[str, str]:
    return {
        "study": row["item"],
        "comparison": row["comparator"] or "",
        "outcome": row["statement"],
        "counts": f"{row['n']} people" if row["n"] else "",
        "effect": f"{number_text(row['value'])} ({number_text(row['ci_low'])} to {number_text(row['ci_high'])})",
        "people": row["context"] or "",
        "blinding": "",
        "reference": row["reference"],
        "where": row["read_at"],
        "where_href": row["read_url"] or "",
        "note": row["note"] or "",
    }
