"""The onset timeline: published points after the first dose, each with its control."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any

from ..core.duration import ONSET_TICKS_H, duration_label
from ..core.effect import people_of_100
from ..core.prediction import compare_prediction
from ..evidence import Row
from .figure import (
    Column,
    Control,
    DataTable,
    Figure,
    Option,
    Prediction,
    Question,
    TracePool,
    View,
    view_key,
)
from .signs import DESIGNS, DRUGS, interval_text, label_lines, number_text, time_axis, value_text

_WELL_MASKED = ("masked", "active_placebo")


@dataclass(frozen=True)
class _Panel:
    """One y axis: the measure drawn on it, its title, and whether it is a share of people."""

    measure: str
    title: str
    share: bool = False


_RESPONSE = _Panel("madrs_response", "People with a response (%)", share=True)
_GAP = _Panel("madrs_difference", "Drug minus control, MADRS points")
_CHANGE = _Panel("madrs_change", "Change in MADRS points")
_SCORE = _Panel("madrs_score", "MADRS score")
_REMISSION = (
    _Panel("hamd17_remission", "HAM-D remission (%)", share=True),
    _Panel("madrs_remission_12", "MADRS ≤ 12 (%)", share=True),
    _Panel("madrs_remission_10", "MADRS ≤ 10 (%)", share=True),
)

_NEVER_MIXED = "Each panel is a scale of its own: compare the timing, not the heights."

#: What the learner can look at: value, label, panels, whether as people of 100, standing note.
_MEASURES: tuple[tuple[str, str, tuple[_Panel, ...], bool, str], ...] = (
    ("response", "Response: share of people (MADRS)", (_RESPONSE,), False, ""),
    (
        "gap",
        "Gap to control: MADRS points",
        (_GAP,),
        False,
        "Points below zero favour the drug. No line joins them: each is a comparison of its own.",
    ),
    ("remission", "Remission: one panel for each scale", _REMISSION, False, _NEVER_MIXED),
    (
        "change",
        "Change from the start: MADRS points",
        (_CHANGE,),
        False,
        "Lower is better. People in different trials did not start equally ill.",
    ),
    ("score", "Average MADRS score", (_SCORE,), False, "Lower is better."),
    ("response_of_100", "Of 100 people: how many respond", (_RESPONSE,), True, ""),
    (
        "remission_of_100",
        "Of 100 people: how many remit",
        _REMISSION[1:],
        True,
        "The two remission thresholds are named in each label: never compare across them.",
    ),
)

_MEASURE_LABELS = {
    "madrs_response": "Response (MADRS)",
    "madrs_remission_12": "Remission (MADRS ≤ 12)",
    "madrs_remission_10": "Remission (MADRS ≤ 10)",
    "hamd17_remission": "Remission (HAM-D)",
    "madrs_change": "MADRS change",
    "madrs_score": "MADRS score",
    "madrs_difference": "MADRS gap to control",
}


def _people_text(row: Row) -> str:
    if row["n"] is None:
        return ""
    return f"{row['events']} of {row['n']}" if row["events"] is not None else str(row["n"])


def _dose_text(row: Row) -> str:
    if row["arm_role"] == "control" and row["drug"] != "antidepressant":
        return ""
    return row["dose"] or ""


def _hover(row: Row) -> str:
    people = _people_text(row)
    lines = [
        f"<b>{row['study']}</b>: {row['arm']}",
        f"{duration_label(row['time_h'])}: {value_text(row)}" + (f" (n = {people})" if people else ""),
        interval_text(row),
        f"Dose: {_dose_text(row)}" if _dose_text(row) else "",
        f"Compared with: {row['comparator']}" if row["comparator"] else "",
        DESIGNS[row["design"]][2],
        f"Source: {row['study']}, {row['read_at']}",
    ]
    return "<br>".join(line for line in lines if line)


def _points_trace(rows: Sequence[Row], axis: int) -> dict[str, Any]:
    """Return one arm of one trial as a plotly scatter trace. ``axis`` counts panels from 1."""
    first = rows[0]
    letter = DRUGS[first["drug"]][0]
    symbol = DESIGNS[first["design"]][0]
    colour = f"var(--kc-{first['drug']})"
    joined = len(rows) > 1 and first["arm_role"] != "difference"
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers+text" if joined else "markers+text",
        "name": f"{first['study']}: {first['arm']}",
        "x": [row["time_h"] for row in rows],
        "y": [row["value"] for row in rows],
        "text": [letter] * len(rows),
        "customdata": [row.id for row in rows],
        "meta": {"study": first["study"]},
        "hovertext": [_hover(row) for row in rows],
        "hoverinfo": "text",
        "textposition": "middle center",
        "textfont": {"size": 10, "color": colour if symbol.endswith("-open") else "var(--kc-ground)"},
        "marker": {"symbol": symbol, "size": 17, "color": colour, "line": {"width": 1.5}},
        "cliponaxis": False,
    }
    if joined:
        # Two points show a difference in time, not a course: the line between them is dashed.
        trace["line"] = {"color": colour, "width": 1.5, "dash": "dash" if len(rows) == 2 else "solid"}
    if any(row["ci_low"] is not None and row["ci_high"] is not None for row in rows):
        has = [row["ci_low"] is not None and row["ci_high"] is not None for row in rows]
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "color": colour,
            "thickness": 1.5,
            "width": 5,
            "array": [round(r["ci_high"] - r["value"], 4) if ok else 0 for r, ok in zip(rows, has, strict=True)],
            "arrayminus": [round(r["value"] - r["ci_low"], 4) if ok else 0 for r, ok in zip(rows, has, strict=True)],
        }
    if axis > 1:
        trace["yaxis"] = f"y{axis}"
    return trace


def _points_layout(panels: Sequence[_Panel], scale: str, bands: Sequence[Row]) -> dict[str, Any]:
    gap = 0.07
    height = (1 - gap * (len(panels) - 1)) / len(panels)
    layout: dict[str, Any] = {
        "height": 460 if len(panels) == 1 else 240 * len(panels),
        "xaxis": time_axis(scale) | {"anchor": "y" if len(panels) == 1 else f"y{len(panels)}"},
        "shapes": [],
        "annotations": [],
    }
    for index, panel in enumerate(panels):
        top = 1 - index * (height + gap)
        axis: dict[str, Any] = {
            "title": {"text": panel.title},
            "fixedrange": True,
            "zeroline": panel.measure == "madrs_difference",
            "domain": [round(max(0.0, top - height), 4), round(top, 4)],
        }
        if panel.share:
            axis["range"] = [-4, 104]
        layout["yaxis" if index == 0 else f"yaxis{index + 1}"] = axis
    for band in bands:
        layout["shapes"].append(
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": band["start_h"],
                "x1": band["end_h"],
                "y0": 0,
                "y1": 1,
                "fillcolor": "var(--kc-band)",
                "line": {"width": 0},
                "layer": "below",
            }
        )
        layout["annotations"].append(
            {
                # An annotation on a log axis is placed by the logarithm of its x.
                "x": round(math.log10(band["start_h"]), 4) if scale == "log" else band["start_h"],
                "xref": "x",
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": "center",
                "showarrow": False,
                "text": f"pooled gap gone by {duration_label(band['start_h'])} to {duration_label(band['end_h'])}",
                "font": {"size": 12},
            }
        )
    return layout


def _pairs(rows: Iterable[Row], measure: str) -> list[tuple[Row, Row]]:
    """Return each treated arm with the control arm of the same comparison, time and measure."""
    of_measure = [row for row in rows if row["measure"] == measure]
    controls = {(row["pair"], row["time_h"]): row for row in of_measure if row["arm_role"] == "control"}
    return [
        (row, controls[row["pair"], row["time_h"]])
        for row in of_measure
        if row["arm_role"] == "treatment" and (row["pair"], row["time_h"]) in controls
    ]


def _of_100(pairs: Sequence[tuple[Row, Row]], several: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return two bars for each comparison: of 100 people, how many with the drug and with the control."""
    doses: dict[tuple[str, float, str], list[Row]] = {}
    for treated, _ in pairs:
        doses.setdefault((treated["pair"], treated["time_h"], treated["measure"]), []).append(treated)
    labels, traces = [], []
    for treated, _ in pairs:
        parts = [treated["study"], duration_label(treated["time_h"])]
        if len(doses[treated["pair"], treated["time_h"], treated["measure"]]) > 1:
            parts.insert(1, treated["arm"])
        if several:
            parts.append(_MEASURE_LABELS[treated["measure"]].removeprefix("Remission ").strip("()"))
        labels.append(", ".join(parts))
    for role in (1, 0):  # plotly draws the first trace lowest within a group
        for drug, members in groupby(
            sorted(enumerate(pairs), key=lambda item: item[1][role]["drug"]), key=lambda item: item[1][role]["drug"]
        ):
            indexed = list(members)
            rows = [pair[role] for _, pair in indexed]
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": DRUGS[drug][1],
                    "offsetgroup": "control" if role else "drug",
                    "y": [labels[index] for index, _ in indexed],
                    "x": [people_of_100(row["value"]) for row in rows],
                    "text": [f"{DRUGS[drug][0]}  {people_of_100(row['value'])} of 100" for row in rows],
                    "textposition": "outside",
                    "cliponaxis": False,
                    "customdata": [row.id for row in rows],
                    "hovertext": [_hover(row) for row in rows],
                    "hoverinfo": "text",
                    "marker": {
                        "color": f"var(--kc-{drug})",
                        # Hatching tells the control from the drug without colour.
                        "pattern": {
                            "shape": "/" if role else "",
                            "fillmode": "overlay",
                            "fgcolor": "var(--kc-ground)",
                            "bgcolor": f"var(--kc-{drug})",
                            "size": 6,
                            "solidity": 0.3,
                        },
                    },
                }
            )
    layout = {
        "height": 120 + 84 * max(1, len(pairs)),
        "barmode": "group",
        "bargap": 0.5,
        "xaxis": {
            "title": {"text": "Of 100 people"},
            "range": [0, 125],
            "tickvals": [0, 25, 50, 75, 100],
            "fixedrange": True,
            "zeroline": False,
        },
        "yaxis": {"visible": False, "fixedrange": True, "categoryorder": "array", "categoryarray": labels[::-1]},
        "shapes": [],
        # The name of a comparison stands above its bars: beside them it would leave a phone no room.
        "annotations": [
            {
                "x": 0,
                "xref": "x",
                "xanchor": "left",
                "y": label,
                "yref": "y",
                "yanchor": "bottom",
                "yshift": 17,
                "showarrow": False,
                "align": "left",
                "text": "<br>".join(label_lines(label)),
                "font": {"size": 12},
            }
            for label in labels
        ],
    }
    return traces, layout


def _range_text(rows: Sequence[Row]) -> str:
    values = sorted(row["value"] for row in rows)
    unit = "%" if rows[0]["unit"] == "percent" else "points"
    if values[0] == values[-1]:
        return f"{number_text(values[0])} {unit}"
    return f"{number_text(values[0])} to {number_text(values[-1])} {unit}"


def _finding(rows: Sequence[Row], panels: Sequence[_Panel]) -> str:
    """Return the view's finding in words: at one day and at four weeks, drug beside control."""
    if not rows:
        return "No row that was read fits these choices."
    sentences = []
    for panel in panels:
        of_panel = [row for row in rows if row["measure"] == panel.measure]
        if not of_panel:
            continue
        label = _MEASURE_LABELS[panel.measure]
        said = []
        for time_h in (24, 672):
            now = [row for row in of_panel if row["time_h"] == time_h]
            parts = []
            for role, words in (
                ("treatment", "in treated arms"),
                ("control", "in their control arms"),
                ("difference", "across comparisons"),
            ):
                arms = [row for row in now if row["arm_role"] == role]
                if arms:
                    parts.append(f"{_range_text(arms)} {words} ({len(arms)})")
            if parts:
                said.append(f"at {duration_label(time_h)} {' and '.join(parts)}")
        if not said:
            times = sorted({row["time_h"] for row in of_panel})
            said.append(f"{_range_text(of_panel)} between {duration_label(times[0])} and {duration_label(times[-1])}")
        sentences.append(f"{label}: {'; '.join(said)}.")
        bounded = [row for row in of_panel if row["arm_role"] == "difference" and row["ci_high"] is not None]
        if bounded:
            null = sum(1 for row in bounded if row["ci_low"] <= 0 <= row["ci_high"])
            sentences.append(f"{null} of the {len(bounded)} published intervals include zero, that is, no difference.")
    return " ".join(sentences)


def _after_one_dose(points: Iterable[Row]) -> set[tuple[str, float]]:
    """Return the comparisons and times at which the treated people had had exactly one dose."""
    return {(row["pair"], row["time_h"]) for row in points if row["doses_given"] == 1}


def _keep(row: Row, open_label: str, blinding: str, doses: str, after_one: set[tuple[str, float]]) -> bool:
    if open_label == "hide" and row["design"] == "open":
        return False
    if blinding == "masked" and row["design"] not in _WELL_MASKED:
        return False
    return not (doses == "one" and (row["pair"], row["time_h"]) not in after_one)


def _arms(rows: Iterable[Row]) -> list[list[Row]]:
    """Return the rows of each arm of each comparison, in order of time."""

    def arm(row: Row) -> tuple[str, str, str]:
        return (row["pair"], row["arm"], row["measure"])

    ordered = sorted(rows, key=lambda row: (*arm(row), row["time_h"]))
    return [list(members) for _, members in groupby(ordered, key=arm)]


_CONTROLS = (
    Control("measure", "Show", tuple(Option(value, label) for value, label, *_ in _MEASURES)),
    Control(
        "axis",
        "Linear time axis",
        (Option("log", "logarithmic"), Option("linear", "linear")),
        "The logarithmic axis gives the first hours room; the linear one shows how short they are.",
    ),
    Control(
        "open_label",
        "Hide open-label studies",
        (Option("show", "show"), Option("hide", "hide")),
        "Without a hidden control, hope and attention count as drug effect.",
    ),
    Control(
        "blinding",
        "Only active placebo or masked",
        (Option("any", "any"), Option("masked", "masked")),
        "Keeps trials whose control could be mistaken for the drug.",
    ),
    Control(
        "doses",
        "Only after a single dose",
        (Option("any", "any"), Option("one", "one")),
        "Shows how long one dose lasts.",
    ),
)


def _table(points: Sequence[Row]) -> DataTable:
    ordered = sorted(
        points, key=lambda row: (row["measure"], row["time_h"], row["pair"], row["arm_role"] != "treatment")
    )
    return DataTable(
        caption="Published points in this view",
        columns=(
            Column("study", "Study"),
            Column("arm", "Arm"),
            Column("time", "Time"),
            Column("measure", "Measure"),
            Column("value", "Value"),
            Column("interval", "Interval or spread"),
            Column("people", "People"),
            Column("design", "Blinding"),
            Column("reference", "Source"),
            Column("where", "Read in"),
        ),
        rows={
            row.id: {
                "study": row["study"],
                "arm": row["arm"],
                "time": duration_label(row["time_h"]),
                "measure": _MEASURE_LABELS[row["measure"]],
                "value": value_text(row),
                "interval": interval_text(row),
                "people": _people_text(row),
                "design": DESIGNS[row["design"]][1],
                "reference": row["reference"],
                "where": row["read_at"],
                "where_href": row["read_url"] or "",
            }
            for row in ordered
        },
        csv_names=("onset_points",),
    )


def _prediction(ketamine: Row, antidepressant: Row) -> Prediction:
    def question(name: str, label: str, subject: str, event: Row) -> Question:
        return Question(
            name,
            label,
            ONSET_TICKS_H,
            tuple(duration_label(tick) for tick in ONSET_TICKS_H),
            tuple(compare_prediction(tick, event["start_h"], subject) for tick in ONSET_TICKS_H),
        )

    return Prediction(
        "Predict first: when does each treatment first differ from its control?",
        (
            question(
                "ketamine",
                "Ketamine and its placebo first differ at",
                "A difference between ketamine and placebo",
                ketamine,
            ),
            question(
                "antidepressant",
                "Traditional antidepressants and their placebo first differ at",
                "A difference between traditional antidepressants and placebo",
                antidepressant,
            ),
        ),
    )


def timeline(points: Sequence[Row], separations: tuple[Row, Row], lost: Sequence[Row]) -> Figure:
    """Return the onset timeline with every state of its controls.

    Args:
        points: rows of ``onset_points``.
        separations: the events that a prediction is compared with: ketamine, then
            traditional antidepressants (rows of ``onset_events``).
        lost: events whose span is drawn as a band when only single doses are shown.

    Raises KeyError for a drug, design or measure that the figure has no sign for.
    """
    pool, views, layouts = TracePool(), {}, {}
    after_one = _after_one_dose(points)
    states = product(*(tuple(option.value for option in control.options) for control in _CONTROLS[1:]))
    for (measure, _, panels, of_100, note), state in product(_MEASURES, list(states)):
        axis, open_label, blinding, doses = state
        measures = [panel.measure for panel in panels]
        rows = [
            row for row in points if row["measure"] in measures and _keep(row, open_label, blinding, doses, after_one)
        ]
        if axis == "log":
            rows = [row for row in rows if row["time_h"] > 0]
        notes = [note] if note else []
        if of_100:
            pairs = sorted(
                (pair for each in measures for pair in _pairs(rows, each)),
                key=lambda pair: (pair[0]["time_h"], pair[0]["pair"], pair[0]["arm"]),
            )
            traces, layout = _of_100(pairs, several=len(panels) > 1)
            rows = list({row.id: row for pair in pairs for row in pair}.values())
            notes.append("Only comparisons whose two arms were both read are shown.")
        else:
            traces = [_points_trace(arm, 1 + measures.index(arm[0]["measure"])) for arm in _arms(rows)]
            layout = _points_layout(panels, axis, lost if doses == "one" else ())
            if axis == "log" and any(row["measure"] in measures and row["time_h"] == 0 for row in points):
                notes.append("The start itself has no place on a logarithmic axis: the linear axis shows it.")
        if not any(row["drug"] == "antidepressant" for row in rows):
            notes.append("No row of a traditional antidepressant that was read fits these choices.")
        layout_name = "|".join((measure, axis, doses)) if not of_100 else "|".join((measure, *state))
        layouts[layout_name] = layout
        views[view_key((measure, *state))] = View(
            pool.names(traces), layout_name, _finding(rows, panels), tuple(row.id for row in rows), tuple(notes)
        )
    drugs_shown = {row["drug"] for row in points}
    return Figure(
        name="onset-timeline",
        title="Weeks or hours? Published points after the first dose",
        controls=_CONTROLS,
        views=views,
        traces=pool.traces,
        layouts=layouts,
        table=_table(points),
        prediction=_prediction(*separations),
        key_entries=(
            *((letter, f"var(--kc-{drug})", label) for drug, (letter, label) in DRUGS.items() if drug in drugs_shown),
            *((symbol, "", label) for symbol, _, label in DESIGNS.values()),
        ),
    )
