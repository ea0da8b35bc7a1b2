"""The day of an infusion, fed from the course's table of practice."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from .page import show

#: The lines of the day: what each says, whose it is, the treatment, its rows, and what their times are counted from.
LANES = (
    (
        "Blood pressure and heart rate read, Polish series",
        "nurse",
        "ketamine",
        tuple(f"monitoring.gdansk.t{minute}" for minute in (0, 15, 30, 45, 60, 90)),
        "start",
    ),
    (
        "Dissociation and psychotic-like symptoms rated, trial",
        "nurse",
        "ketamine",
        tuple(f"monitoring.latelife.cadss{minute}" for minute in (0, 40, 120, 240)),
        "start",
    ),
    (
        "Blood pressure read, US programme",
        "nurse",
        "esketamine",
        ("monitoring.rems-form.bp-before", "monitoring.rems-form.bp-40"),
        "start",
    ),
    ("The usual infusion runs", "physician", "ketamine", ("dose.standard-time",), "whole"),
    ("May leave, Canadian study", "physician", "ketamine", ("discharge.kingston.minimum",), "end"),
    ("May leave with somebody, NHS clinic", "physician", "ketamine", ("discharge.oxford.escorted",), "end"),
    ("May leave alone, not driving, NHS clinic", "physician", "ketamine", ("discharge.oxford.unescorted",), "end"),
    ("May leave, US programme", "physician", "esketamine", ("discharge.rems.ready",), "start"),
    ("No food from, Canadian study", "person", "ketamine", ("screening.fast.kingston",), "before"),
    (
        "Blood pressure and heart rate back by, Polish series",
        "person",
        "ketamine",
        ("monitoring.gdansk.baseline",),
        "end",
    ),
    ("No food from", "person", "esketamine", ("screening.fast.esk-food",), "before"),
    ("Nasal steroid or decongestant no later than", "person", "esketamine", ("screening.fast.esk-nasal",), "before"),
    ("No drink from", "person", "esketamine", ("screening.fast.esk-liquid",), "before"),
    (
        "Sedation begins, is greatest, has gone",
        "person",
        "esketamine",
        ("monitoring.sedation.start", "monitoring.sedation.peak", "monitoring.sedation.end"),
        "start",
    ),
    (
        "Dissociation peaks, has gone",
        "person",
        "esketamine",
        ("monitoring.dissociation.peak", "monitoring.dissociation.end"),
        "start",
    ),
    (
        "Blood pressure peaks, is back (trial guidance), rise ends (label)",
        "person",
        "esketamine",
        ("blood-pressure.peak-40", "blood-pressure.back-2h", "blood-pressure.lasts-4h"),
        "start",
    ),
)


def infusion_day_figure() -> figures.Figure:
    """Return the day of an infusion and of the esketamine spray."""
    lanes = [
        figures.Lane(label, role, drug, tuple(evidence.row(f"practice.{name}") for name in names), counted)
        for label, role, drug, names, counted in LANES
    ]
    return figures.infusion_day(
        lanes, evidence.row("practice.dose.standard-time"), evidence.row("practice.blood-pressure.peak-40")
    )


def infusion_day() -> Any:
    """Show the day of an infusion beside that of the spray, by role; the learner predicts first."""
    return show(infusion_day_figure())
