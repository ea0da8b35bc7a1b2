"""The day of an infusion: every mark is a row of practice, at the time that the row names."""

from __future__ import annotations

import json
from itertools import product

import pytest

from ketamine_course import evidence, figures
from ketamine_course.figures.infusion_day import compare_moment, moment_text, row_hours
from ketamine_course.figures.picture import picture
from ketamine_course.widgets.infusion_day import LANES, infusion_day_figure


@pytest.fixture(scope="module")
def day() -> figures.Figure:
    return infusion_day_figure()


def test_every_row_is_of_practice_and_its_value_agrees_with_its_time() -> None:
    for _, _, _, names, _ in LANES:
        for name in names:
            row = evidence.row(f"practice.{name}")
            assert row.table == "practice"
            low, high = row_hours(row)
            assert low <= high
            if row["time_h"] is not None:
                assert low == pytest.approx(row["time_h"], abs=0.01), row.id


def test_a_row_without_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="is no time"):
        row_hours(evidence.row("practice.dose.standard"))


def test_every_combination_of_controls_has_a_view_of_its_rows(day: figures.Figure) -> None:
    assert set(day.views) == {"|".join(each) for each in product(*([o.value for o in c.options] for c in day.controls))}
    for key, view in day.views.items():
        role, drug = key.split("|")
        wanted = [
            f"practice.{name}"
            for _, whose, what, names, _ in LANES
            if role in ("all", whose) and drug in ("both", what)
            for name in names
        ]
        assert sorted(view.row_ids) == sorted(wanted)


def test_a_mark_stands_where_its_row_says(day: figures.Figure) -> None:
    end = row_hours(evidence.row("practice.dose.standard-time"))[1]
    counted = {f"practice.{name}": how for _, _, _, names, how in LANES for name in names}
    for trace in day.traces.values():
        row = evidence.row(trace["customdata"][0])
        low, high = row_hours(row)
        places = {
            "start": (low, high),
            "before": (-high, -low),
            "end": (low + end, high + end),
            "whole": (0, high),
        }[counted[row.id]]
        assert trace["x"] == pytest.approx(sorted(set(places)), abs=1e-3)


def test_a_letter_tells_the_treatment(day: figures.Figure) -> None:
    letters = {trace["text"][0]: trace["marker"]["color"] for trace in day.traces.values()}
    assert letters == {"K": "var(--kc-ketamine)", "E": "var(--kc-esketamine)"}


def test_the_finding_gives_the_range_of_leaving(day: figures.Figure) -> None:
    finding = day.views["all|both"].finding
    assert "after an infusion people may leave from 1 h 10 min to 2 h 40 min" in finding
    assert "after the spray people may leave from 2 h " in finding
    assert "may leave" not in day.views["nurse|both"].finding


def test_a_prediction_is_answered_at_each_tick_of_the_axis(day: figures.Figure) -> None:
    assert day.prediction is not None
    axis = day.layouts[day.views[day.default_key].layout]["xaxis"]
    for question in day.prediction.questions:
        assert list(question.values) == axis["tickvals"]
        assert len(question.values) == len(question.labels) == len(question.feedback)
        assert question.feedback[-1].endswith("that is later.")
    assert compare_moment(0.5, 0.667, 0.667, "It is") == "It is 40 min; you marked 30 min, and that is close."
    assert moment_text(-0.5) == "30 min before"
    assert moment_text(0) == "the start"


def test_the_pictures_carry_their_findings_and_a_mark_for_each_row(day: figures.Figure) -> None:
    for key, view in day.views.items():
        svg = picture(day, key)
        assert f'aria-label="{view.finding}"' in svg
        assert svg.count('class="kc-letter"') == len(view.row_ids)


def test_the_payload_is_plain_json_and_small(day: figures.Figure) -> None:
    assert json.loads(day.payload_json())["name"] == day.name
    assert len(day.payload_json()) < 200_000
