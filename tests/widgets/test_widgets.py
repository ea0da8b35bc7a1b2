"""One call, two hosts: a live widget in JupyterLab, a MIME bundle of our own while the book is built."""

from __future__ import annotations

import json

import pytest
from traitlets import TraitError

from ketamine_course.widgets import onset_events, onset_timeline
from ketamine_course.widgets.live import LiveFigure
from ketamine_course.widgets.page import MIME_TYPE, SURFACE_VARIABLE, PageFigure


def test_in_the_book_a_figure_is_its_bundle_and_opens_no_comm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SURFACE_VARIABLE, "page")
    figure = onset_timeline()
    assert isinstance(figure, PageFigure)
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {MIME_TYPE, "text/plain"}
    assert json.loads(bundle[MIME_TYPE]["payload"])["name"] == "onset-timeline"
    assert "<script" not in bundle[MIME_TYPE]["html"]


def test_in_a_lab_python_and_the_figure_share_the_choices() -> None:
    figure = onset_timeline()
    assert isinstance(figure, LiveFigure)
    before = figure.shown_rows()
    figure.choices = {**figure.choices, "open_label": "hide"}
    hidden = {row.id for row in before} - {row.id for row in figure.shown_rows()}
    assert hidden
    assert {row["design"] for row in before if row.id in hidden} == {"open"}


def test_a_choice_that_does_not_exist_is_refused_with_those_that_do() -> None:
    figure = onset_timeline()
    with pytest.raises(TraitError, match="choose one of log, linear"):
        figure.choices = {**figure.choices, "axis": "cubic"}


def test_a_figure_without_controls_shows_its_rows_too() -> None:
    assert len(onset_events().shown_rows()) > 15
