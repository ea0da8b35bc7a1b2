"""Icon arrays: 100 people with a treatment beside 100 with its control, and the number needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core import effect
from ..evidence import Row
from .figure import Column, Control, DataTable, Figure, Option, TracePool, View
from .signs import number_text

_SIDE = 10
#: Where the second array starts, in icons.
_SECOND = 11.5


@dataclass(frozen=True)
class Comparison:
    """Two arms of one trial and one event: the counts, what the arms are called, whether the event is wanted."""

    row: Row
    study: str
    event: str
    when: str
    active: str
    control: str
    drug: str
    wanted: bool

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """People with the event and all people of the active arm, then of the control arm."""
        row = self.row
        return row["active_events"], row["active_n"], row["control_events"], row["control_n"]

    @property
    def shares(self) -> tuple[float, float]:
        """The percentage with the event: active, control."""
        a, n1, c, n2 = self.counts
        return 100 * a / n1, 100 * c / n2

    @property
    def label(self) -> str:
        """How the control names it."""
        return f"{self.event} {self.when}: {self.active} or {self.control} ({self.study})"


def _tenth(value: float) -> str:
    return number_text(round(value, 1))


def _whole_up(value: float) -> str:
    """Return a number needed as clinicians print it: rounded up to a whole person."""
    size = abs(value)
    whole = int(size)
    return str(whole if size - whole < 1e-9 else whole + 1)


def number_needed_text(comparison: Comparison) -> str:
    """Return the number needed to treat or to harm in words, with its 95 % interval.

    Benefit and harm follow from whether the event is wanted. An interval through infinity is
    said in words, and one that a zero cell makes meaningless is not given.
    """
    a, n1, c, n2 = comparison.counts
    difference, low, high = effect.risk_difference(*comparison.counts)
    if a * n2 == c * n1:
        return "The two shares are the same, so there is no number needed."
    helps = (difference > 0) == comparison.wanted
    name = "number needed to treat for one more person to benefit" if helps else "number needed to harm"
    if 0 in (a, n1 - a, c, n2 - c):
        return (
            f"The {name} is {_whole_up(100 / difference)}; "
            "with an arm in which nobody or everybody had the event, no honest interval can be given."
        )
    value, near, far = effect.number_needed(*comparison.counts)
    if low <= 0 <= high:
        other = "harm" if helps else "benefit"
        own = "benefit" if helps else "harm"
        return (
            f"The {name} is {_whole_up(value)}, but the trial cannot tell: its 95 % interval runs from "
            f"{_whole_up(near)} ({own}) through no difference at all to {_whole_up(far)} ({other})."
        )
    return f"The {name} is {_whole_up(value)} (95 % interval {_whole_up(near)} to {_whole_up(far)})."


def _block(filled: int, start: float, colour: str, pool: TracePool) -> list[str]:
    """Return two traces: the people with the event, then the others, row by row from the top left."""
    names = []
    for low, high, symbol, ink in ((0, filled, "circle", colour), (filled, 100, "circle-open", "var(--kc-placebo)")):
        names.append(
            pool.name(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [start + index % _SIDE for index in range(low, high)],
                    "y": [index // _SIDE for index in range(low, high)],
                    "text": [""] * (high - low),
                    "hoverinfo": "skip",
                    "cliponaxis": False,
                    "marker": {"symbol": symbol, "size": 9, "color": ink, "opacity": 1, "line": {"width": 1.5}},
                }
            )
        )
    return names


def _heading(text: str, x: float) -> dict[str, Any]:
    return {
        "xref": "x",
        "x": x,
        "xanchor": "left",
        "y": -2,
        "yref": "y",
        "yanchor": "middle",
        "showarrow": False,
        "text": f"<b>{text}</b>",
        "font": {"size": 12},
    }


def icon_arrays(comparisons: Sequence[Comparison]) -> Figure:
    """Return the figure: one view a comparison, in the order given."""
    pool = TracePool()
    views, layouts = {}, {}
    for comparison in comparisons:
        active, control = (effect.people_of_100(share) for share in comparison.shares)
        names = _block(active, 0, f"var(--kc-{comparison.drug})", pool) + _block(
            control, _SECOND, "var(--kc-ink)", pool
        )
        a, n1, c, n2 = comparison.counts
        finding = (
            f"{comparison.event} {comparison.when}: {active} of 100 people given {comparison.active}, "
            f"and {control} of 100 given {comparison.control}. {number_needed_text(comparison)}"
        )
        notes = [
            f"The trial counted {a} of {n1} people and {c} of {n2}; "
            f"{_tenth(comparison.shares[0])} % and {_tenth(comparison.shares[1])} %."
        ]
        if comparison.row["note"]:
            notes.append(comparison.row["note"][0].upper() + comparison.row["note"][1:] + ".")
        layouts[comparison.row.id] = {
            "height": 330,
            "xaxis": {"visible": False, "fixedrange": True, "range": [-0.8, _SECOND + 9.8], "tickvals": []},
            "yaxis": {
                "visible": False,
                "fixedrange": True,
                "range": [9.6, -3.2],
                "scaleanchor": "x",
                "constrain": "domain",
            },
            "shapes": [],
            "annotations": [
                _heading(f"{active} of 100<br>{comparison.active}", -0.5),
                _heading(f"{control} of 100<br>{comparison.control}", _SECOND - 0.5),
            ],
        }
        views[comparison.row.id] = View(tuple(names), comparison.row.id, finding, (comparison.row.id,), tuple(notes))
    return Figure(
        name="icon-arrays",
        title="A hundred people with the treatment, a hundred with the control",
        controls=(
            Control("comparison", "What, in whom", tuple(Option(each.row.id, each.label) for each in comparisons)),
        ),
        views=views,
        traces=pool.traces,
        layouts=layouts,
        table=DataTable(
            caption="Counts in this figure",
            columns=(
                Column("event", "Event"),
                Column("active", "Treatment"),
                Column("active_people", "People with it"),
                Column("control", "Control"),
                Column("control_people", "People with it"),
                Column("difference", "Difference (95 % interval)"),
                Column("number", "Number needed"),
                Column("reference", "Source"),
                Column("where", "Read in"),
                Column("note", "Note"),
            ),
            rows={each.row.id: _table_row(each) for each in comparisons},
            csv_names=tuple(sorted({each.row.table for each in comparisons})),
        ),
        key_entries=(("circle", "", "A person with the event"), ("circle-open", "", "A person without it")),
    )


def _table_row(comparison: Comparison) -> dict[str, str]:
    a, n1, c, n2 = comparison.counts
    difference, low, high = effect.risk_difference(*comparison.counts)
    return {
        "event": f"{comparison.event} {comparison.when}",
        "active": comparison.active,
        "active_people": f"{a} of {n1}",
        "control": comparison.control,
        "control_people": f"{c} of {n2}",
        "difference": f"{_tenth(difference)} percentage points ({_tenth(low)} to {_tenth(high)})",
        "number": number_needed_text(comparison),
        "reference": comparison.row["reference"],
        "where": comparison.row["read_at"],
        "where_href": comparison.row["read_url"] or "",
        "note": comparison.row["note"] or "",
    }
