"""How much of a dose reaches the blood, by route: each study a mark, the share in percent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from textwrap import wrap
from typing import Any

from ..core.prediction import compare_share
from ..evidence import Row
from .figure import Column, Control, DataTable, Figure, Option, Prediction, Question, TracePool, View, view_key
from .signs import LABEL_LINE_PX, label_lines, number_text

#: Each route: its name as a heading, and as the learner chooses it. One without rows says that none was read.
ROUTES = {
    "swallowed": "Swallowed",
    "mouth": "Under the tongue or in the cheek",
    "nose": "Into the nose",
    "muscle": "Into a muscle",
    "rectum": "Into the rectum",
    "skin": "Under the skin",
}

#: Each compound: its letter, its colour, its name.
COMPOUNDS = {
    "racemate": ("K", "var(--kc-ketamine)", "Racemic ketamine"),
    "esketamine": ("E", "var(--kc-esketamine)", "S-ketamine (esketamine)"),
    "arketamine": ("R", "var(--kc-midazolam)", "R-ketamine (arketamine)"),
}

_TICKS = tuple(range(0, 101, 10))
#: A label stands beside its mark, where there is more room; a phone has this many characters for the whole axis.
_AXIS_CHARACTERS, _GAP_CHARACTERS = 46, 4
_ROW_PX = 26


@dataclass(frozen=True)
class Share:
    """A published share of a dose: the row, and how the figure sorts it."""

    row: Row
    route: str
    compound: str
    children: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The share in percent, twice, or the ends of a published range."""
        low, high = self.row["value"], self.row["value_high"]
        return low, low if high is None else high


def share_text(share: Share) -> str:
    """Return a share as a reader sees it: ``20 %``, or ``20 to 25 %`` for a range."""
    low, high = share.ends
    return f"{number_text(low)} %" if low == high else f"{number_text(low)} to {number_text(high)} %"


def _people_text(row: Row) -> str:
    return "" if row["n"] is None else f"{row['n']} people"


def _line(ends: tuple[float, float], y: float, share: Share) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": share.row["item"],
        "x": list(ends),
        "y": [y, y],
        "text": ["", ""],
        "customdata": [share.row.id] * 2,
        "hoverinfo": "skip",
        "line": {"color": COMPOUNDS[share.compound][1], "width": 7},
        "marker": {"symbol": "circle", "size": 0, "color": COMPOUNDS[share.compound][1]},
    }


def _traces(share: Share, y: float) -> list[dict[str, Any]]:
    row, (low, high) = share.row, share.ends
    letter, colour, name = COMPOUNDS[share.compound]
    drawn = []
    if low != high:
        drawn.append(_line((low, high), y, share))
    lines = [name, row["statement"], row["context"], _people_text(row), f"Read in: {row['read_at']}"]
    drawn.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": row["item"],
            "x": [low],
            "y": [y],
            "text": [letter],
            "textposition": "middle center",
            "textfont": {"size": 10, "color": "var(--kc-ground)"},
            "customdata": [row.id],
            "hovertext": ["<br>".join(part for line in lines if line for part in label_lines(line))],
            "hoverinfo": "text",
            "cliponaxis": False,
            "line": {"color": colour, "width": 0},
            "marker": {"symbol": "circle", "size": 17, "color": colour, "opacity": 1, "line": {"width": 1.5}},
        }
    )
    return drawn


def _note(text: str, y: float, **place: Any) -> dict[str, Any]:
    return {"y": y, "yref": "y", "showarrow": False, "text": text, **place}


def _label(share: Share) -> tuple[str, str, dict[str, Any]]:
    """Return the side of its mark on which a label stands, the label in lines, and its place."""
    row, (low, high) = share.row, share.ends
    people = f" ({_people_text(row)})" if row["n"] else ""
    side, x, room = ("left", high, 100 - high) if 100 - high >= low else ("right", low, low)
    lines = wrap(f"{share_text(share)}: {row['item']}{people}", int(_AXIS_CHARACTERS * room / 100) - _GAP_CHARACTERS)
    place = {"x": x, "xref": "x", "xanchor": side, "yanchor": "middle", "xshift": 13 if side == "left" else -13}
    return side, "<br>".join(lines), place


def _view(routes: Sequence[str], shares: Sequence[Share], pool: TracePool) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the traces and the layout of the shares, route by route."""
    names: list[str] = []
    annotations, y = [], 0.0
    # One unit of y is one pixel, so that a label of any number of lines has its room.
    for route in routes:
        y -= 24
        left = {"xref": "paper", "x": 0, "xanchor": "left", "yanchor": "middle"}
        annotations.append(_note(f"<b>{ROUTES[route]}</b>", y, font={"size": 14}, **left))
        y -= 12
        of_route = sorted((s for s in shares if s.route == route), key=lambda s: (*s.ends, s.row.id))
        if not of_route:
            y -= 22
            annotations.append(_note("No row that was read fits here.", y, font={"size": 12}, **left))
            y -= 10
        for share in of_route:
            side, text, place = _label(share)
            room = max(_ROW_PX, LABEL_LINE_PX * (text.count("<br>") + 1) + 8)
            y -= room / 2
            names += pool.names(_traces(share, y))
            annotations.append(_note(text, y, align=side, font={"size": 12}, **place))
            y -= room / 2
        y -= 12
    layout = {
        "height": round(90 - y),
        "xaxis": {
            "title": {"text": "Percent of the dose that reaches the blood (vein: 100)"},
            "type": "linear",
            "fixedrange": True,
            "zeroline": False,
            "ticks": "outside",
            "range": [-4, 104],
            "tickvals": list(_TICKS),
            "ticktext": [str(tick) for tick in _TICKS],
            "tickangle": 0,
        },
        "yaxis": {"visible": False, "fixedrange": True, "range": [y, 0]},
        "shapes": [],
        "annotations": annotations,
    }
    return tuple(names), layout


def _range_of(shares: Sequence[Share]) -> tuple[float, float]:
    return min(share.ends[0] for share in shares), max(share.ends[1] for share in shares)


def _finding(routes: Sequence[str], shares: Sequence[Share]) -> str:
    parts = []
    for route in routes:
        found = [share for share in shares if share.route == route]
        if not found:
            parts.append(f"{ROUTES[route].lower()}, no row that was read")
            continue
        low, high = _range_of(found)
        rows = f"{len(found)} row{'' if len(found) == 1 else 's'}"
        span = number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"
        parts.append(f"{ROUTES[route].lower()}, {span} % ({rows})")
    return "Of a dose this much reaches the blood unchanged: " + "; ".join(parts) + "."


_CONTROLS = (
    Control(
        "route",
        "Route",
        (Option("all", "All routes"), *(Option(route, name) for route, name in ROUTES.items())),
    ),
    Control(
        "compound",
        "Compound",
        (Option("all", "All compounds"), *(Option(each, name) for each, (_, _, name) in COMPOUNDS.items())),
    ),
    Control(
        "people",
        "Leave out the studies of children",
        (Option("all", "Everybody"), Option("adults", "Adults")),
        "Children were studied before operations and dressings, not for depression.",
    ),
)


def _prediction(shares: Sequence[Share]) -> Prediction:
    def question(name: str, label: str, subject: str, found: Sequence[Share]) -> Question:
        low, high = _range_of(found)
        return Question(
            name,
            label,
            tuple(float(tick) for tick in _TICKS),
            tuple(f"{tick} %" for tick in _TICKS),
            tuple(compare_share(tick, low, high, subject) for tick in _TICKS),
            "percent",
        )

    adults = [share for share in shares if not share.children]
    return Prediction(
        "Predict first: how much of a dose reaches the blood, if the same dose into a vein counts as 100 %?",
        (
            question(
                "ketamine",
                "Of ketamine that an adult swallows",
                "Ketamine that an adult swallows",
                [share for share in adults if share.route == "swallowed"],
            ),
            question(
                "esketamine",
                "Of esketamine from the nasal spray",
                "Esketamine from the nasal spray",
                [share for share in adults if share.route == "nose" and share.compound == "esketamine"],
            ),
        ),
    )


def bioavailability_by_route(shares: Sequence[Share]) -> Figure:
    """Return what reaches the blood by route, with every state of its controls.

    Args:
        shares: rows of ``pk_observations`` in percent, sorted into routes and compounds.

    Raises KeyError for a route or a compound that the figure has no name for.
    """
    pool, views, layouts = TracePool(), {}, {}
    for route, compound, people in product(*([option.value for option in control.options] for control in _CONTROLS)):
        routes = list(ROUTES) if route == "all" else [route]
        shown = [
            share
            for share in shares
            if share.route in routes
            and compound in ("all", share.compound)
            and not (people == "adults" and share.children)
        ]
        key = view_key((route, compound, people))
        traces, layouts[key] = _view(routes, shown, pool)
        notes = (
            "The studies differ in device, dose, people and method: the spread is theirs as much as the route's.",
            "Norketamine, which forms while a swallowed dose passes the liver, is not counted.",
        )
        order = {name: place for place, name in enumerate(ROUTES)}
        ids = [share.row.id for share in sorted(shown, key=lambda s: (order[s.route], *s.ends, s.row.id))]
        views[key] = View(traces, key, _finding(routes, shown), tuple(ids), notes)
    ordered = sorted(shares, key=lambda s: (list(ROUTES).index(s.route), *s.ends, s.row.id))
    return Figure(
        name="routes",
        title="How much of a dose reaches the blood, by route",
        controls=_CONTROLS,
        views=views,
        traces=pool.traces,
        layouts=layouts,
        table=DataTable(
            caption="Shares of a dose that reach the blood",
            columns=(
                Column("what", "Route and form"),
                Column("compound", "Compound"),
                Column("share", "Reaches the blood"),
                Column("people", "People"),
                Column("who", "Who"),
                Column("reference", "Source"),
                Column("where", "Read in"),
                Column("note", "Note"),
            ),
            rows={
                share.row.id: {
                    "what": f"{ROUTES[share.route]}: {share.row['item']}",
                    "compound": COMPOUNDS[share.compound][2],
                    "share": share_text(share),
                    "people": "" if share.row["n"] is None else str(share.row["n"]),
                    "who": share.row["context"],
                    "reference": share.row["reference"],
                    "where": share.row["read_at"],
                    "where_href": share.row["read_url"] or "",
                    "note": share.row["note"] or "",
                }
                for share in ordered
            },
            csv_names=("pk_observations",),
        ),
        prediction=_prediction(shares),
        key_entries=tuple(COMPOUNDS.values()),
    )
