"""The figures of the chapter about ketamine: shares by route, and dated events."""

from __future__ import annotations

import json
from itertools import product

import pytest

from ketamine_course import evidence, figures
from ketamine_course.figures.picture import picture
from ketamine_course.widgets.ketamine import CHILDREN, PARTS, SHARES, history_figure, routes_figure


@pytest.fixture(scope="module")
def routes() -> figures.Figure:
    return routes_figure()


@pytest.fixture(scope="module")
def history() -> figures.Figure:
    return history_figure()


def rows(view: figures.View) -> list[evidence.Row]:
    return [evidence.row(row_id) for row_id in view.row_ids]


def test_every_share_of_the_table_is_sorted_once_or_named_as_a_part() -> None:
    sorted_rows = [f"pk.bioavailability.{name}" for names in SHARES.values() for name in (*names,)]
    parts = [f"pk.bioavailability.{name}" for name in PARTS]
    there = [row.id for row in evidence.table("pk_observations") if row["topic"] == "bioavailability"]
    assert sorted([*sorted_rows, *parts]) == sorted(there)
    assert {evidence.row(each)["unit"] for each in there} == {"percent"}


def test_the_compound_and_the_children_of_a_row_are_those_of_its_words() -> None:
    for (_, compound), names in SHARES.items():
        for name in names:
            row = evidence.row(f"pk.bioavailability.{name}")
            said = row["statement"] + " " + row["item"]
            enantiomer = {"esketamine": ("S-ketamine", "sketamine"), "arketamine": ("R-ketamine",)}.get(compound, ())
            assert any(word in said for word in enantiomer) == bool(enantiomer), row.id
            assert ("children" in (said + row["context"]).lower()) == (name in CHILDREN), row.id


def test_every_combination_of_controls_has_a_view(routes: figures.Figure) -> None:
    keys = {"|".join(values) for values in product(*([o.value for o in c.options] for c in routes.controls))}
    assert set(routes.views) == keys


def test_every_mark_stands_at_its_rows_share(routes: figures.Figure) -> None:
    drawn = set()
    for trace in routes.traces.values():
        row = evidence.row(trace["customdata"][0])
        if "markers" in trace["mode"]:
            assert trace["x"] == [row["value"]]
            drawn.add(row.id)
        else:
            assert trace["x"] == [row["value"], row["value_high"]]
    assert drawn == set(routes.table.rows)


def test_a_letter_tells_the_compound(routes: figures.Figure) -> None:
    letters: dict[str, set[str]] = {}
    for trace in routes.traces.values():
        if "markers" in trace["mode"]:
            letters.setdefault(trace["marker"]["color"], set()).update(trace["text"])
    assert sorted(letters.values(), key=sorted) == [{"E"}, {"K"}, {"R"}]


def test_children_can_be_left_out(routes: figures.Figure) -> None:
    everybody, adults = rows(routes.views["all|all|all"]), rows(routes.views["all|all|adults"])
    left_out = {row.id for row in everybody} - {row.id for row in adults}
    assert left_out == {f"pk.bioavailability.{name}" for name in CHILDREN}


def test_a_route_that_nobody_measured_says_so(routes: figures.Figure) -> None:
    skin = routes.views["skin|all|all"]
    assert skin.row_ids == ()
    assert "no row that was read" in skin.finding
    assert any("No row" in note["text"] for note in routes.layouts[skin.layout]["annotations"])


def test_the_finding_gives_the_range_of_its_rows(routes: figures.Figure) -> None:
    view = routes.views["nose|all|all"]
    values = [row["value"] for row in rows(view)]
    assert f"{min(values):g} to {max(values):g} % ({len(values)} rows)" in view.finding


def test_a_prediction_in_percent_is_answered_at_each_tick_of_the_axis(routes: figures.Figure) -> None:
    assert routes.prediction is not None
    swallowed, spray = routes.prediction.questions
    axis = routes.layouts[routes.views[routes.default_key].layout]["xaxis"]
    for question in (swallowed, spray):
        assert question.unit == "percent"
        assert list(question.values) == axis["tickvals"]
        assert len(question.values) == len(question.labels) == len(question.feedback)
        assert "that is more than was measured" in question.feedback[-1]  # where every prediction starts
    assert "you marked 20 %, and that lies within what was measured" in swallowed.feedback[2]
    assert "you marked 20 %, and that is less than was measured" in spray.feedback[2]


def test_every_dated_event_is_a_row_with_a_source(history: figures.Figure) -> None:
    shown = rows(history.views[""])
    assert {row.id for row in shown} == {row.id for row in evidence.table("history")}
    assert all(row["reference"] for row in shown)
    for trace in history.traces.values():
        assert trace["x"] == [evidence.row(trace["customdata"][0])["year"]]


def test_the_year_of_an_event_is_that_of_its_date() -> None:
    for row in evidence.table("history"):
        assert row["date_text"].endswith(str(row["year"])), row.id


def test_the_finding_of_the_history_is_computed(history: figures.Figure) -> None:
    of = {
        kind: min(r["year"] for r in evidence.table("history") if r["kind"] == kind)
        for kind in ("anaesthesia", "depression")
    }
    finding = history.views[""].finding
    assert f"begins in {of['anaesthesia']}" in finding
    assert f"{of['depression'] - of['anaesthesia']} years later" in finding


def test_the_pictures_carry_their_findings_and_a_mark_for_each_row(
    routes: figures.Figure, history: figures.Figure
) -> None:
    for figure in (routes, history):
        for key, view in figure.views.items():
            svg = picture(figure, key)
            assert f'aria-label="{view.finding}"' in svg
            assert svg.count('class="kc-letter"') == len(view.row_ids)


def test_payloads_are_plain_json_and_small(routes: figures.Figure, history: figures.Figure) -> None:
    for figure in (routes, history):
        assert json.loads(figure.payload_json())["name"] == figure.name
        assert len(figure.payload_json()) < 200_000
