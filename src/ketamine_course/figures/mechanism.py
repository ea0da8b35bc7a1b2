"""From receptor to mood: events on a clock from seconds to weeks, and the disinhibition account step by step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.duration import duration_label
from ..evidence import Row
from .event_marks import event_heading, event_label, event_mark, event_step
from .figure import Column, Control, DataTable, Figure, Option, TracePool, View
from .signs import label_lines

#: Letter and colour of each strength of evidence.
STRENGTHS = {
    "strong": ("S", "var(--kc-midazolam)"),
    "moderate": ("M", "var(--kc-ketamine)"),
    "weak": ("W", "var(--kc-antidepressant)"),
    "contested": ("C", "var(--kc-ect)"),
    "null result": ("N", "var(--kc-placebo)"),
}
_UNRATED = ("?", "var(--kc-placebo)")

_FIRST_H, _LAST_H = 1 / 3600, 336.0
_TICKS = ((1 / 3600, "1<br>s"), (1 / 60, "1<br>min"), (1.0, "1<br>h"), (24.0, "1<br>day"), (168.0, "1<br>week"))

#: Levels of a row, in groups from small to large.
_LEVELS = (
    ("In and at the receptor", ("molecule", "metabolite", "synapse")),
    ("Inside the cell, and its shape", ("intracellular", "structure")),
    ("Circuits and networks", ("circuit", "network")),
    ("The whole person", ("human", "clinical", "periphery")),
)


def in_people(row: Row) -> bool:
    """Return whether a finding was made in people."""
    return bool((row["model_system"] or "").startswith("human"))


def _strength(row: Row) -> str:
    """Return how firm a finding is, in words that need no statistics."""
    return _called(row["strength"]) if row["strength"] else "no result yet"


def _called(strength: str) -> str:
    return "no effect seen" if strength == "null result" else strength


def _when(row: Row) -> str:
    if row["start_h"] is None:
        return "no time given"
    start = duration_label(row["start_h"])
    end = duration_label(row["end_h"])
    return start if start == end else f"{start} to {end}"


def _sign(row: Row) -> tuple[str, str]:
    return STRENGTHS.get(row["strength"] or "", _UNRATED)


def _event_text(row: Row) -> str:
    return "<br>".join(label_lines(f"{row['label']}: {_strength(row)}"))


def _span(row: Row, y: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the bar of an event and its label."""
    letter, colour = _sign(row)
    times = sorted({max(row["start_h"], _FIRST_H), max(row["end_h"], _FIRST_H)})
    middle = math.log(times[0] / _FIRST_H) / math.log(_LAST_H / _FIRST_H)
    side = "left" if middle < 0.5 else "right"
    hover = "<br>".join(
        [
            f"<b>{row['label']}</b>",
            _when(row),
            row["model_system"] or "",
            _strength(row),
            f"Read in: {row['read_at']}",
        ]
    )
    places = [round(each, 6) for each in times]
    trace = event_mark(row["label"], places, y, row_id=row.id, letter=letter, colour=colour, hover=hover)
    place = round(math.log10(times[0] if side == "left" else times[-1]), 4)
    return trace, event_label(_event_text(row), place, y, side)


def _clock(rows: Sequence[Row]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the traces and the layout of some events. One unit of y is one pixel."""
    traces, annotations, y = [], [], 0.0
    for heading, levels in _LEVELS:
        group = sorted((row for row in rows if row["level"] in levels), key=lambda row: (row["start_h"], row["end_h"]))
        if not group:
            continue
        y -= 24
        annotations.append(event_heading(heading, y))
        for row in group:
            y -= event_step(_event_text(row))
            trace, label = _span(row, y)
            traces.append(trace)
            annotations.append(label)
        y -= 30
    layout = {
        "height": round(90 - y),
        "xaxis": {
            "title": {"text": "Time since the dose"},
            "fixedrange": True,
            "zeroline": False,
            "ticks": "outside",
            "type": "log",
            "range": [round(math.log10(_FIRST_H * 0.6), 4), round(math.log10(_LAST_H * 2), 4)],
            "tickvals": [round(tick, 6) for tick, _ in _TICKS],
            "ticktext": [text for _, text in _TICKS],
            "tickangle": 0,
        },
        "yaxis": {"visible": False, "fixedrange": True, "range": [y, 0]},
        "shapes": [],
        "annotations": annotations,
    }
    return traces, layout


def _said(rows: Sequence[Row]) -> str:
    counts = [(name, sum(row["strength"] == name for row in rows)) for name in STRENGTHS]
    return ", ".join(f"{count} {_called(name)}" for name, count in counts if count)


def mechanism_clock(rows: Sequence[Row]) -> Figure:
    """Return the timeline of the events of ``mechanism`` that have times, in people or in animals and cells."""
    timed = [row for row in rows if row["start_h"] is not None and row["end_h"] is not None]
    timed = [row for row in timed if any(row["level"] in levels for _, levels in _LEVELS)]
    pool = TracePool()
    views, layouts = {}, {}
    for name, what, chosen in (
        ("people", "in people", [row for row in timed if in_people(row)]),
        ("animals", "in animals, cells or models", [row for row in timed if not in_people(row)]),
        ("all", "in all", timed),
    ):
        traces, layouts[name] = _clock(chosen)
        if name == "people":
            lesson = (
                "Symptoms fall within the first hours; glutamate turnover and fast brain waves rise during the "
                "infusion. That one causes the other has not been shown in people."
            )
        elif name == "animals":
            lesson = (
                "The block takes seconds, the making of BDNF and spines hours. In mice the first change of behaviour "
                "comes before the new spines."
            )
        else:
            lesson = (
                "The early steps at the receptor rest on cells and animals, and what is known of people starts later."
            )
        finding = f"{len(chosen)} events {what}: {_said(chosen)}, in the editors' judgement. {lesson}"
        notes = (
            "A bar places an event on the clock; most starts are not measured onsets. What starts with the dose is "
            "drawn from the left edge.",
        )
        views[name] = View(pool.names(traces), name, finding, tuple(row.id for row in chosen), notes)
    return Figure(
        name="mechanism-clock",
        title="From seconds to days: what has been seen, and how firmly",
        controls=(
            Control(
                "seen",
                "Seen in",
                (
                    Option("people", "People"),
                    Option("animals", "Animals, cells and models"),
                    Option("all", "Both"),
                ),
            ),
        ),
        views=views,
        traces=pool.traces,
        layouts=layouts,
        table=_claims(timed, "Events in this figure"),
        key_entries=tuple((letter, colour, _called(name)) for name, (letter, colour) in STRENGTHS.items()),
    )


def _claims(rows: Sequence[Row], caption: str) -> DataTable:
    return DataTable(
        caption=caption,
        columns=(
            Column("label", "Event"),
            Column("time", "Time"),
            Column("system", "Seen in"),
            Column("strength", "Strength"),
            Column("claim", "What was found"),
            Column("controversy", "What speaks against it"),
            Column("reference", "Source"),
            Column("where", "Read in"),
        ),
        rows={
            row.id: {
                "label": row["label"],
                "time": _when(row),
                "system": row["model_system"] or "",
                "strength": _strength(row),
                "claim": row["claim"],
                "controversy": row["controversy"] or "",
                "reference": row["reference"],
                "where": row["read_at"],
                "where_href": row["read_url"] or "",
            }
            for row in rows
        },
        csv_names=("mechanism",),
    )


# --- The cascade -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    """A step of the account: what is active in it, the rows for and against, and what is said."""

    name: str
    label: str
    active: tuple[str, ...]
    row_ids: tuple[str, ...]
    finding: str
    notes: tuple[str, ...]


#: Place of each part: x, y, marker, name. One unit of y is about a tenth of the picture.
_PARTS = {
    "inhibitory": (1.0, 7.0, "square", "Inhibitory cell<br>(GABA)"),
    "excitatory": (5.0, 7.0, "circle", "Excitatory cell<br>(glutamate)"),
    "next": (9.0, 7.0, "circle", "Next cell<br>(AMPA receptors)"),
    "growth": (9.0, 3.5, "diamond", "BDNF, TrkB,<br>mTOR"),
    "spines": (5.0, 3.5, "diamond", "New spines"),
    "mood": (1.0, 3.5, "diamond", "Mood"),
}
_MIDDLE = 5.0
#: From, to, and the sign at the end: a bar inhibits, a triangle passes on.
_LINKS = (
    ("inhibitory", "excitatory", "line-ns"),
    ("excitatory", "next", "triangle-right"),
    ("next", "growth", "triangle-down"),
    ("growth", "spines", "triangle-left"),
    ("spines", "mood", "triangle-left"),
)
_STEPS = (
    _Step(
        "rest",
        "Before: the brake is on",
        ("inhibitory",),
        ("mech.use_dependence",),
        "In this account an inhibitory cell holds the excitatory cell back. Ketamine gets into channels that have been "
        "open, so cells whose NMDA receptors open most would be hit first.",
        ("That these are the inhibitory cells is an inference; it is what the account needs.",),
    ),
    _Step(
        "block",
        "Ketamine silences the brake",
        ("excitatory",),
        ("mech.pore_block", "mech.disinhibition", "mech.glun2b_cortex", "mech.block_at_rest"),
        "Ketamine blocks NMDA receptors of the inhibitory cell; it falls silent, and the excitatory cell is set free. "
        "In mice, removing the receptor's GluN2B part from inhibitory cells took ketamine's effect away.",
        (
            "Against it: another group found the part that matters on excitatory cells.",
            "A rival: block at rest, inside the receiving cell, without any surge.",
        ),
    ),
    _Step(
        "surge",
        "Glutamate surges",
        ("excitatory", "next"),
        ("mech.glutamate_surge_rat", "mech.glutamate_cycling_human", "mech.glutamate_pcc_null", "mech.gamma"),
        "The freed cell releases more glutamate: shown in rats at low doses, and as a rise of glutamate turnover in a "
        "small study of people during the infusion.",
        (
            "Against it: hours later, in another region, a scan in people found no change. "
            "A much higher dose lowered it in rats.",
        ),
    ),
    _Step(
        "growth",
        "AMPA receptors pass it on, growth signals follow",
        ("excitatory", "next", "growth"),
        ("mech.ampa_needed", "mech.mtor_spines", "mech.rapamycin_human", "mech.ampa_human_open"),
        "Glutamate acts on AMPA receptors of the next cell; BDNF, its receptor TrkB and mTOR follow. In mice an AMPA "
        "blocker weakened the effect, in rats an mTOR blocker took it away.",
        (
            "Against it: in people the mTOR blocker rapamycin did not take the effect away; after two weeks more "
            "people had responded with it.",
            "What an AMPA blocker does to the effect in people is being tried; no result was found.",
        ),
    ),
    _Step(
        "spines",
        "New spines",
        ("growth", "spines"),
        ("mech.stress_reversal", "mech.spines_later", "mech.sv2a_null"),
        "Spines lost to stress come back in rodents within a day. In mice they were needed to keep the effect, not to "
        "start it.",
        ("Against it: a scan of nerve endings in people found no overall change a day after ketamine.",),
    ),
    _Step(
        "mood",
        "Mood lifts: how, nobody knows",
        ("spines", "mood"),
        ("mech.clinical_clock", "mech.not_exclusive", "mech.naltrexone_attenuates", "mech.hnk_human"),
        "Symptoms fall within hours and the benefit of one dose fades. No study in people has joined the steps from "
        "the receptor to mood.",
        (
            "Opioid receptors and breakdown products are proposed as well, and block of the receptor alone may not be "
            "enough; several accounts may be true together.",
        ),
    ),
)


def _cascade_traces(active: Sequence[str]) -> list[dict[str, Any]]:
    traces: list[dict[str, Any]] = []
    for start, end, sign in _LINKS:
        lit = start in active
        x0, y0, *_ = _PARTS[start]
        x1, y1, *_ = _PARTS[end]
        length = math.hypot(x1 - x0, y1 - y0)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        colour = "var(--kc-ketamine)" if lit else "var(--kc-placebo)"
        xs = [round(x0 + 0.6 * ux, 3), round(x1 - 0.8 * ux, 3)]
        ys = [round(y0 + 0.5 * uy, 3), round(y1 - 0.75 * uy, 3)]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": f"{start} to {end}",
                "x": xs,
                "y": ys,
                "text": ["", ""],
                "hoverinfo": "skip",
                "line": {"color": colour, "width": 3 if lit else 1.5, "dash": "solid" if lit else "dash"},
                "marker": {
                    "symbol": sign,
                    "size": [0, 14],
                    "color": colour,
                    "opacity": [0, 1],
                    "line": {"width": 2.5 if sign == "line-ns" else 0, "color": colour},
                },
            }
        )
    for name, (x, y, symbol, label) in _PARTS.items():
        lit = name in active
        colour = "var(--kc-ketamine)" if lit else "var(--kc-placebo)"
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": label.replace("<br>", " "),
                "x": [x],
                "y": [y],
                "text": [""],
                "hovertext": [label.replace("<br>", " ") + (": active" if lit else ": quiet")],
                "hoverinfo": "text",
                "cliponaxis": False,
                "marker": {
                    "symbol": symbol if lit else f"{symbol}-open",
                    "size": 22,
                    "color": colour,
                    "line": {"width": 2},
                },
            }
        )
    return traces


def _cascade_layout(active: Sequence[str], blocked: bool) -> dict[str, Any]:
    def note(x: float, y: float, text: str) -> dict[str, Any]:
        return {
            "xref": "x",
            "x": x,
            "xanchor": "center",
            "y": y,
            "yref": "y",
            "yanchor": "middle",
            "showarrow": False,
            "text": text,
            "font": {"size": 12},
        }

    notes = []
    for name, (x, y, _, label) in _PARTS.items():
        state = "active" if name in active else "quiet"
        if name == "inhibitory" and blocked:
            state = "silenced"
        if name == "mood":
            state = "lifts: how?" if name in active else "as before"
        # Above in the upper row and below in the lower, so that no line runs through.
        notes.append(note(x, y + 1.6 if y > _MIDDLE else y - 1.6, f"{label}<br>{state}"))
    if blocked:
        notes.append(note(1.0, 5.9, "<b>ketamine</b>"))
    return {
        "height": 440,
        "xaxis": {"visible": False, "fixedrange": True, "range": [-1, 11], "tickvals": []},
        "yaxis": {"visible": False, "fixedrange": True, "range": [0.6, 9.6]},
        "shapes": [],
        "annotations": notes,
    }


def disinhibition_cascade(rows: Mapping[str, Row]) -> Figure:
    """Return the disinhibition account step by step, each step with what speaks for and against it.

    Args:
        rows: the rows of ``mechanism`` by id.
    """
    pool = TracePool()
    views, layouts = {}, {}
    for number, step in enumerate(_STEPS):
        layouts[step.name] = _cascade_layout(step.active, number > 0)
        finding = f"Step {number + 1} of {len(_STEPS)}. {step.finding}"
        views[step.name] = View(pool.names(_cascade_traces(step.active)), step.name, finding, step.row_ids, step.notes)
    used = dict.fromkeys(row_id for step in _STEPS for row_id in step.row_ids)
    return Figure(
        name="disinhibition-cascade",
        title="The disinhibition account, step by step",
        controls=(
            Control(
                "step",
                "Step",
                tuple(Option(step.name, f"{number}. {step.label}") for number, step in enumerate(_STEPS, 1)),
            ),
        ),
        views=views,
        traces=pool.traces,
        layouts=layouts,
        table=_claims([rows[each] for each in used], "Findings for and against each step"),
        key_entries=(
            ("circle", "var(--kc-ketamine)", "Filled: active in this step"),
            ("circle-open", "var(--kc-placebo)", "Open: quiet"),
            ("line-ns", "var(--kc-ink)", "A bar at the end of a line: holds back"),
            ("triangle-right", "var(--kc-ink)", "A triangle at the end of a line: passes on"),
        ),
    )
