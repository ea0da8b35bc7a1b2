"""STAR*D, fed from the course's tables."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from .page import show

#: The totals that the figure sets side by side: the theoretical one, the counted one, then the others.
TOTALS = (
    "stard.cumulative_theoretical",
    "stard.cumulative_enrolled",
    "stard.cumulative_followup",
    "stard.cumulative_reanalysis_2023",
    "stard.cumulative_sustained",
)


def star_d_figure() -> figures.Figure:
    """Return the flow of STAR*D with its readings."""
    steps = sorted(evidence.table("star_d"), key=lambda row: int(row["step"]))
    return figures.star_d_flow(steps, [evidence.row(each) for each in TOTALS])


def star_d_flow() -> Any:
    """Show who remits at each step of STAR*D, who leaves, and the readings of its total."""
    return show(star_d_figure())


def star_d_steps_figure() -> figures.Figure:
    """Return the share in remission at each step of STAR*D, with its prediction."""
    steps = sorted(evidence.table("star_d"), key=lambda row: int(row["step"]))
    return figures.star_d_steps(steps, evidence.row(TOTALS[1]))


def star_d_steps() -> Any:
    """Ask how many people reach remission at each step of STAR*D, then show it."""
    return show(star_d_steps_figure())
