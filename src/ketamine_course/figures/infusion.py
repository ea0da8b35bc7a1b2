"""The infusion simulator: its controls, its context from rows, and its first state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core import infusion_view
from ..evidence import Row
from .figure import Column, Control, DataTable, Figure, Live, Option, Prediction, Question, View
from .signs import number_text

NOTICE = "Practice only, not for patient care"

_DOSES = [round(0.1 + 0.05 * step, 2) for step in range(19)]
#: A push, two lengths below and two above the usual one; the usual one comes first.
_DURATIONS_MIN = (2, 20, 30, 40, 60, 100)
_WEIGHTS_KG = tuple(range(40, 151, 10))


def _slider(name: str, label: str, values: Sequence[float], unit: str, start: float) -> Control:
    options = [Option(number_text(value), f"{number_text(value)} {unit}") for value in values]
    ordered = [next(each for each in options if each.value == number_text(start)), *options]
    return Control(name, label, tuple(dict.fromkeys(ordered)), slider=True)


def bands_key(duration_min: int, pause: str, weight_kg: int) -> str:
    """Return the key of a band in the context, as `core.infusion_view` looks it up."""
    return f"{duration_min}|{pause}|{weight_kg}"


def band_grid(shortest_min: float) -> list[tuple[int, str, int]]:
    """Return the durations, pauses and weights that a band is wanted for: those that the default model allows."""
    return [
        (duration, pause, weight)
        for duration in _DURATIONS_MIN
        if duration >= shortest_min
        for pause, *_ in infusion_view.PAUSES
        for weight in _WEIGHTS_KG
        if not (pause == "stopped" and infusion_view.INTERRUPTED_AFTER * duration < shortest_min)
    ]


def _feedback(subject: str, truth_min: float, times_min: Sequence[int]) -> tuple[str, ...]:
    said = []
    for time in times_min:
        verdict = "that is close" if abs(time - truth_min) <= 10 else "earlier" if time < truth_min else "later"
        verdict = verdict if verdict == "that is close" else f"your guess is {verdict}"
        said.append(f"{subject} at {round(truth_min)} min in the default model; you marked {time} min, and {verdict}.")
    return tuple(said)


def _prediction(state: Mapping[str, Any]) -> Prediction:
    curve = next(trace for trace in state["traces"] if trace["name"].endswith(", ketamine"))
    other = next(trace for trace in state["traces"] if trace["name"] == "Norketamine")
    times = [60 * time for time in curve["x"]]
    peak = max(curve["y"])
    at_peak = times[curve["y"].index(peak)]
    half = next(time for time, value in zip(times, curve["y"], strict=True) if time > at_peak and value <= peak / 2)
    other_peak = times[other["y"].index(max(other["y"]))]
    ticks = [round(60 * tick) for tick in state["layout"]["xaxis"]["tickvals"]]
    asked = (
        ("ketamine", "Ketamine in blood has fallen to half of its peak", "It has fallen to half of its peak", half),
        ("midazolam", "Norketamine, the metabolite, is highest", "Norketamine is highest", other_peak),
    )
    return Prediction(
        "The infusion runs for 40 min. Predict two moments, in minutes from its start, then look.",
        tuple(
            Question(
                name,
                label,
                tuple(tick / 60 for tick in ticks),
                tuple(f"{tick} min" for tick in ticks),
                _feedback(subject, truth, ticks),
            )
            for name, label, subject, truth in asked
        ),
    )


def _table(context: Mapping[str, Any], rows: Sequence[Row]) -> DataTable:
    cells = {}
    for each in rows:
        if each.id in context["models"]:
            what, where = (
                each["model"],
                "; ".join(str(each[key]) for key in ("population", "sampling_site") if each[key]),
            )
            value, limits = f"{each['compartments']} compartments", each["limits"]
        else:
            what, where, limits = each["item"], each["context"], each["statement"]
            high = f" to {number_text(each['value_high'])}" if each["value_high"] is not None else ""
            value = f"{number_text(each['value'])}{high} {each['unit']}"
        cells[each.id] = {
            "what": str(what),
            "value": value,
            "where": where,
            "limits": str(limits or ""),
            "reference": str(each["reference"]),
        }
    columns = (
        Column("what", "What"),
        Column("value", "Value"),
        Column("where", "In whom"),
        Column("limits", "What it says, and its limits"),
        Column("reference", "Source"),
    )
    names = ("pk_models", "pk_parameters", "pk_observations", "acute_effects")
    return DataTable("What the figure rests on: models and published observations", columns, cells, names)


def _key(context: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    reference = context["reference"]
    lines = [
        (f"line:{infusion_view.DASHES[number]}", infusion_view.COLOURS[number], context["models"][model_id]["label"])
        for number, model_id in enumerate(context["order"])
    ]
    marks = [(each["letter"] or "line:dash", "var(--kc-ink)", each["label"]) for each in reference["pressure"]]
    return (
        *lines,
        ("line:dot", "var(--kc-ink)", "Norketamine, a metabolite (thin)"),
        ("P", "var(--kc-ink)", reference["peak"]["label"]),
        *marks,
    )


def infusion_simulator(context: Mapping[str, Any], rows: Sequence[Row]) -> Figure:
    """Return the simulator.

    Args:
        context: what `core.infusion_view.view` needs.
        rows: every row of evidence that a state can name.
    """
    controls = (
        _slider("dose", "Dose", _DOSES, "mg/kg", 0.5),
        _slider("duration", "The pump runs for", _DURATIONS_MIN, "min", 40),
        _slider("weight", "Body weight", _WEIGHTS_KG, "kg", 70),
        Control(
            "model",
            "Model",
            tuple(Option(model_id, context["models"][model_id]["label"]) for model_id in context["order"]),
        ),
        Control("pause", "Interruption", tuple(Option(each[0], each[1]) for each in infusion_view.PAUSES)),
        Control("vial", "Vial", tuple(Option(each[0], each[1]) for each in infusion_view.VIALS)),
        Control(
            "compare",
            "Draw every model",
            (Option("no", "Only the model chosen"), Option("yes", "Every model")),
            "Several published models of the same drug: their spread is part of what is known.",
        ),
    )
    start = {control.name: control.options[0].value for control in controls}
    state = infusion_view.view(start, context)
    view = View(
        tuple(f"t{number}" for number in range(len(state["traces"]))),
        "first",
        state["finding"],
        tuple(state["row_ids"]),
        tuple(state["notes"]),
    )
    key = "|".join(start.values())
    return Figure(
        name="infusion-simulator",
        title="An infusion, simulated: concentration in blood, and what was measured at that time",
        controls=controls,
        views={key: view},
        traces={f"t{number}": trace for number, trace in enumerate(state["traces"])},
        layouts={"first": state["layout"]},
        table=_table(context, rows),
        prediction=_prediction(state),
        key_entries=_key(context),
        live=Live(
            "infusion_view.view",
            "infusion",
            context,
            "Simulated concentrations of the state shown; times from the start of the infusion",
            NOTICE,
        ),
        computed=state["computed"],
    )
