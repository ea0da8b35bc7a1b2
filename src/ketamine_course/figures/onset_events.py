"""The timeline of events: separation, peak, loss, relapse, response and remission after the first dose."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..core.duration import duration_label
from ..evidence import Row
from .event_marks import event_heading, event_label, event_mark, event_step
from .figure import Column, DataTable, Figure, TracePool, View
from .signs import DRUGS, FIRST_TICK_H, LAST_TICK_H, label_lines, number_text, time_axis

_EVENT_GROUPS = (
    ("Ketamine and esketamine", ("ketamine", "esketamine")),
    ("Traditional antidepressants", ("antidepressant",)),
)


def _event_text(event: Row) -> str:
    start, end = duration_label(event["start_h"]), duration_label(event["end_h"])
    return start if start == end else f"{start} to {end}"


def _event_label(event: Row) -> str:
    share = f", {number_text(event['value'])} %" if (event["unit"] or "").startswith("percent") else ""
    return "<br>".join(label_lines(f"{_event_text(event)}: {event['label']}{share}"))


def _event_hover(event: Row) -> str:
    value = event_value_text(event)
    lines = [f"<b>{event['label']}</b>", _event_text(event), value, f"Source: {event['study']}, {event['read_at']}"]
    return "<br>".join(line for line in lines if line)


def _label_side(start_h: float, end_h: float) -> str:
    """Return on which side of its mark a label starts, so that it stays within a narrow figure."""

    def place(time_h: float) -> float:
        return math.log(time_h / FIRST_TICK_H) / math.log(LAST_TICK_H / FIRST_TICK_H)

    if place(start_h) < 0.35:
        return "left"
    return "right" if place(end_h) > 0.65 else "center"


def event_timeline(events: Sequence[Row]) -> Figure:
    """Return the timeline of events: one bar or mark for each row of ``onset_events``."""
    pool = TracePool()
    traces, annotations, y = [], [], 0.0
    # One unit of y is one pixel, so that a label of any number of lines has its room.
    for heading, drugs in _EVENT_GROUPS:
        y -= 24
        annotations.append(event_heading(heading, y))
        for event in sorted((e for e in events if e["drug"] in drugs), key=lambda e: (e["start_h"], e["end_h"])):
            times = sorted({event["start_h"], event["end_h"]})
            side = _label_side(times[0], times[-1])
            label = _event_label(event)
            y -= event_step(label)
            letter, colour = DRUGS[event["drug"]][0], f"var(--kc-{event['drug']})"
            hover = _event_hover(event)
            traces.append(
                event_mark(event["label"], times, y, row_id=event.id, letter=letter, colour=colour, hover=hover)
            )
            place = round(math.log10(times[0] if side == "left" else times[-1]), 4)
            annotations.append(event_label(label, place, y, side))
        y -= 36
    axis = time_axis("log")
    layout = {
        "height": round(90 - y),
        "xaxis": axis,
        "yaxis": {"visible": False, "fixedrange": True, "range": [y, 0]},
        "shapes": [],
        "annotations": annotations,
    }
    first = {
        group: min((e for e in events if e["drug"] in drugs and e["kind"] == "separation"), key=lambda e: e["start_h"])
        for group, drugs in _EVENT_GROUPS
    }
    finding = " ".join(
        f"{group}: a difference from control was first reported at "
        f"{duration_label(event['start_h'])} ({event['study']})."
        for group, event in first.items()
    )
    return Figure(
        name="onset-events",
        title="What happens when: events after the first dose",
        controls=(),
        views={"": View(pool.names(traces), "events", finding, tuple(event.id for event in events))},
        traces=pool.traces,
        layouts={"events": layout},
        table=DataTable(
            caption="Events in this figure",
            columns=(
                Column("label", "Event"),
                Column("drug", "Treatment"),
                Column("time", "Time"),
                Column("value", "Published figure"),
                Column("people", "People"),
                Column("reference", "Source"),
                Column("where", "Read in"),
            ),
            rows={
                event.id: {
                    "label": event["label"],
                    "drug": DRUGS[event["drug"]][1],
                    "time": _event_text(event),
                    "value": event_value_text(event),
                    "people": _people_text_of_event(event),
                    "reference": event["reference"],
                    "where": event["read_at"],
                    "where_href": event["read_url"] or "",
                }
                for event in sorted(events, key=lambda e: (e["drug"] == "antidepressant", e["start_h"], e["end_h"]))
            },
            csv_names=("onset_events",),
        ),
        key_entries=tuple(
            (DRUGS[drug][0], f"var(--kc-{drug})", DRUGS[drug][1])
            for drug in ("ketamine", "esketamine", "antidepressant")
        ),
    )


def event_value_text(event: Row) -> str:
    """Return the number that an event was published with, its unit and interval; empty if none."""
    if event["value"] is None:
        return ""
    text = number_text(event["value"])
    if event["value_high"] is not None:
        text += f" to {number_text(event['value_high'])}"
    if event["unit"]:
        text += " %" if event["unit"] == "percent" else f" {event['unit']}"
    if event["ci_low"] is not None and event["ci_high"] is not None:
        text += f" (95 % interval {number_text(event['ci_low'])} to {number_text(event['ci_high'])})"
    return text


def _people_text_of_event(event: Row) -> str:
    return "" if event["n"] is None else str(event["n"])
