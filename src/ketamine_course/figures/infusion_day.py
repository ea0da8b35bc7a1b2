"""The day of a treatment: what is checked, decided and felt, minutes from its start, by role and by treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..evidence import Row
from .event_marks import event_heading, event_label, event_mark, event_step
from .figure import Column, Control, DataTable, Figure, Option, Prediction, Question, TracePool, View, view_key
from .signs import DRUGS, label_lines, number_text

#: Whose part of the day a lane belongs to, and its heading.
ROLES = {
    "nurse": "Checks: a nurse's day",
    "physician": "Orders and decisions: a physician's day",
    "person": "Before and after: the person's day",
}
_TREATMENTS = {"ketamine": "Ketamine by vein (off-label)", "esketamine": "Esketamine nasal spray (licensed)"}
#: Half hours from two before the start, in hours; the last one is nobody's answer.
_TICKS_H = tuple(half / 2 for half in range(-4, 10))
_RANGE_H = (-2.3, 4.7)
_MINUTES_PER_H = 60
#: A prediction this near to what was read counts as close: half the way to the next tick.
_CLOSE_H = 0.25
_LEFT_SHARE, _RIGHT_SHARE = 0.35, 0.65


@dataclass(frozen=True)
class Lane:
    """A line of the day: rows whose times are counted from the start of the infusion, or from the spray.

    ``counted`` is ``start``; ``before`` for rows that count back from it; ``end`` for rows that count from the end
    of the infusion; ``whole`` for a row that lasts from the start as long as it says.
    """

    label: str
    role: str
    drug: str
    rows: tuple[Row, ...]
    counted: str = "start"


def row_hours(row: Row) -> tuple[float, float]:
    """Return the moment that a row's value names, or its two ends, in hours.

    Raises ValueError if the row's unit is neither minutes nor hours.
    """
    unit = (row["unit"] or "").split(" ")[0].rstrip(",")
    if unit not in ("minutes", "hours", "hour"):
        raise ValueError(f"{row.id}: {row['unit']!r} is no time; give minutes or hours")
    factor = 1 / _MINUTES_PER_H if unit == "minutes" else 1.0
    high = row["value"] if row["value_high"] is None else row["value_high"]
    return row["value"] * factor, high * factor


def lane_hours(lane: Lane, infusion_h: float) -> list[tuple[Row, float, float]]:
    """Return each row of a lane with its place on the axis, in hours from the start."""
    placed = []
    for row in lane.rows:
        low, high = row_hours(row)
        if lane.counted == "before":
            low, high = -high, -low
        elif lane.counted == "end":
            low, high = low + infusion_h, high + infusion_h
        elif lane.counted == "whole":
            low = 0.0
        placed.append((row, round(low, 4), round(high, 4)))
    return placed


def moment_text(time_h: float) -> str:
    """Return a time from the start in words, such as ``1 h 10 min`` or ``2 h before``."""
    minutes = int(abs(time_h) * _MINUTES_PER_H + 0.5)
    if minutes == 0:
        return "the start"
    hours, rest = divmod(minutes, _MINUTES_PER_H)
    words = " ".join(text for text, there in ((f"{hours} h", hours), (f"{rest} min", rest)) if there)
    return f"{words} before" if time_h < 0 else words


def _span_text(low: float, high: float) -> str:
    return moment_text(low) if low == high else f"{moment_text(low)} to {moment_text(high)}"


def _side(low: float, high: float) -> str:
    def share(time_h: float) -> float:
        return (time_h - _RANGE_H[0]) / (_RANGE_H[1] - _RANGE_H[0])

    if share(low) < _LEFT_SHARE:
        return "left"
    return "right" if share(high) > _RIGHT_SHARE else "center"


def _mark(lane: Lane, row: Row, low: float, high: float, y: float) -> dict[str, Any]:
    lines = [
        f"<b>{_span_text(low, high)}</b>",
        *label_lines(row["statement"]),
        *label_lines(f"Read in: {row['read_at']}"),
    ]
    return event_mark(
        lane.label,
        sorted({low, high}),
        y,
        row_id=row.id,
        letter=DRUGS[lane.drug][0],
        colour=f"var(--kc-{lane.drug})",
        hover="<br>".join(lines),
    )


def _label(lane: Lane, placed: Sequence[tuple[Row, float, float]]) -> str:
    times = ", ".join(_span_text(low, high) for _, low, high in placed)
    # A number and its unit stay in a line.
    times = times.replace(" h", "\N{NO-BREAK SPACE}h").replace(" min", "\N{NO-BREAK SPACE}min")
    return "<br>".join(label_lines(f"{lane.label}: {times}"))


def _leaving_text(lanes: Sequence[Lane], infusion_h: float) -> str:
    """Return from when people may leave, as the lanes that decide on it say."""
    said = []
    for drug, name in (("ketamine", "an infusion"), ("esketamine", "the spray")):
        ends = [
            low
            for lane in lanes
            if lane.drug == drug and lane.role == "physician"
            for row, low, _ in lane_hours(lane, infusion_h)
            if row["stage"] == "discharge"
        ]
        if ends:
            said.append(f"after {name} people may leave from {_span_text(min(ends), max(ends))} after the start")
    return f" In what was read, {'; '.join(said)}, once they are well enough." if said else ""


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _view(lanes: Sequence[Lane], infusion_h: float, pool: TracePool) -> tuple[View, dict[str, Any]]:
    traces, annotations, shown, y = [], [], [], 0.0
    # One unit of y is one pixel, so that a label of any number of lines has its room.
    for role, heading in ROLES.items():
        here = sorted(
            (lane for lane in lanes if lane.role == role), key=lambda each: lane_hours(each, infusion_h)[0][1]
        )
        if not here:
            continue
        y -= 24
        annotations.append(event_heading(heading, y))
        for lane in here:
            placed = lane_hours(lane, infusion_h)
            text = _label(lane, placed)
            y -= event_step(text)
            side = _side(placed[0][1], placed[-1][2])
            edge = placed[-1][2] if side == "right" else placed[0][1]
            middle = (placed[0][1] + placed[-1][2]) / 2
            annotations.append(event_label(text, round(middle if side == "center" else edge, 4), y, side))
            for row, low, high in placed:
                traces.append(_mark(lane, row, low, high, y))
                shown.append(row.id)
        y -= 36
    first = min(low for lane in lanes for _, low, _ in lane_hours(lane, infusion_h))
    last = max(high for lane in lanes for _, _, high in lane_hours(lane, infusion_h))
    finding = (
        f"Drawn here: {_counted(len(shown), 'moment')} in {_counted(len(lanes), 'line')}, "
        f"the first at {moment_text(first)}, the last at {moment_text(last)}, all counted from the start."
        + _leaving_text(lanes, infusion_h)
    )
    notes = (
        "Zero is the start of the infusion, or the spray. Times that a source counts from the end of an infusion are "
        f"drawn as if it had lasted {moment_text(infusion_h)}, as the usual one does.",
        "Each line is one service, study or programme. Together they are no protocol: local protocol says what is "
        "done, by whom and when, and the division by roles is this course's.",
    )
    layout = {
        "height": round(90 - y),
        "xaxis": {
            "title": {"text": "Hours from the start of the infusion, or from the spray"},
            "type": "linear",
            "fixedrange": True,
            "zeroline": False,
            "ticks": "outside",
            "range": list(_RANGE_H),
            "tickvals": list(_TICKS_H),
            "ticktext": [number_text(tick) if tick == int(tick) else "" for tick in _TICKS_H],
            "tickangle": 0,
        },
        "yaxis": {"visible": False, "fixedrange": True, "range": [y, 0]},
        "shapes": [],
        "annotations": annotations,
    }
    key = "_".join(sorted({lane.role for lane in lanes} | {lane.drug for lane in lanes}))
    return View(pool.names(traces), key, finding, tuple(shown), notes), layout


def compare_moment(predicted_h: float, low_h: float, high_h: float, subject: str) -> str:
    """Return one sentence that sets a predicted moment beside what was read; all hours from the start."""
    if predicted_h < low_h - _CLOSE_H:
        verdict = "that is earlier"
    elif predicted_h > high_h + _CLOSE_H:
        verdict = "that is later"
    else:
        verdict = "that is close" if low_h == high_h else "that lies within it"
    return f"{subject} {_span_text(low_h, high_h)}; you marked {moment_text(predicted_h)}, and {verdict}."


def _prediction(peak: Row, leaving: Sequence[float]) -> Prediction:
    def question(name: str, label: str, low: float, high: float, subject: str) -> Question:
        return Question(
            name,
            label,
            _TICKS_H,
            tuple(moment_text(tick) for tick in _TICKS_H),
            tuple(compare_moment(tick, low, high, subject) for tick in _TICKS_H),
        )

    low, high = row_hours(peak)
    return Prediction(
        "Predict first: when does it happen, counted from the start of the treatment?",
        (
            question(
                "esketamine",
                "Blood pressure is highest after the esketamine spray",
                low,
                high,
                "Its maker puts the peak after the spray at about",
            ),
            question(
                "ketamine",
                "Somebody may leave, at the earliest, after a usual infusion",
                min(leaving),
                max(leaving),
                "The services read let people leave an infusion from, counted from its start,",
            ),
        ),
    )


def infusion_day(lanes: Sequence[Lane], infusion: Row, peak: Row) -> Figure:
    """Return the day of an infusion and of the esketamine spray, with a control for role and for treatment.

    Args:
        lanes: the lines of the day, whose rows carry a time.
        infusion: the row with the length of the usual infusion.
        peak: the row with the peak of blood pressure after the spray, which is predicted.
    """
    infusion_h = row_hours(infusion)[1]
    pool = TracePool()
    views, layouts = {}, {}
    for role in ("all", *ROLES):
        for drug in ("both", *_TREATMENTS):
            chosen = [lane for lane in lanes if role in ("all", lane.role) and drug in ("both", lane.drug)]
            view, layout = _view(chosen, infusion_h, pool)
            views[view_key((role, drug))], layouts[view.layout] = view, layout
    leaving = [
        low
        for lane in lanes
        if lane.role == "physician" and lane.drug == "ketamine"
        for row, low, _ in lane_hours(lane, infusion_h)
        if row["stage"] == "discharge"
    ]
    return Figure(
        name="infusion-day",
        title="The day of an infusion, and of the spray",
        controls=(
            Control(
                "role",
                "Whose day",
                (
                    Option("all", "Everybody's"),
                    Option("nurse", "A nurse's: the checks"),
                    Option("physician", "A physician's: orders and decisions"),
                    Option("person", "The person's: before and after"),
                ),
                "The same day has different work for each.",
            ),
            Control(
                "treatment",
                "Treatment",
                (Option("both", "Both"), *(Option(drug, name) for drug, name in _TREATMENTS.items())),
                "The rules of the spray are a programme of its own, not a rule for infusions.",
            ),
        ),
        views=views,
        traces=pool.traces,
        layouts=layouts,
        table=_table(lanes, infusion_h),
        prediction=_prediction(peak, leaving),
        key_entries=tuple((DRUGS[drug][0], f"var(--kc-{drug})", name) for drug, name in _TREATMENTS.items()),
    )


def _table(lanes: Sequence[Lane], infusion_h: float) -> DataTable:
    return DataTable(
        caption="Moments in this figure",
        columns=(
            Column("when", "From the start"),
            Column("what", "What was read"),
            Column("role", "Whose day"),
            Column("drug", "Treatment"),
            Column("reference", "Source"),
            Column("where", "Read in"),
            Column("note", "Note"),
        ),
        rows={
            row.id: {
                "when": _span_text(low, high),
                "what": row["statement"],
                "role": ROLES[lane.role],
                "drug": _TREATMENTS[lane.drug],
                "reference": row["reference"],
                "where": row["read_at"],
                "where_href": row["read_url"] or "",
                "note": row["note"] or "",
            }
            for lane in lanes
            for row, low, high in lane_hours(lane, infusion_h)
        },
        csv_names=("practice",),
    )
