"""What a figure is: views to choose from, each with traces, a layout, a finding and its rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Option:
    """One choice of a control: the value that goes into a view's key, and its label."""

    value: str
    label: str


@dataclass(frozen=True)
class Control:
    """A native input beside the figure. A control of two options is drawn as a check box.

    The first option is the one that a figure starts with; a check box is ticked for the second.
    ``label`` names the select or the check box; ``help`` says in one line what it teaches.
    """

    name: str
    label: str
    options: tuple[Option, ...]
    help: str = ""


@dataclass(frozen=True)
class View:
    """One state of a figure: a name of each trace, a layout, the finding in words, the row ids."""

    traces: tuple[str, ...]
    layout: str
    finding: str
    row_ids: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A quantity that the learner predicts: the question, and what is said for each value.

    ``values`` are those of the ticks of the horizontal axis, in ``unit``: hours unless told otherwise.
    A prediction starts at the last one, which should be nobody's published answer.
    ``name`` is that of a colour of the style sheet, without ``--kc-``.
    """

    name: str
    label: str
    values: tuple[float, ...]
    labels: tuple[str, ...]
    feedback: tuple[str, ...]
    unit: str = "h"


@dataclass(frozen=True)
class Prediction:
    """What the learner is asked before the figure is revealed."""

    prompt: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Column:
    """A column of the data table: the key in each row, and the heading."""

    key: str
    label: str


@dataclass(frozen=True)
class DataTable:
    """The figure's data for reading: ``rows`` maps a row id to one cell of text for each column.

    A cell ``NAME_href`` beside a column ``NAME`` makes its text a link. The column
    ``reference`` holds a BibTeX key. ``csv_names`` are the tables that can be downloaded.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: Mapping[str, Mapping[str, str]]
    csv_names: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A figure with every state that its controls can reach, computed beforehand.

    ``views`` has one entry for each combination of control values; the key is `view_key`.
    ``traces`` and ``layouts`` are plotly dictionaries that the views name.
    """

    name: str
    title: str
    controls: tuple[Control, ...]
    views: Mapping[str, View]
    traces: Mapping[str, Mapping[str, Any]]
    layouts: Mapping[str, Mapping[str, Any]]
    table: DataTable
    prediction: Prediction | None = None
    key_entries: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def default_key(self) -> str:
        """The key of the view that the figure starts with."""
        return view_key(control.options[0].value for control in self.controls)

    def payload(self) -> dict[str, Any]:
        """Return what the ES module draws from, as JSON values only.

        ``views`` holds each distinct view once; ``index`` says for every combination of choices which
        of them it shows, the last control counting fastest.
        """
        distinct = {view: number for number, view in enumerate(dict.fromkeys(self.views.values()))}
        combinations = product(*([option.value for option in control.options] for control in self.controls))
        return {
            "name": self.name,
            "controls": [asdict(control) for control in self.controls],
            "views": [asdict(view) for view in distinct],
            "index": [distinct[self.views[view_key(values)]] for values in combinations],
            "traces": dict(self.traces),
            "layouts": dict(self.layouts),
            "prediction": asdict(self.prediction) if self.prediction else None,
        }

    def payload_json(self) -> str:
        """Return `payload` as one compact line of JSON."""
        return json.dumps(self.payload(), ensure_ascii=False, separators=(",", ":"))


def view_key(values: Iterable[str]) -> str:
    """Return the key of a view: the controls' values in their order, joined by bars."""
    return "|".join(values)


class TracePool:
    """Collects traces and hands out one name for equal content, so that views can share them."""

    def __init__(self) -> None:
        self.traces: dict[str, Mapping[str, Any]] = {}
        self._names: dict[str, str] = {}

    def name(self, trace: Mapping[str, Any]) -> str:
        """Return the name of a trace, adding it if it is new."""
        content = json.dumps(trace, sort_keys=True)
        if content not in self._names:
            self._names[content] = f"t{len(self.traces)}"
            self.traces[self._names[content]] = trace
        return self._names[content]

    def names(self, traces: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Return the names of several traces, in their order."""
        return tuple(self.name(trace) for trace in traces)
