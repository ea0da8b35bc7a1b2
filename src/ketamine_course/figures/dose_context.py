"""Doses of ketamine by setting, in mg for each kilogram: the same drug in a clinic and in an operating theatre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from ..evidence import Row
from .figure import Column, DataTable, Figure, Prediction, Question, TracePool, View
from .signs import LABEL_LINE_PX, label_lines, number_text

#: Each setting: its letter, its colour, its heading. One without rows says that none was read.
SETTINGS = {
    "depression": ("D", "var(--kc-ketamine)", "For depression, off-label, by vein"),
    "anaesthesia": ("A", "var(--kc-midazolam)", "To start anaesthesia, by vein"),
    "muscle": ("M", "var(--kc-antidepressant)", "To start anaesthesia, into a muscle"),
    "recreational": ("R", "var(--kc-placebo)", "Recreational use"),
}

_TICKS = tuple(range(15))
_AXIS_CHARACTERS, _GAP_CHARACTERS = 46, 4
_ROW_PX = 26


@dataclass(frozen=True)
class ContextDose:
    """A dose that was read: its row in mg/kg, the setting, and how the figure names it."""

    row: Row
    setting: str
    label: str

    @property
    def ends(self) -> tuple[float, float]:
        """The dose in mg/kg, twice, or the ends of a range.

        Raises ValueError if the row is not in mg/kg.
        """
        if self.row["unit"] != "mg/kg":
            raise ValueError(f"{self.row.id}: {self.row['unit']!r} is not mg/kg")
        low, high = self.row["value"], self.row["value_high"]
        return low, low if high is None else high


def _span(low: float, high: float) -> str:
    return number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"


def compare_dose(predicted: float, low: float, high: float, subject: str) -> str:
    """Return one sentence that sets a predicted dose beside the doses that were read, all in mg/kg."""
    if predicted < low:
        verdict = "that is less than was read"
    elif predicted > high:
        verdict = "that is more than was read"
    else:
        verdict = "that lies within what was read"
    return f"{subject} {_span(low, high)} mg/kg; you marked {number_text(predicted)} mg/kg, and {verdict}."


def _traces(dose: ContextDose, y: float) -> list[dict[str, Any]]:
    (low, high), row = dose.ends, dose.row
    letter, colour, _ = SETTINGS[dose.setting]
    drawn: list[dict[str, Any]] = []
    if low != high:
        drawn.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": dose.label,
                "x": [low, high],
                "y": [y, y],
                "text": ["", ""],
                "customdata": [row.id] * 2,
                "hoverinfo": "skip",
                "line": {"color": colour, "width": 7},
                "marker": {"symbol": "circle", "size": 0, "color": colour},
            }
        )
    lines = [dose.label, row["statement"], f"Read in: {row['read_at']}"]
    drawn.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": dose.label,
            "x": [low],
            "y": [y],
            "text": [letter],
            "textposition": "middle center",
            "textfont": {"size": 10, "color": "var(--kc-ground)"},
            "customdata": [row.id],
            "hovertext": ["<br>".join(part for line in lines for part in label_lines(line))],
            "hoverinfo": "text",
            "cliponaxis": False,
            "line": {"color": colour, "width": 0},
            "marker": {"symbol": "circle", "size": 17, "color": colour, "opacity": 1, "line": {"width": 1.5}},
        }
    )
    return drawn


def _note(text: str, y: float, **place: Any) -> dict[str, Any]:
    return {"y": y, "yref": "y", "showarrow": False, "text": text, **place}


def _label(dose: ContextDose) -> tuple[str, dict[str, Any]]:
    """Return a label in lines and its place: on the side of its mark where there is more room."""
    low, high = dose.ends
    axis = _TICKS[-1]
    side, x, room = ("left", high, axis - high) if axis - high >= low else ("right", low, low)
    text = f"{_span(low, high)} mg/kg: {dose.label}"
    lines = wrap(text, int(_AXIS_CHARACTERS * room / axis) - _GAP_CHARACTERS)
    place = {"x": x, "xref": "x", "xanchor": side, "yanchor": "middle", "xshift": 13 if side == "left" else -13}
    return "<br>".join(lines), {**place, "align": side}


def _of(doses: Sequence[ContextDose], setting: str) -> list[ContextDose]:
    return sorted((dose for dose in doses if dose.setting == setting), key=lambda dose: (*dose.ends, dose.row.id))


def _range_of(doses: Sequence[ContextDose]) -> tuple[float, float]:
    return min(dose.ends[0] for dose in doses), max(dose.ends[1] for dose in doses)


def _exposure_text(row: Row) -> str:
    return f"total exposure more than {number_text(row['value'])} times that of treatment"


def _finding(doses: Sequence[ContextDose], exposure: Row) -> str:
    parts = []
    for setting, (_, _, heading) in SETTINGS.items():
        found = _of(doses, setting)
        said = f"{_span(*_range_of(found))} mg/kg" if found else "no dose in mg/kg was read"
        parts.append(f"{heading[0].lower()}{heading[1:]}, {said}")
    return f"Doses by setting: {'; '.join(parts)}, {_exposure_text(exposure)}."


def _cells(row: Row, setting: str, what: str, dose: str) -> dict[str, str]:
    return {
        "setting": SETTINGS[setting][2],
        "what": what,
        "dose": dose,
        "said": row["statement"],
        "reference": row["reference"],
        "where": row["read_at"],
        "where_href": row["read_url"] or "",
        "note": row["note"] or "",
    }


def _question(name: str, label: str, subject: str, found: Sequence[ContextDose]) -> Question:
    low, high = _range_of(found)
    return Question(
        name,
        label,
        tuple(float(tick) for tick in _TICKS),
        tuple(f"{tick} mg/kg" for tick in _TICKS),
        tuple(compare_dose(tick, low, high, subject) for tick in _TICKS),
        "mg/kg",
    )


def dose_context(doses: Sequence[ContextDose], exposure: Row) -> Figure:
    """Return the doses of ketamine by setting, on one axis.

    Args:
        doses: rows in mg/kg, sorted into settings.
        exposure: the row that sets the total of recreational use beside that of treatment, in times.

    Raises ValueError for a row that is not in mg/kg, KeyError for a setting that has no name.
    """
    pool = TracePool()
    traces: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    ordered: list[ContextDose] = []
    y = 0.0
    # One unit of y is one pixel, so that a label of any number of lines has its room.
    for setting, (_, _, heading) in SETTINGS.items():
        left = {"xref": "paper", "x": 0, "xanchor": "left", "yanchor": "middle"}
        y -= 24
        annotations.append(_note(f"<b>{heading}</b>", y, font={"size": 14}, **left))
        y -= 12
        found = _of(doses, setting)
        if not found:
            text = "<br>".join(label_lines(f"No dose in mg/kg was read; {_exposure_text(exposure)}."))
            y -= 34
            annotations.append(_note(text, y, align="left", font={"size": 12}, **left))
            y -= 22
        for dose in found:
            text, place = _label(dose)
            room = max(_ROW_PX, LABEL_LINE_PX * (text.count("<br>") + 1) + 8)
            y -= room / 2
            traces += _traces(dose, y)
            annotations.append(_note(text, y, font={"size": 12}, **place))
            y -= room / 2
            ordered.append(dose)
        y -= 12
    layout = {
        "height": round(90 - y),
        "xaxis": {
            "title": {"text": "Dose of ketamine in mg for each kg of body weight"},
            "type": "linear",
            "fixedrange": True,
            "zeroline": False,
            "ticks": "outside",
            "range": [-0.6, _TICKS[-1] + 0.6],
            "tickvals": list(_TICKS),
            "ticktext": [str(tick) for tick in _TICKS],
            "tickangle": 0,
        },
        "yaxis": {"visible": False, "fixedrange": True, "range": [y, 0]},
        "shapes": [],
        "annotations": annotations,
    }
    notes = (
        "A dose does not tell the speed: an anaesthetic dose by vein takes about a minute, an infusion much longer.",
        "Heavy use differs in how often and how much in total, which an axis of single doses cannot show.",
        "A place on this axis is no measure of safety: how often, with what, and who watches count as well.",
    )
    view = View(
        pool.names(traces), "doses", _finding(doses, exposure), (*(dose.row.id for dose in ordered), exposure.id), notes
    )
    return Figure(
        name="dose-context",
        title="The same drug in other doses",
        controls=(),
        views={"": view},
        traces=pool.traces,
        layouts={"doses": layout},
        table=DataTable(
            caption="Doses in this figure",
            columns=(
                Column("setting", "Setting"),
                Column("what", "What"),
                Column("dose", "Dose"),
                Column("said", "As read"),
                Column("reference", "Source"),
                Column("where", "Read in"),
                Column("note", "Note"),
            ),
            rows={
                **{
                    dose.row.id: _cells(dose.row, dose.setting, dose.label, f"{_span(*dose.ends)} mg/kg")
                    for dose in ordered
                },
                exposure.id: _cells(exposure, "recreational", "total over time", _exposure_text(exposure)),
            },
            csv_names=tuple(dict.fromkeys([*(dose.row.table for dose in ordered), exposure.table])),
        ),
        prediction=Prediction(
            "Predict first: how many mg of ketamine by vein, for each kg of body weight?",
            (
                _question(
                    "ketamine",
                    "Given for depression, off-label",
                    "Doses by vein for depression are described at",
                    _of(doses, "depression"),
                ),
                _question(
                    "midazolam",
                    "Given to start anaesthesia",
                    "The label's dose by vein to start anaesthesia is",
                    _of(doses, "anaesthesia"),
                ),
            ),
        ),
        key_entries=tuple(SETTINGS.values()),
    )
