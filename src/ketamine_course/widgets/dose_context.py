"""Doses of ketamine by setting, fed from the course's table of practice."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from .page import show

#: The doses in mg/kg that were read, by setting: the row of ``practice`` and how the figure names it.
#: No dose for recreational use was read at a primary source, and the figure says so.
DOSES = (
    ("dose.standard", "depression", "the usual infusion"),
    ("dose.described-range", "depression", "described in a review"),
    ("dose.fava.10-superior", "depression", "highest dose of a dose-ranging trial"),
    ("dose.anaesthetic", "anaesthesia", "first dose, label"),
    ("dose.anaesthetic-im", "muscle", "first dose, label"),
)

#: The row that sets the total of heavy recreational use beside that of treatment.
EXPOSURE = "risk.dose.cumulative"


def dose_context_figure() -> figures.Figure:
    """Return the doses of ketamine by setting."""
    doses = [figures.ContextDose(evidence.row(f"practice.{name}"), setting, label) for name, setting, label in DOSES]
    return figures.dose_context(doses, evidence.row(EXPOSURE))


def dose_context() -> Any:
    """Show the doses of ketamine from clinic to anaesthesia; the learner predicts first."""
    return show(dose_context_figure())
