"""The receptor and what follows from it: the figures draw what independent arithmetic makes of the rows."""

from __future__ import annotations

import math
import re
from itertools import pairwise, product
from xml.sax.saxutils import quoteattr

import pytest

from ketamine_course import evidence, figures
from ketamine_course.figures.mechanism import STRENGTHS, in_people
from ketamine_course.figures.picture import picture
from ketamine_course.widgets import mechanism


@pytest.fixture(scope="module")
def detector() -> figures.Figure:
    return mechanism.coincidence_detector_figure()


@pytest.fixture(scope="module")
def course() -> figures.Figure:
    return mechanism.block_by_use_figure()


@pytest.fixture(scope="module")
def clock() -> figures.Figure:
    return mechanism.mechanism_clock_figure()


@pytest.fixture(scope="module")
def cascade() -> figures.Figure:
    return mechanism.disinhibition_cascade_figure()


ALL = ("detector", "course", "clock", "cascade")


@pytest.mark.parametrize("name", ALL)
def test_every_choice_has_a_view_with_a_finding_rows_and_a_picture(name: str, request: pytest.FixtureRequest) -> None:
    figure: figures.Figure = request.getfixturevalue(name)
    combinations = list(product(*([option.value for option in control.options] for control in figure.controls)))
    assert set(figure.views) == {"|".join(values) for values in combinations}
    for key, view in figure.views.items():
        assert view.finding.endswith(".")
        assert view.row_ids
        assert set(view.row_ids) <= set(figure.table.rows)
        assert set(view.traces) <= set(figure.traces)
        assert figure.layouts[view.layout]["height"] > 0
        drawn = picture(figure, key)
        assert f"aria-label={quoteattr(view.finding)}" in drawn
        assert not re.search(r'="(nan|inf|-inf)', drawn)
    for row_id in figure.table.rows:
        assert evidence.row(row_id)["status"] == "read"


@pytest.mark.parametrize("name", ALL)
def test_colour_is_never_the_only_sign(name: str, request: pytest.FixtureRequest) -> None:
    """Each key entry has a letter or a shape of its own, and each colour is one that follows the theme."""
    figure: figures.Figure = request.getfixturevalue(name)
    signs = [sign for sign, _, _ in figure.key_entries]
    assert len(set(signs)) == len(signs)
    for trace in figure.traces.values():
        assert trace["marker"]["color"].startswith("var(--kc-")


def free_share(voltage: float, magnesium: float, ketamine: float) -> float:
    """The pore by hand, from the rows: one blocker at a time."""
    value = {row_id: evidence.row(row_id)["value"] for row_id in mechanism.DETECTOR}
    plug = magnesium / value["nmda.mg.constant"] * math.exp(-value["nmda.mg.slope"] * voltage)
    step_mv = 1.380649e-23 * 298.15 / 1.602176634e-19 * 1000
    half = value["ket.block.ic50"] * math.exp(value["ket.block.delta"] * (voltage + 70) / step_mv)
    return 1 / (1 + plug + ketamine / half)


def percents(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"([\d.]+) %", text)]


def test_an_open_channel_shows_the_share_and_the_current_of_the_formula(detector: figures.Figure) -> None:
    checked = 0
    for key, view in detector.views.items():
        voltage, magnesium, ketamine, glutamate, glycine = key.split("|")
        if (glutamate, glycine) != ("there", "there"):
            continue
        free = free_share(float(voltage), float(magnesium), float(ketamine))
        said = view.finding.replace("−", "-")
        assert percents(said)[0] == pytest.approx(100 * free, abs=0.51)
        current = float(re.search(r"current is (-?[\d.]+) pA", said)[1])  # type: ignore[index]
        assert current == pytest.approx(free * float(voltage), abs=0.051)
        if float(ketamine):
            without = free_share(float(voltage), float(magnesium), 0)
            assert percents(said)[-1] == pytest.approx(100 * (1 - free / without), abs=0.51)
            assert {"ket.block.ic50", "ket.block.delta"} <= set(view.row_ids)
        assert ("nmda.mg.slope" in view.row_ids) == (float(magnesium) > 0)
        curves = [detector.traces[name] for name in view.traces if detector.traces[name]["name"] == "free"]
        assert len(curves) == 1
        for x, y in zip(curves[0]["x"], curves[0]["y"], strict=True):
            assert y == pytest.approx(100 * free_share(x, float(magnesium), float(ketamine)), abs=0.001)
        checked += 1
    assert checked == 63


def test_a_closed_channel_says_what_is_missing_and_draws_no_current(detector: figures.Figure) -> None:
    for key, view in detector.views.items():
        *_, glutamate, glycine = key.split("|")
        if (glutamate, glycine) == ("there", "there"):
            continue
        assert ("lutamate" in view.finding.split("missing")[0]) == (glutamate == "absent")
        assert ("lycine" in view.finding.split("missing")[0]) == (glycine == "absent")
        for name in view.traces:
            assert set(detector.traces[name]["y"]) == {0}


def test_marks_do_not_lie_on_each_other(detector: figures.Figure) -> None:
    for view in detector.views.values():
        marks = [detector.traces[name] for name in view.traces if "markers" in detector.traces[name]["mode"]]
        upper = sorted(mark["y"][0] for mark in marks if "yaxis" not in mark)
        assert all(high - low >= 3.5 for low, high in pairwise(upper))


def test_the_figures_call_illustration_what_is_ours(detector: figures.Figure, course: figures.Figure) -> None:
    for figure in (detector, course):
        for view in figure.views.values():
            assert any(note.startswith("Illustration:") for note in view.notes)


def test_the_prediction_is_in_values_of_a_unit_and_leads_to_the_half_voltage(detector: figures.Figure) -> None:
    assert detector.prediction is not None
    (question,) = detector.prediction.questions
    assert question.unit == "mV"
    assert len(question.values) == len(question.labels) == len(question.feedback)
    assert list(question.values) == detector.layouts["potential"]["xaxis"]["tickvals"]
    half = math.log(1 / 3.57) / 0.062
    for value, said in zip(question.values, question.feedback, strict=True):
        assert f"{round(half)} mV".replace("-", "−") in said
        close = abs(value - half) <= 5
        assert ("that is close" in said) == close
        assert ("more positive" in said) == (not close and value > half)


def test_the_course_of_the_block_is_that_of_its_rates(course: figures.Figure) -> None:
    on, off = (evidence.row(row_id)["value"] for row_id in ("ket.block.k_on", "ket.block.k_off"))
    for key, view in course.views.items():
        use, ketamine, afterwards = key.split("|")
        share = {"busy": 1.0, "some": 0.1, "none": 0.0}[use]
        held, step_s = 0.0, 0.001
        course_by_hand = {0: 0.0}
        for step in range(1, 120_001):
            there = float(ketamine) if step <= 60_000 else 0.0
            moving = share if step <= 60_000 or afterwards == "on" else 0.0
            held += step_s * moving * (on * there * (1 - held) - off * held)
            if step % 2000 == 0:
                course_by_hand[step // 1000] = held
        drawn = next(course.traces[name] for name in view.traces if course.traces[name]["name"] == "K")
        for x, y in zip(drawn["x"], drawn["y"], strict=True):
            if x in course_by_hand:
                assert y == pytest.approx(100 * course_by_hand[x], abs=0.15), (key, x)


def test_the_clock_shows_every_event_that_has_a_time_and_sorts_people_from_the_rest(clock: figures.Figure) -> None:
    timed = {row.id for row in evidence.table("mechanism") if row["start_h"] is not None and row["level"] != "review"}
    assert set(clock.views["all"].row_ids) == timed
    people = {row_id for row_id in timed if in_people(evidence.row(row_id))}
    assert set(clock.views["people"].row_ids) == people
    assert set(clock.views["animals"].row_ids) == timed - people
    for view in clock.views.values():
        marks = {clock.traces[name]["customdata"][0]: clock.traces[name] for name in view.traces}
        assert set(marks) == set(view.row_ids)
        for row_id, mark in marks.items():
            row = evidence.row(row_id)
            assert mark["x"][-1] == pytest.approx(max(row["end_h"], 1 / 3600), rel=1e-3)
            assert mark["text"][0] == STRENGTHS[row["strength"]][0]
    for row_id, cells in clock.table.rows.items():
        assert cells["system"], row_id
        assert cells["claim"] == evidence.row(row_id)["claim"]
        assert cells["controversy"] == (evidence.row(row_id)["controversy"] or "")


def test_each_step_of_the_account_has_rows_and_says_what_speaks_against_it(cascade: figures.Figure) -> None:
    steps = list(cascade.views.values())
    assert [view.finding.split(".")[0] for view in steps] == [f"Step {n} of 6" for n in range(1, 7)]
    assert all(view.notes for view in steps)
    for view in steps[1:5]:
        assert any("Against it" in note for note in view.notes)
        assert any(in_people(evidence.row(each)) for each in view.row_ids) or view is steps[1]
    names = {control.name: [option.value for option in control.options] for control in cascade.controls}
    assert list(cascade.views) == names["step"]


def test_the_picture_turns_a_triangle_as_its_name_says(cascade: figures.Figure) -> None:
    drawn = picture(cascade, "rest")
    assert {"rotate(90", "rotate(180", "rotate(270"} <= set(re.findall(r"rotate\(\d+", drawn))
