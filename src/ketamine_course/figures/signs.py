"""What the figures share: signs for drugs and designs, the time axis, numbers as readers see them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from ..core.duration import H_PER_WEEK, ONSET_TICKS_H, duration_label
from ..evidence import Row

#: What each drug is called, and the letter that its marker carries (colour alone never tells).
DRUGS = {
    "ketamine": ("K", "Ketamine"),
    "esketamine": ("E", "Esketamine nasal spray"),
    "antidepressant": ("A", "Traditional antidepressant"),
    "placebo": ("P", "Placebo or saline"),
    "midazolam": ("M", "Midazolam (active placebo)"),
    "ect": ("T", "Electroconvulsive therapy"),
}

#: How well a trial hid who got what: the marker's shape, a name, and what it means.
DESIGNS = {
    "masked": ("square", "Masked by anaesthesia", "Given under general anaesthesia: nobody could notice"),
    "active_placebo": ("diamond", "Active placebo", "Blinded, active placebo"),
    "blinded": ("circle", "Blinded", "Blinded, inactive placebo or comparator"),
    "open": ("circle-open", "Open label", "Open label: everybody knew"),
}

#: The blinding of a trial: the marker's shape and what it means.
BLINDINGS = {
    "masked by anaesthesia": ("square", "Masked by anaesthesia"),
    "active placebo": ("diamond", "Blinded, active placebo"),
    "inactive placebo": ("circle", "Blinded, inactive placebo"),
    "raters only": ("triangle-up", "Only the raters were blinded"),
    "open": ("circle-open", "Open label: everybody knew"),
}

#: A line of this length still fits a figure on a phone of 320 px.
_LABEL_CHARACTERS = 38
LABEL_LINE_PX = 15

#: The first and the last tick of the time axis, in hours.
FIRST_TICK_H, LAST_TICK_H = ONSET_TICKS_H[0], ONSET_TICKS_H[-1]


def number_text(value: float) -> str:
    """Return a number without trailing zeros and with a real minus sign."""
    return f"{value:g}".replace("-", "−")


def label_lines(text: str) -> list[str]:
    """Return a label in lines that fit a phone."""
    return wrap(text, _LABEL_CHARACTERS)


def value_text(row: Row) -> str:
    """Return a row's value as a reader sees it, with its unit: ``60 %`` or ``−3.4 points``."""
    return f"{number_text(row['value'])} %" if row["unit"] == "percent" else f"{number_text(row['value'])} points"


def interval_text(row: Row) -> str:
    """Return a row's published interval, else its spread, else nothing."""
    if row["ci_low"] is not None and row["ci_high"] is not None:
        return f"95 % interval {number_text(row['ci_low'])} to {number_text(row['ci_high'])}"
    if row["spread"] is not None:
        return f"{row['spread_kind']} {number_text(row['spread'])}"
    return ""


def time_axis(scale: str) -> dict[str, Any]:
    """Return the plotly axis of time since the first dose in hours, ``log`` or ``linear``."""
    axis: dict[str, Any] = {
        "title": {"text": "Time since the first dose"},
        "fixedrange": True,
        "zeroline": False,
        "ticks": "outside",
    }
    if scale == "log":
        axis.update(
            type="log",
            range=[round(math.log10(FIRST_TICK_H * 0.75), 4), round(math.log10(LAST_TICK_H * 1.35), 4)],
            tickvals=[round(tick, 4) for tick in ONSET_TICKS_H],
        )
        ticks: Sequence[float] = ONSET_TICKS_H
    else:
        ticks = [0, *(tick for tick in ONSET_TICKS_H if tick >= 168)]
        axis.update(type="linear", range=[-60, LAST_TICK_H * 1.04], tickvals=[round(tick, 4) for tick in ticks])
    axis["ticktext"] = [_tick_label(tick) for tick in ticks]
    axis["tickangle"] = 0
    return axis


def _tick_label(time_h: float) -> str:
    """Return a short label in two lines; weeks between the first and the last are numbers alone."""
    number, _, unit = duration_label(time_h).partition(" ")
    between = time_h > H_PER_WEEK and time_h % H_PER_WEEK == 0 and time_h != LAST_TICK_H
    return number if between else f"{number}<br>{unit}" if unit else number
