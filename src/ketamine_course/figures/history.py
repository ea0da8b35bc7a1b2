"""The timeline of ketamine's history: one mark for each dated event, in the order of its group."""

from __future__ import annotations

from collections.abc import Sequence

from ..evidence import Row
from .event_marks import event_heading, event_label, event_mark, event_step
from .figure import Column, DataTable, Figure, TracePool, View
from .signs import label_lines

#: Each kind of event: its letter, its colour, its heading.
_KINDS = {
    "anaesthesia": ("A", "var(--kc-midazolam)", "Origin and anaesthesia"),
    "depression": ("D", "var(--kc-ketamine)", "Depression: trials and approvals"),
    "law": ("L", "var(--kc-antidepressant)", "Law and warnings"),
}
_FIRST_TICK, _LAST_TICK, _TICK_YEARS = 1960, 2030, 10
#: Beyond these shares of the axis a label starts on the other side of its mark, to stay in a narrow figure.
_LEFT_SHARE, _RIGHT_SHARE = 0.35, 0.65


def _label_side(year: int) -> str:
    share = (year - _FIRST_TICK) / (_LAST_TICK - _FIRST_TICK)
    if share < _LEFT_SHARE:
        return "left"
    return "right" if share > _RIGHT_SHARE else "center"


def _hover(event: Row) -> str:
    lines = [f"<b>{event['date_text']}, {event['place']}</b>", event["statement"], f"Read in: {event['read_at']}"]
    return "<br>".join(part for line in lines for part in label_lines(line))


def history_timeline(events: Sequence[Row]) -> Figure:
    """Return the timeline of history: one mark for each row of ``history``, by kind and year.

    Raises KeyError for a kind that the figure has no sign for.
    """
    pool = TracePool()
    traces, annotations, ordered, y = [], [], [], 0.0
    # One unit of y is one pixel, so that a label of any number of lines has its room.
    for kind, (_, _, heading) in _KINDS.items():
        y -= 24
        annotations.append(event_heading(heading, y))
        for event in sorted((e for e in events if e["kind"] == kind), key=lambda e: e["year"]):
            text = "<br>".join(label_lines(f"{event['date_text']}: {event['label']}"))
            y -= event_step(text)
            letter, colour, _ = _KINDS[kind]
            hover = _hover(event)
            traces.append(
                event_mark(
                    event["label"], [event["year"]], y, row_id=event.id, letter=letter, colour=colour, hover=hover
                )
            )
            annotations.append(event_label(text, event["year"], y, _label_side(event["year"])))
            ordered.append(event)
        y -= 36
    ticks = range(_FIRST_TICK, _LAST_TICK + 1, _TICK_YEARS)
    layout = {
        "height": round(90 - y),
        "xaxis": {
            "title": {"text": "Year"},
            "type": "linear",
            "fixedrange": True,
            "zeroline": False,
            "ticks": "outside",
            "range": [_FIRST_TICK - 2, _LAST_TICK + 2],
            "tickvals": list(ticks),
            "ticktext": [str(tick) for tick in ticks],
            "tickangle": 0,
        },
        "yaxis": {"visible": False, "fixedrange": True, "range": [y, 0]},
        "shapes": [],
        "annotations": annotations,
    }
    years = {kind: [event["year"] for event in ordered if event["kind"] == kind] for kind in _KINDS}
    finding = (
        f"Ketamine's story as an anaesthetic begins in {years['anaesthesia'][0]}. "
        f"The first dated event about depression is of {years['depression'][0]}, "
        f"{years['depression'][0] - years['anaesthesia'][0]} years later; "
        f"the first about law is of {years['law'][0]}."
    )
    notes = ("A row of events tells an order. It does not say that one event caused the next.",)
    return Figure(
        name="ketamine-history",
        title="Ketamine's history, dated",
        controls=(),
        views={"": View(pool.names(traces), "history", finding, tuple(event.id for event in ordered), notes)},
        traces=pool.traces,
        layouts={"history": layout},
        table=DataTable(
            caption="Events in this figure",
            columns=(
                Column("date", "Date as read"),
                Column("what", "Event"),
                Column("place", "Where"),
                Column("kind", "Kind"),
                Column("reference", "Source"),
                Column("where", "Read in"),
                Column("note", "Note"),
            ),
            rows={
                event.id: {
                    "date": event["date_text"],
                    "what": event["statement"],
                    "place": event["place"],
                    "kind": _KINDS[event["kind"]][2],
                    "reference": event["reference"],
                    "where": event["read_at"],
                    "where_href": event["read_url"] or "",
                    "note": event["note"] or "",
                }
                for event in ordered
            },
            csv_names=("history",),
        ),
        key_entries=tuple(_KINDS.values()),
    )
