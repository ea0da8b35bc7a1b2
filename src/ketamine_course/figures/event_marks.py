"""What the timelines of events draw alike: a heading, a mark or a bar, and its label. One unit of y is one pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .signs import LABEL_LINE_PX

#: Room between a mark and the one above it, without the lines of its label.
_STEP_PX = 32


def event_step(label: str) -> int:
    """Return the room in pixels that an event takes whose label has lines divided by ``<br>``."""
    return _STEP_PX + LABEL_LINE_PX * (label.count("<br>") + 1)


def event_heading(text: str, y: float) -> dict[str, Any]:
    """Return the heading of a group of events as an annotation of plotly."""
    return {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": y,
        "yref": "y",
        "yanchor": "middle",
        "showarrow": False,
        "text": f"<b>{text}</b>",
        "font": {"size": 14},
    }


def event_label(text: str, x: float, y: float, side: str) -> dict[str, Any]:
    """Return the label above a mark as an annotation.

    Args:
        text: lines divided by ``<br>``.
        x: place of the mark as the axis counts it: the logarithm to base 10 on a logarithmic axis.
        y: place of the mark.
        side: ``left``, ``center`` or ``right``: which edge of the label stands at the mark.
    """
    return {
        "x": x,
        "xref": "x",
        "y": y,
        "yref": "y",
        "yshift": 11,
        "xanchor": side,
        "yanchor": "bottom",
        "showarrow": False,
        "align": side,
        "text": text,
        "font": {"size": 12},
        "xshift": {"left": -8, "right": 8}.get(side, 0),
    }


def event_mark(
    name: str, x: Sequence[float], y: float, *, row_id: str, letter: str, colour: str, hover: str
) -> dict[str, Any]:
    """Return an event as a trace: a disc with its letter, and with two places a bar from the disc to the second."""
    rest = len(x) - 1
    return {
        "type": "scatter",
        "mode": "lines+markers+text" if rest else "markers+text",
        "name": name,
        "x": list(x),
        "y": [y] * len(x),
        "text": [letter] + [""] * rest,
        "textposition": "middle center",
        "textfont": {"size": 10, "color": "var(--kc-ground)"},
        "customdata": [row_id] * len(x),
        "hovertext": [hover] * len(x),
        "hoverinfo": "text",
        "cliponaxis": False,
        "line": {"color": colour, "width": 7},
        "marker": {
            "symbol": "circle",
            "size": [17] + [8] * rest,
            "color": colour,
            # plotly fades markers of several sizes unless told not to
            "opacity": 1,
            "line": {"width": 1.5},
        },
    }
