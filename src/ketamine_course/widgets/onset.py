"""The onset figures, fed from the course's tables."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from .page import show

#: The events that a prediction is compared with, and the loss that the single-dose view marks.
SEPARATION_KETAMINE = "event.kishimoto2016.separation"
SEPARATION_ANTIDEPRESSANT = "event.taylor2006.separation"
LOSS_SINGLE = "event.kishimoto2016.loss"


def onset_timeline_figure() -> figures.Figure:
    """Return the onset timeline of every published point in the course's tables."""
    return figures.timeline(
        evidence.table("onset_points"),
        (evidence.row(SEPARATION_KETAMINE), evidence.row(SEPARATION_ANTIDEPRESSANT)),
        [evidence.row(LOSS_SINGLE)],
    )


def onset_events_figure() -> figures.Figure:
    """Return the timeline of events: separation, peak, loss, relapse, response and remission."""
    return figures.event_timeline(evidence.table("onset_events"))


def onset_timeline() -> Any:
    """Show the onset timeline: published points after the first dose, control arms beside them."""
    return show(onset_timeline_figure())


def onset_events() -> Any:
    """Show what happens when after the first dose, each bar from a published row."""
    return show(onset_events_figure())
