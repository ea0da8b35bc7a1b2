"""Response with ketamine and with its control, fed from the course's tables."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from .page import show

_POOLED = "pooled.wilkinson2019.response_"
_MASKED = "lii2023_masked.response.24h"


def response_by_control_figure() -> figures.Figure:
    """Return response by control: saline, midazolam, and saline given while everybody is anaesthetised."""
    contrasts = []
    for control, colour in (("saline", "placebo"), ("midazolam", "midazolam")):
        active, passive = evidence.row(f"{_POOLED}ketamine_{control}"), evidence.row(f"{_POOLED}{control}")
        contrasts.append(figures.Contrast(control, colour, active["value"], passive["value"], (active, passive)))
    masked = evidence.row(_MASKED)
    active_percent = 100 * masked["active_events"] / masked["active_n"]
    control_percent = 100 * masked["control_events"] / masked["control_n"]
    contrasts.append(
        figures.Contrast("saline during anaesthesia", "antidepressant", active_percent, control_percent, (masked,))
    )
    return figures.response_by_control(contrasts)


def response_by_control() -> Any:
    """Ask how many people respond to the control, then show it beside ketamine."""
    return show(response_by_control_figure())
