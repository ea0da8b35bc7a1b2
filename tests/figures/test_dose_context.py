"""The doses of ketamine by setting."""

from __future__ import annotations

import json

import pytest

from ketamine_course import evidence, figures
from ketamine_course.figures.dose_context import SETTINGS
from ketamine_course.figures.picture import picture
from ketamine_course.widgets.dose_context import DOSES, EXPOSURE, dose_context_figure


@pytest.fixture(scope="module")
def figure() -> figures.Figure:
    return dose_context_figure()


def test_every_mark_and_line_stands_at_its_rows_dose(figure: figures.Figure) -> None:
    drawn = set()
    for trace in figure.traces.values():
        row = evidence.row(trace["customdata"][0])
        assert row["unit"] == "mg/kg"
        assert row["status"] == "read"
        if "markers" in trace["mode"]:
            assert trace["x"] == [row["value"]]
            drawn.add(row.id)
        else:
            assert trace["x"] == [row["value"], row["value_high"]]
    assert drawn == {f"practice.{name}" for name, _, _ in DOSES}
    assert set(figure.table.rows) == set(figure.views[""].row_ids) == {*drawn, EXPOSURE}


def test_a_letter_tells_the_setting(figure: figures.Figure) -> None:
    letters: dict[str, set[str]] = {}
    for trace in figure.traces.values():
        if "markers" in trace["mode"]:
            letters.setdefault(trace["marker"]["color"], set()).update(trace["text"])
    assert sorted(letters.values(), key=sorted) == [{"A"}, {"D"}, {"M"}]
    assert len({letter for letter, _, _ in SETTINGS.values()}) == len(SETTINGS)


def test_a_setting_without_a_dose_says_so(figure: figures.Figure) -> None:
    assert "recreational use, no dose in mg/kg was read" in figure.views[""].finding
    times = f"more than {evidence.row(EXPOSURE)['value']:g} times"
    assert times in figure.views[""].finding
    texts = [note["text"].replace("<br>", " ") for note in figure.layouts["doses"]["annotations"]]
    assert any("No dose in mg/kg was read" in text and times in text for text in texts)


def test_the_finding_gives_the_ends_of_its_rows(figure: figures.Figure) -> None:
    low = evidence.row("practice.dose.described-range")["value"]
    high = evidence.row("practice.dose.fava.10-superior")["value"]
    assert f"by vein, {low:g} to {high:g} mg/kg" in figure.views[""].finding


def test_a_prediction_is_answered_at_each_tick_and_starts_at_no_answer(figure: figures.Figure) -> None:
    assert figure.prediction is not None
    depression, anaesthesia = figure.prediction.questions
    ticks = figure.layouts["doses"]["xaxis"]["tickvals"]
    for question in (depression, anaesthesia):
        assert list(question.values) == ticks
        assert len(question.values) == len(question.labels) == len(question.feedback)
        assert "that is more than was read" in question.feedback[-1]
    assert "that is less than was read" in depression.feedback[0]
    assert "that lies within what was read" in depression.feedback[1]
    row = evidence.row("practice.dose.anaesthetic")
    assert f"{row['value']:g} to {row['value_high']:g} mg/kg" in anaesthesia.feedback[0]
    assert "that lies within what was read" in anaesthesia.feedback[4]
    assert "that is more than was read" in anaesthesia.feedback[5]


def test_a_row_in_another_unit_is_refused() -> None:
    row = evidence.row("risk.dose.long_infusion")
    with pytest.raises(ValueError, match="is not mg/kg"):
        figures.dose_context([figures.ContextDose(row, "depression", "a long infusion")], row)


def test_the_picture_carries_the_finding_and_a_mark_for_each_row(figure: figures.Figure) -> None:
    svg = picture(figure, "")
    assert f'aria-label="{figure.views[""].finding}"' in svg
    assert svg.count('class="kc-letter"') == len(DOSES)
    assert json.loads(figure.payload_json())["name"] == figure.name
