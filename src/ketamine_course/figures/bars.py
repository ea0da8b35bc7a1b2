"""Horizontal bars with their words over them, so that both fit a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_ROW_PX = 68
_WIDTH_PX = 18


def bar(place: str, start: float, end: float, colour: str, row_id: str, hover: str) -> dict[str, Any]:
    """Return a bar at a place of the vertical axis, as a thick line; ``hover`` is what it says."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": hover,
        "x": [round(start, 2), round(end, 2)],
        "y": [place, place],
        "text": ["", ""],
        "customdata": [row_id] * 2,
        "hovertext": hover,
        "hoverinfo": "text",
        "line": {"color": colour, "width": _WIDTH_PX},
        "marker": {"symbol": "circle", "size": 0, "color": colour},
    }


def bar_label(place: str, text: str, row_id: str) -> dict[str, Any]:
    """Return the words over the bar at a place."""
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": text,
        "x": [0],
        "y": [place],
        "text": [text],
        "textposition": "top right",
        "textfont": {"size": 12},
        "customdata": [row_id],
        "hoverinfo": "skip",
        "cliponaxis": False,
        "line": {"width": 0, "color": "var(--kc-ink)"},
        # Not drawn: its size lifts the text over the bar.
        "marker": {"symbol": "circle", "size": _WIDTH_PX + 2, "opacity": 0, "color": "var(--kc-ink)"},
    }


def bar_layout(places: Sequence[str], title: str, high: float, ticks: Sequence[int]) -> dict[str, Any]:
    """Return the layout of bars at these places from top to bottom, on an axis from 0 to ``high``."""
    return {
        "height": 110 + _ROW_PX * len(places),
        "xaxis": {
            "title": {"text": title},
            "fixedrange": True,
            "zeroline": False,
            "type": "linear",
            "range": [-0.02 * high, high],
            "tickvals": list(ticks),
            "ticktext": [str(tick) for tick in ticks],
            "tickangle": 0,
        },
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(places),
            "range": [len(places) - 0.5, -0.8],
            "visible": False,
            "fixedrange": True,
        },
        "shapes": [],
        "annotations": [],
    }
