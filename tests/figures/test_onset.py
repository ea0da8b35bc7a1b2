"""The onset figures: what they draw, what they say, what they never do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from itertools import product

import pytest

from ketamine_course import evidence, figures
from ketamine_course.widgets.onset import onset_events_figure, onset_timeline_figure


@pytest.fixture(scope="module")
def timeline() -> figures.Figure:
    return onset_timeline_figure()


@pytest.fixture(scope="module")
def events() -> figures.Figure:
    return onset_events_figure()


def view(figure: figures.Figure, **choices: str) -> figures.View:
    values = [choices.get(control.name, control.options[0].value) for control in figure.controls]
    return figure.views["|".join(values)]


def rows(view: figures.View) -> list[evidence.Row]:
    return [evidence.row(row_id) for row_id in view.row_ids]


def test_every_combination_of_controls_has_a_view(timeline: figures.Figure) -> None:
    keys = {"|".join(values) for values in product(*([o.value for o in c.options] for c in timeline.controls))}
    assert set(timeline.views) == keys


def test_a_view_never_mixes_measures_on_one_axis(timeline: figures.Figure) -> None:
    for each in timeline.views.values():
        measures: dict[str, set[str]] = {}
        for name in each.traces:
            trace = timeline.traces[name]
            if trace["type"] == "scatter":
                found = {evidence.row(row_id)["measure"] for row_id in trace["customdata"]}
                measures.setdefault(trace.get("yaxis", "y"), set()).update(found)
        assert all(len(found) == 1 for found in measures.values())


def test_every_drawn_number_is_its_rows_number(timeline: figures.Figure) -> None:
    drawn = 0
    for trace in timeline.traces.values():
        for index, row_id in enumerate(trace["customdata"]):
            row = evidence.row(row_id)
            if trace["type"] == "bar":
                assert trace["x"][index] == int(row["value"] + 0.5)
            else:
                assert (trace["x"][index], trace["y"][index]) == (row["time_h"], row["value"])
            drawn += 1
    assert drawn > 300


def test_only_published_intervals_become_bars(timeline: figures.Figure) -> None:
    for trace in timeline.traces.values():
        for index, row_id in enumerate(trace["customdata"]):
            row = evidence.row(row_id)
            if row["ci_low"] is None or trace["type"] == "bar":
                assert "error_y" not in trace or trace["error_y"]["array"][index] == 0
            else:
                assert trace["error_y"]["array"][index] == pytest.approx(row["ci_high"] - row["value"], abs=1e-4)
                assert trace["error_y"]["arrayminus"][index] == pytest.approx(row["value"] - row["ci_low"], abs=1e-4)


def test_differences_are_never_joined_by_a_line(timeline: figures.Figure) -> None:
    for trace in timeline.traces.values():
        if evidence.row(trace["customdata"][0])["arm_role"] == "difference":
            assert "lines" not in trace["mode"]


def test_a_line_through_only_two_points_is_dashed(timeline: figures.Figure) -> None:
    joined = [t for t in timeline.traces.values() if t["type"] == "scatter" and "lines" in t["mode"]]
    assert {(len(t["x"]) == 2, t["line"]["dash"]) for t in joined} == {(True, "dash"), (False, "solid")}


def test_marker_shape_tells_the_blinding_and_a_letter_tells_the_drug(timeline: figures.Figure) -> None:
    seen: dict[str, set[str]] = {}
    letters: dict[str, set[str]] = {}
    for trace in timeline.traces.values():
        if trace["type"] == "scatter":
            row = evidence.row(trace["customdata"][0])
            seen.setdefault(row["design"], set()).add(trace["marker"]["symbol"])
            letters.setdefault(row["drug"], set()).update(trace["text"])
    assert all(len(symbols) == 1 for symbols in seen.values())
    assert len({next(iter(symbols)) for symbols in seen.values()}) == len(seen) == 4
    assert Counter(map(len, letters.values())) == {1: len(letters)}
    assert len({next(iter(each)) for each in letters.values()}) == len(letters)


def test_open_label_can_be_hidden(timeline: figures.Figure) -> None:
    shown, hidden = view(timeline), view(timeline, open_label="hide")
    assert {row["design"] for row in rows(shown)} - {row["design"] for row in rows(hidden)} == {"open"}


def test_only_controls_that_could_be_mistaken_for_the_drug_can_be_kept(timeline: figures.Figure) -> None:
    assert {row["design"] for row in rows(view(timeline, blinding="masked"))} == {"masked", "active_placebo"}


def test_after_a_single_dose_no_one_has_had_two_and_the_loss_is_marked(timeline: figures.Figure) -> None:
    single = view(timeline, doses="one")
    assert all((row["doses_given"] or 0) <= 1 for row in rows(single))
    band = timeline.layouts[single.layout]["shapes"][0]
    loss = evidence.row("event.kishimoto2016.loss")
    assert (band["x0"], band["x1"]) == (loss["start_h"], loss["end_h"])


def test_of_100_people_treated_and_control_stand_in_pairs(timeline: figures.Figure) -> None:
    pairs = Counter((row["pair"], row["time_h"]) for row in rows(view(timeline, measure="response_of_100")))
    assert min(pairs.values()) >= 2
    roles = {row["arm_role"] for row in rows(view(timeline, measure="response_of_100"))}
    assert roles == {"treatment", "control"}


def test_where_no_antidepressant_was_read_the_figure_says_so(timeline: figures.Figure) -> None:
    for each in timeline.views.values():
        has = any(row["drug"] == "antidepressant" for row in rows(each))
        assert has != any("traditional antidepressant" in note for note in each.notes)


def test_the_start_stands_only_on_the_linear_axis_and_the_log_axis_says_so(timeline: figures.Figure) -> None:
    linear, log = view(timeline, measure="score", axis="linear"), view(timeline, measure="score")
    assert any(row["time_h"] == 0 for row in rows(linear))
    assert all(row["time_h"] > 0 for row in rows(log))
    assert any("logarithmic" in note for note in log.notes)


def test_the_time_axis_reads_naturally(timeline: figures.Figure) -> None:
    axis = timeline.layouts[view(timeline).layout]["xaxis"]
    read = [text.replace("<br>", " ") for text in axis["ticktext"]]
    assert read == ["40 min", "2 h", "1 day", "3 days", "1 week", "2", "4", "6", "14 weeks"]


def test_the_finding_of_a_view_is_computed_from_its_rows(timeline: figures.Figure) -> None:
    each = view(timeline, measure="response", blinding="masked")
    treated = [row["value"] for row in rows(each) if row["time_h"] == 24 and row["arm_role"] == "treatment"]
    assert f"at 1 day {min(treated):g} to {max(treated):g} % in treated arms ({len(treated)})" in each.finding
    assert len({each.finding for each in timeline.views.values()}) > 15


def test_the_table_holds_every_row_that_a_view_can_show(timeline: figures.Figure) -> None:
    assert {row_id for each in timeline.views.values() for row_id in each.row_ids} <= set(timeline.table.rows)


def test_each_event_is_a_row_with_a_reference_and_the_required_kinds_are_there(events: figures.Figure) -> None:
    shown = rows(events.views[""])
    assert all(row["reference"] for row in shown)
    kinds = {(row["drug"], row["kind"]) for row in shown}
    assert kinds >= {
        ("ketamine", "separation"), ("ketamine", "peak"), ("ketamine", "loss_single"), ("ketamine", "relapse_series"),
        ("antidepressant", "separation"), ("antidepressant", "improvement_share"),
        ("antidepressant", "response"), ("antidepressant", "remission"),
    }  # fmt: skip


def test_the_prediction_is_answered_for_each_tick_from_the_published_event(timeline: figures.Figure) -> None:
    assert timeline.prediction is not None
    ketamine, antidepressant = timeline.prediction.questions
    assert "at 40 min; you marked 40 min, and that is close" in ketamine.feedback[0]
    assert "at 1 week; you marked 1 week, and that is close" in antidepressant.feedback[4]
    assert len(ketamine.feedback) == len(ketamine.values) == len(ketamine.labels)


def test_the_picture_draws_each_point_and_carries_the_finding(timeline: figures.Figure, events: figures.Figure) -> None:
    from ketamine_course.figures.picture import picture

    for figure in (timeline, events):
        for key, each in figure.views.items():
            svg = picture(figure, key)
            assert f'aria-label="{each.finding}"' in svg
            scatter = [figure.traces[name] for name in each.traces if figure.traces[name]["type"] == "scatter"]
            letters = sum(1 for trace in scatter for letter in trace["text"] if letter)
            assert len(re.findall('class="kc-letter"', svg)) == letters


def test_payload_is_plain_json_and_small(timeline: figures.Figure) -> None:
    payload = json.loads(timeline.payload_json())
    assert len(payload["index"]) == len(timeline.views)
    assert len(timeline.payload_json()) < 600_000


BLOCKED = """
import sys
blocked = "numpy pandas pandera frictionless statsmodels scipy matplotlib sphinx docutils pybtex".split()
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in blocked:
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Blocker())
import ketamine_course.core.effect, ketamine_course.core.duration, ketamine_course.core.prediction
import ketamine_course.evidence, ketamine_course.figures, ketamine_course.widgets
from ketamine_course.widgets.live import LiveFigure, _plotly_js
figure = ketamine_course.widgets.onset_timeline()
assert isinstance(figure, LiveFigure) and figure.shown_rows()
assert len(_plotly_js()) < 2_000_000
try:
    import numpy
except ImportError:
    print("alive without numpy")
"""


def test_labs_need_neither_numpy_nor_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "alive without numpy", done.stderr
