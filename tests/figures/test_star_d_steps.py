"""STAR*D step by step: bars as the tables have them, and a prediction that is answered from the rows."""

from __future__ import annotations

import csv

import pytest

from ketamine_course import evidence, figures
from ketamine_course.core.prediction import compare_share
from ketamine_course.evidence.table import table_path
from ketamine_course.figures.html import static_html
from ketamine_course.widgets.star_d import star_d_steps_figure


@pytest.fixture(scope="module")
def figure() -> figures.Figure:
    return star_d_steps_figure()


@pytest.fixture(scope="module")
def steps() -> list[dict[str, str]]:
    with table_path("star_d").open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: int(row["step"]))


def _bars(figure: figures.Figure, key: str) -> dict[str, float]:
    drawn = [figure.traces[name] for name in figure.views[key].traces]
    return {trace["y"][0]: trace["x"][1] for trace in drawn if trace["mode"] == "lines"}


def test_the_bars_are_the_printed_shares(figure: figures.Figure, steps: list[dict[str, str]]) -> None:
    assert _bars(figure, "began") == {row["step_id"]: float(row["remission_percent"]) for row in steps}


def test_counted_of_everyone_the_bars_add_up_to_the_counted_total(
    figure: figures.Figure, steps: list[dict[str, str]]
) -> None:
    total = evidence.row("stard.cumulative_enrolled")
    bars = _bars(figure, "all")
    for row in steps:
        assert bars[row["step_id"]] == pytest.approx(100 * int(row["remitted"]) / total["n"], abs=0.05)
    assert sum(bars.values()) == pytest.approx(total["value"], abs=0.2)


def test_the_prediction_is_answered_for_each_mark_from_the_first_and_the_last_step(
    figure: figures.Figure, steps: list[dict[str, str]]
) -> None:
    assert figure.prediction is not None
    first, last = figure.prediction.questions
    marks = figure.layouts["shares"]["xaxis"]["tickvals"]
    for question, row, which in ((first, steps[0], "first"), (last, steps[-1], "last")):
        share = float(row["remission_percent"])
        assert list(question.values) == marks
        assert question.unit == "percent"
        assert list(question.feedback) == [
            compare_share(mark, share, share, f"Remission at the {which} step") for mark in marks
        ]
        # The slider starts at the last mark, which must give nothing away.
        assert share < marks[-2]


def test_every_row_that_a_view_shows_is_in_the_table(figure: figures.Figure) -> None:
    shown = {row_id for view in figure.views.values() for row_id in view.row_ids}
    assert shown == set(figure.table.rows)
    html = static_html(figure, csv_href=str)
    for row_id in shown:
        assert f'data-row="{row_id}"' in html
    for view in figure.views.values():
        assert view.finding
        assert view.notes
