"""The figures of the chapter about ketamine, fed from the course's tables."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from .page import show

#: Which rows of ``pk_observations`` are shares of a dose, by route and compound.
SHARES = {
    ("swallowed", "racemate"): ("tablet", "oral_pain", "oral_review", "children_burns_oral"),
    ("swallowed", "esketamine"): ("oral_sketamine", "oral_pr_s"),
    ("swallowed", "arketamine"): ("oral_pr_r",),
    ("mouth", "racemate"): ("sublingual_wafer", "sublingual_tablet", "sublingual_pain"),
    ("mouth", "esketamine"): ("oral_film",),
    ("nose", "racemate"): ("nasal_racemic_10mg", "nasal_racemic_30mg", "nasal_racemic_50mg", "nasal_spray"),
    ("nose", "esketamine"): ("esketamine_nasal_56", "esketamine_nasal_84", "esketamine_label"),
    ("muscle", "racemate"): ("children_im",),
    ("rectum", "racemate"): ("rectal",),
}

#: Rows of children, and rows that are parts of another share and would count it twice.
CHILDREN = ("children_burns_oral", "children_im")
PARTS = ("esketamine_nasal_fraction", "esketamine_swallowed")


def routes_figure() -> figures.Figure:
    """Return what reaches the blood by route."""
    shares = [
        figures.Share(evidence.row(f"pk.bioavailability.{name}"), route, compound, name in CHILDREN)
        for (route, compound), names in SHARES.items()
        for name in names
    ]
    return figures.bioavailability_by_route(shares)


def history_figure() -> figures.Figure:
    """Return the timeline of ketamine's history."""
    return figures.history_timeline(evidence.table("history"))


def ketamine_routes() -> Any:
    """Show how much of a dose reaches the blood by route, each study a mark; the learner predicts first."""
    return show(routes_figure())


def ketamine_history() -> Any:
    """Show the dated events of ketamine's history: anaesthesia, depression, law."""
    return show(history_figure())
