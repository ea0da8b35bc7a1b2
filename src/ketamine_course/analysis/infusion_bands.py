"""The middle of many virtual people for each state of the simulator that has a band, written for the page."""

from __future__ import annotations

import json

import numpy as np

from ..core import infusion_view
from ..evidence import pharmacokinetics as pk
from ..figures import band_grid, bands_key
from .population import PEOPLE, PERCENTILES, SEED, population_curves, virtual_people

#: The tables that the bands follow from.
INPUTS = ("pk_models", "pk_parameters")

_MODEL = pk.MODEL_IDS[0]
_STEP_MIN = 2.5  # every turn of a schedule lies on it
_KEPT_EVERY = 2


def bands_json() -> str:
    """Return the bands as JSON: ``bands`` maps a key to the 5th, 50th and 95th percentile at ``times_min``.

    Concentrations are in ng/mL for 1 mg/kg, which is enough for every dose: the models are linear in it.
    """
    model = pk.pk_model(_MODEL)
    people = virtual_people()
    steps = round(infusion_view.END_MIN / _STEP_MIN)
    bands = {}
    for duration, pause, weight in band_grid(model["shortest_duration_min"]):
        schedule = infusion_view.schedule_of(float(weight), duration, pause)
        curves = population_curves(model, weight, schedule, _STEP_MIN, steps, people)
        kept = curves["ketamine_ng_ml"][:, ::_KEPT_EVERY]
        bands[bands_key(duration, pause, weight)] = (
            np.percentile(kept, PERCENTILES, axis=0).round().astype(int).tolist()
        )
    content = {
        "model": _MODEL,
        "people": PEOPLE,
        "seed": SEED,
        "times_min": [_STEP_MIN * _KEPT_EVERY * index for index in range(steps // _KEPT_EVERY + 1)],
        "bands": bands,
    }
    return json.dumps(content, separators=(",", ":")) + "\n"
