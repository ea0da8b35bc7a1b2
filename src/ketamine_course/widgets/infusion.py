"""The infusion simulator and the calculator, fed from the course's tables."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from .. import evidence, figures
from ..evidence import pharmacokinetics as pk
from .page import show

#: Mean rises of systolic pressure that were published for the usual infusion, with the letter of each mark.
_PRESSURE = (
    ("effect.bp.yale_systolic", "Y", "Yale"),
    ("effect.bp.emory_systolic", "E", "Emory"),
    ("effect.bp.meta_systolic", "", "meta-analysis"),
)
_PEAK = "pk.concentration.antidepressant_peak"
_DISSOCIATION = "pk.concentration.dissociation_range"
_ANAESTHESIA = "pk.concentration.anaesthesia_range"
_DOSE = "fact.dose.usual"
_DURATION = "practice.dose.standard-time"
_ANAESTHETIC_DOSE = "risk.dose.anaesthetic"
_DISSOCIATION_TIME = "effect.dissociation.diazgranados"

_LABELS = {
    "fanta_otto": "Fanta/Otto (default)",
    "clements250": "Clements 250",
    "domino": "Domino",
    "hijazi": "Hijazi",
    "simons2022": "Simons",
    "perezruixo2021": "Perez-Ruixo",
}


def _said(model: evidence.Row) -> str:
    site = f"{model['sampling_site']} blood" if model["sampling_site"] else "blood, sampling site not read"
    drug = (
        "racemic ketamine" if model["enantiomer"] == "racemate" else "S-ketamine, here an approximation of the racemate"
    )
    return f"{_LABELS[model.id]}: {drug}; {site}; {model['population']}. Limits: {model['limits']}."


@lru_cache(maxsize=1)
def infusion_context() -> dict[str, Any]:
    """Return what `core.infusion_view.view` needs, as JSON values only."""
    bands = json.loads((evidence.DERIVED / "infusion_bands.json").read_text(encoding="utf-8"))
    pressure = []
    for row_id, letter, name in _PRESSURE:
        row = evidence.row(row_id)
        pressure.append({
            "row_id": row_id,
            "letter": letter,
            "time_h": row["time_h"],
            "value": row["value"],
            "label": f"Systolic pressure, mean rise of {row['value']:g} mmHg ({name})",
        })  # fmt: skip
    peak, low, high = evidence.row(_PEAK), evidence.row(_DISSOCIATION), evidence.row(_ANAESTHESIA)
    usual, duration = evidence.row(_DOSE), evidence.row(_DURATION)
    return {
        "order": list(pk.MODEL_IDS),
        "models": {
            model_id: {
                "model": pk.pk_model(model_id),
                "label": _LABELS[model_id],
                "said": _said(pk.model_row(model_id)),
            }
            for model_id in pk.MODEL_IDS
        },
        "band_model": bands["model"],
        "band_times_min": bands["times_min"],
        "people": f"{bands['people']:,}",
        "bands": bands["bands"],
        "reference": {
            "ranges": [
                {
                    "row_id": _DISSOCIATION,
                    "label": "Reported with dissociation",
                    "low": low["value"],
                    "high": low["value_high"],
                    "colour": "var(--kc-esketamine)",
                    "from_mg_per_kg": 0,
                },
                {
                    "row_id": _ANAESTHESIA,
                    "label": "Peaks in general anaesthesia",
                    "low": high["value"],
                    "high": high["value_high"],
                    "colour": "var(--kc-ect)",
                    "from_mg_per_kg": evidence.row(_ANAESTHETIC_DOSE)["value"],
                },
            ],
            "peak": {
                "row_id": _PEAK,
                "value": peak["value"],
                "mg_per_kg": usual["value"],
                "duration_min": duration["value"],
                "label": f"Peak of {peak['value']:g} ng/mL in a review, which attributes it to Zarate 2006; unchecked",
            },
            "pressure": pressure,
            "pressure_note": (
                "Below: blood pressure as measured in three series of people on the usual infusion. They disagree, and "
                "they do not follow the controls. Dissociation was seen only at "
                f"{evidence.row(_DISSOCIATION_TIME)['value']:g} min in one trial of that infusion."
            ),
            "usual_note": (
                "What was published (blood pressure, and the shaded range with dissociation, "
                f"{low['value']:g} to {low['value_high']:g} ng/mL) belongs to the usual infusion of "
                f"{usual['value']:g} mg/kg over {duration['value']:g} min, not to this one."
            ),
            "anaesthetic_mg_per_kg": evidence.row(_ANAESTHETIC_DOSE)["value"],
        },
    }


def _rows() -> list[evidence.Row]:
    observed = (_DISSOCIATION, _ANAESTHESIA, _PEAK, *(row_id for row_id, *_ in _PRESSURE))
    return [*(pk.model_row(model_id) for model_id in pk.MODEL_IDS), *map(evidence.row, observed)]


def infusion_figure() -> figures.Figure:
    """Return the infusion simulator."""
    return figures.infusion_simulator(infusion_context(), _rows())


def infusion_simulator() -> Any:
    """Show the infusion simulator: dose, duration, weight, model, a pause, a wrong vial."""
    return show(infusion_figure())
