"""The figures of trials, fed from the course's tables."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from ..evidence import trials
from .page import show


def trial_explorer_figure() -> figures.Figure:
    """Return the trial explorer over every result in the course's tables."""
    return figures.trial_explorer(
        trials.trial_results(), evidence.table("pooled_effects"), evidence.table("pooled_published")
    )


def trial_explorer() -> Any:
    """Show the trial explorer: a forest plot by outcome and time, with filters."""
    return show(trial_explorer_figure())


#: The comparisons of the icon arrays, in the order in which they are offered: rows of
#: ``trial_results`` (benefit) and of ``adverse_events`` (harm), each with both arms counted.
ICONS = (
    "murrough2013ajp.response.24h",
    "lii2023_masked.response.24h",
    "grunebaum2018.si_response.24h",
    "su2023.si_remission.24h",
    "anand2023_elektd.response.504h",
    "ekstrand2022_ketect.remission.672h",
    "turkoz2021_T12.response.24h",
    "popova2019_T2.response.672h",
    "popova2019_T2.remission.672h",
    "ochsross2020_T3.response.672h",
    "reif2023_escape.remission.1344h",
    "ae.su2023.derealisation",
    "ae.su2023.dizziness",
    "ae.ekstrand2022.dissociation",
    "ae.ekstrand2022.headache",
    "ae.ekstrand2022.memory_loss_long",
    "ae.ekstrand2022.serious",
    "ae.fedgchin2019.dissociation",
    "ae.fedgchin2019.nausea",
    "ae.fedgchin2019.dizziness",
    "ae.fedgchin2019.headache",
    "ae.fedgchin2019.raised_bp",
    "ae.katz2021.stopping",
)


def _benefit(result: trials.TrialResult) -> figures.Comparison:
    trial = result.trial
    question = trials.question_of(result)
    outcome = question.outcome[0].upper() + question.outcome[1:]
    return figures.Comparison(
        row=result.result,
        study=trial["study"],
        event=outcome,
        when=figures.when_text(question),
        active=trial["drug"],
        control=trial["comparator"],
        drug=trial["drug"],
        wanted=question.outcome != "relapse",
    )


def _harm(row: evidence.Row) -> figures.Comparison:
    return figures.Comparison(
        row=row,
        study=row["study"],
        event=row["event"][0].upper() + row["event"][1:],
        when=row["window"],
        active=row["drug"],
        control=row["comparator"],
        drug=row["drug"],
        wanted=False,
    )


def icon_arrays_figure() -> figures.Figure:
    """Return the icon arrays of response, remission and common adverse effects."""
    results = {each.id: each for each in trials.trial_results()}
    return figures.icon_arrays(
        [_benefit(results[each]) if each in results else _harm(evidence.row(each)) for each in ICONS]
    )


def icon_arrays() -> Any:
    """Show 100 people with the treatment beside 100 with the control, and the number needed."""
    return show(icon_arrays_figure())
