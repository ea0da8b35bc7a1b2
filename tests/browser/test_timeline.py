"""The living figures draw the rows of the tables, in the published page and in JupyterLab alike.

What must be drawn is computed here from the CSV files alone; nothing of
``ketamine_course.figures`` is asked.
"""

from __future__ import annotations

import ast
import csv
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ketamine_course import cli
from ketamine_course.core.duration import ONSET_TICKS_H, duration_label
from ketamine_course.core.prediction import compare_prediction

from ..surfaces import Lab, contrast, watched_page, write_notebook
from .living_figure import Drawn, LivingFigure

_TABLES = cli.ROOT / "src" / "ketamine_course" / "evidence" / "tables"

TIMELINE = "Weeks or hours? Published points after the first dose"
EVENTS = "What happens when: events after the first dose"

#: Each measure of the figure: the measures of the table that its panels show, and whether as people of 100.
MEASURES: dict[str, tuple[tuple[str, ...], bool]] = {
    "response": (("madrs_response",), False),
    "gap": (("madrs_difference",), False),
    "remission": (("hamd17_remission", "madrs_remission_12", "madrs_remission_10"), False),
    "change": (("madrs_change",), False),
    "score": (("madrs_score",), False),
    "response_of_100": (("madrs_response",), True),
    "remission_of_100": (("madrs_remission_12", "madrs_remission_10"), True),
}

#: The check boxes, in the order of a state: linear axis, hide open label, only masked, only one dose.
SWITCHES = ("axis", "open_label", "blinding", "doses")

State = tuple[bool, bool, bool, bool]
Rows = list[dict[str, str]]


def _read_csv(name: str) -> Rows:
    with (_TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


POINTS = _read_csv("onset_points")
EVENT_ROWS = {row["event_id"]: row for row in _read_csv("onset_events")}


def _rows_in(measure: str, state: State) -> Rows:
    """Return the rows that a view must show before arms are paired."""
    linear, hide_open, only_masked, one_dose = state
    after_one = {(row["pair"], float(row["time_h"])) for row in POINTS if row["doses_given"] == "1"}
    return [
        row
        for row in POINTS
        if row["measure"] in MEASURES[measure][0]
        and not (hide_open and row["design"] == "open")
        and not (only_masked and row["design"] not in ("masked", "active_placebo"))
        and not (one_dose and (row["pair"], float(row["time_h"])) not in after_one)
        and (linear or float(row["time_h"]) != 0)
    ]


def _interval(row: dict[str, str]) -> tuple[float, float] | None:
    return (float(row["ci_low"]), float(row["ci_high"])) if row["ci_low"] and row["ci_high"] else None


def _expected_arms(measure: str, state: State) -> list[tuple[Any, ...]]:
    """Return each arm: its y axis and, in order of time, each point's row id, time, value and interval."""
    measures = MEASURES[measure][0]
    arms: dict[tuple[str, ...], Rows] = {}
    for row in _rows_in(measure, state):
        arms.setdefault((row["pair"], row["arm"], row["measure"]), []).append(row)
    return sorted(
        (
            measures.index(key[2]) + 1,
            *(
                (row["row_id"], float(row["time_h"]), float(row["value"]), _interval(row))
                for row in sorted(rows, key=lambda row: float(row["time_h"]))
            ),
        )
        for key, rows in arms.items()
    )


def _drawn_arms(drawn: Drawn) -> list[tuple[Any, ...]]:
    arms = []
    for trace in drawn.data:
        points = []
        errors = trace.get("error_y")
        for index, (row_id, x, y) in enumerate(zip(trace["customdata"], trace["x"], trace["y"], strict=True)):
            interval = None
            if errors and (errors["array"][index] or errors["arrayminus"][index]):
                interval = (round(y - errors["arrayminus"][index], 4), round(y + errors["array"][index], 4))
            points.append((row_id, x, y, interval))
        arms.append((int(trace["yaxis"][1:] or 1), *points))
    return sorted(arms)


def _expected_bars(measure: str, state: State) -> list[tuple[str, int, str, int]]:
    """Return each comparison of people: the treated row, its people of 100, the control row, its people."""
    rows = _rows_in(measure, state)

    def people(row: dict[str, str]) -> int:
        return int(float(row["value"]) + 0.5)

    return sorted(
        (treated["row_id"], people(treated), control["row_id"], people(control))
        for treated in rows
        if treated["arm_role"] == "treatment"
        for control in rows
        if control["arm_role"] == "control"
        and all(treated[column] == control[column] for column in ("pair", "time_h", "measure"))
    )


def _drawn_bars(drawn: Drawn) -> list[tuple[str, int, str, int]]:
    """Return the comparisons as they stand beside each other: a bar of each side under one label."""
    sides: dict[str, dict[str, tuple[str, int]]] = {}
    for trace in drawn.data:
        for row_id, label, x in zip(trace["customdata"], trace["y"], trace["x"], strict=True):
            side = sides.setdefault(label, {})
            assert trace["offsetgroup"] not in side, f"two bars lie on each other at {label!r}"
            side[trace["offsetgroup"]] = (row_id, x)
    return sorted((*side["drug"], *side["control"]) for side in sides.values())


def _assert_in_sight(trace: dict[str, Any], drawn: Drawn) -> None:
    """Assert that the axes reach every point of a trace."""
    low_x, high_x = drawn.x_range
    low_y, high_y = drawn.y_ranges[trace["yaxis"]]
    for row_id, x, y in zip(trace["customdata"], trace["x"], trace["y"], strict=True):
        assert low_x <= (math.log10(x) if drawn.x_type == "log" else x) <= high_x, f"{row_id} lies beside the axis"
        assert low_y <= y <= high_y, f"{row_id} lies above or below the axis"


def assert_view(drawn: Drawn, measure: str, state: State) -> None:
    """Assert that a view shows the rows of the CSV file that its controls keep, in the picture and in the table."""
    of_100 = MEASURES[measure][1]
    if of_100:
        expected_bars = _expected_bars(measure, state)
        assert _drawn_bars(drawn) == expected_bars
        ids = {row_id for treated, _, control, _ in expected_bars for row_id in (treated, control)}
        assert drawn.marks == 2 * len(expected_bars)
        assert drawn.x_type == "linear"
    else:
        expected = _expected_arms(measure, state)
        assert _drawn_arms(drawn) == expected
        points = [point for arm in expected for point in arm[1:]]
        ids = {row_id for row_id, *_ in points}
        assert drawn.marks == len(points), "not every point became a mark"
        assert drawn.error_bars == sum(interval is not None for *_, interval in points)
        assert drawn.x_type == ("linear" if state[0] else "log")
        for trace in drawn.data:
            _assert_in_sight(trace, drawn)
    assert sorted(drawn.table_rows) == sorted(ids)
    assert drawn.count == str(len(ids))
    assert drawn.label == drawn.finding


NOTEBOOK = (
    "from ketamine_course.widgets import onset_events, onset_timeline\n\ntimeline = onset_timeline()\ntimeline",
    "onset_events()",
    "print(timeline.choices)\nprint([row.id for row in timeline.shown_rows()])",
    'timeline.choices = timeline.choices | {"measure": "gap", "doses": "one"}',
)


@pytest.fixture(scope="module")
def notebook_in_lab(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A notebook that shows both figures, open in JupyterLab."""
    notebook = write_notebook(lab.root / "both_figures.ipynb", NOTEBOOK)
    with watched_page(browser, lab.url) as page:
        lab.open_notebook(page, notebook)
        yield page


@pytest.fixture
def page_in_lab(notebook_in_lab: Page) -> Page:
    """The same notebook with both figures made anew."""
    for number in (0, 1):
        run_cell(notebook_in_lab, number)
    return notebook_in_lab


def run_cell(page: Page, number: int) -> Locator:
    """Run a cell as a learner does, wait until it has run, and return its output."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    prompt = cell.locator(".jp-InputArea .jp-InputPrompt")
    before = re.sub(r"\D", "", prompt.inner_text())
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    expect(prompt).to_have_text(re.compile(rf"\[(?!{before}\])\d+\]" if before else r"\[\d+\]"), timeout=30_000)
    return cell.locator(".jp-OutputArea-output")


@pytest.fixture
def published_page(browser: Browser, site: str) -> Iterator[Page]:
    """The chapter with both figures as a learner opens it."""
    with watched_page(browser, site) as page:
        page.goto(f"{site}/book/onset.html")
        yield page


@pytest.fixture(params=["published_page", "page_in_lab"])
def host(request: pytest.FixtureRequest) -> Page:
    """The chapter in the published page, and the same figures in JupyterLab."""
    page: Page = request.getfixturevalue(request.param)
    return page


def test_nothing_is_cut_off_on_a_phone(browser: Browser, site: str) -> None:
    """At 320 px every label of every measure, axis and band lies within the drawing, and no two ticks overlap."""
    with watched_page(browser, site, width=320) as page:
        page.goto(f"{site}/book/onset.html")
        figure = LivingFigure(page, TIMELINE)
        figure.reveal()
        for linear, one_dose in ((False, False), (False, True), (True, True)):
            figure.choose_if_needed("axis", linear)
            figure.choose_if_needed("doses", one_dose)
            for measure in reversed(MEASURES):
                figure.choose_if_needed("measure", measure)
                assert figure.cut_off() == [], (measure, linear, one_dose)
        events = LivingFigure(page, EVENTS)
        events.wake()
        assert events.cut_off() == []


#: Every state of the switches, each but one switch away from the last (a Gray code).
ALL_STATES: list[State] = [
    (bool(gray & 1), bool(gray & 2), bool(gray & 4), bool(gray & 8)) for gray in (n ^ n >> 1 for n in range(16))
]

#: No switch, and each switch alone.
SINGLE_STATES = [state for state in ALL_STATES if sum(state) <= 1]


def _switched_on(state: State, index: int) -> State:
    axis, open_label, blinding, doses = (value or place == index for place, value in enumerate(state))
    return axis, open_label, blinding, doses


def _assert_views(figure: LivingFigure, states: list[State]) -> None:
    """Go through every measure in each state by the real inputs; assert each view, and that each switch matters."""
    figure.reveal()
    figure.open_table()
    options = figure.root.locator("select[name=measure] option")
    assert [option.get_attribute("value") for option in options.all()] == list(MEASURES)
    seen: dict[tuple[str, State], frozenset[tuple[str, ...]]] = {}
    measures = list(MEASURES)
    for state in states:
        for name, on in zip(SWITCHES, state, strict=True):
            figure.choose_if_needed(name, on)
        for measure in measures:
            figure.choose_if_needed("measure", measure)
            drawn = figure.read()
            assert_view(drawn, measure, state)
            seen[measure, state] = frozenset(tuple(trace["customdata"]) for trace in drawn.data)
        measures.reverse()
    assert len(seen) == len(MEASURES) * len(states)
    for index, name in enumerate(SWITCHES):
        changed = [
            (measure, off)
            for measure, off in seen
            if seen[measure, off] != seen.get((measure, _switched_on(off, index)), seen[measure, off])
        ]
        assert changed, f"the switch {name} changes no view: it teaches nothing, and this test shows nothing"


def test_every_view_of_the_page_draws_the_rows_of_the_table(published_page: Page) -> None:
    """Each of the 112 combinations of controls draws, and lists, exactly the rows that the CSV file says."""
    _assert_views(LivingFigure(published_page, TIMELINE), ALL_STATES)


def test_every_view_in_jupyterlab_draws_the_rows_of_the_table(page_in_lab: Page) -> None:
    """In JupyterLab each measure draws, and lists, the same rows with no switch and with each switch alone."""
    _assert_views(LivingFigure(page_in_lab, TIMELINE), SINGLE_STATES)


#: The start of what is said about a guess, and the event that it is compared with.
QUESTIONS = {
    "ketamine": ("A difference between ketamine and placebo", "event.kishimoto2016.separation"),
    "antidepressant": (
        "A difference between traditional antidepressants and placebo",
        "event.taylor2006.separation",
    ),
}

_PIXELS = """root => {
    const middle = (node) => { const {left, right} = node.getBoundingClientRect(); return (left + right) / 2; };
    const dashed = (node) => getComputedStyle(node).strokeDasharray !== 'none';
    const live = root.querySelector('.kc-live');
    return {
        ticks: [...live.querySelectorAll('.xtick text')].map(middle),
        guesses: [...live.querySelectorAll('.shapelayer path')].filter(dashed).map(middle),
        bands: [...live.querySelectorAll('.shapelayer path')].filter((node) => !dashed(node)).map((node) => {
            const {left, right} = node.getBoundingClientRect();
            return [left, right];
        }),
    };
}"""


def _slide(figure: LivingFigure, question: str, tick: int) -> None:
    """Move a slider from its place at the last tick to another, by arrow keys alone."""
    slider = figure.root.locator(f"input[type=range][name={question}]")
    slider.focus()
    for _ in range(len(ONSET_TICKS_H) - 1 - tick):
        figure.page.keyboard.press("ArrowLeft")


def _expected_feedback(ticks: dict[str, int]) -> list[str]:
    return [
        compare_prediction(ONSET_TICKS_H[ticks[name]], float(EVENT_ROWS[event]["start_h"]), subject)
        for name, (subject, event) in QUESTIONS.items()
    ]


def _assert_guess_lines(figure: LivingFigure, ticks: list[int], linear: bool = False) -> None:
    """Assert that a dotted line stands at each guessed time, measured against the labels of the axis."""
    pixels = figure.root.evaluate(_PIXELS)
    first, last = (0.0 if linear else ONSET_TICKS_H[0]), ONSET_TICKS_H[-1]

    def place(time_h: float) -> float:
        scale = (lambda hours: hours) if linear else math.log
        share: float = (scale(time_h) - scale(first)) / (scale(last) - scale(first))
        start, end = pixels["ticks"][0], pixels["ticks"][-1]
        return float(start + share * (end - start))

    assert pixels["guesses"] == pytest.approx([place(ONSET_TICKS_H[tick]) for tick in ticks], abs=1.5)


def test_a_prediction_is_made_by_keyboard_and_answered(host: Page) -> None:
    """Arrow keys move the sliders on both hosts; the answer and the lines of the figure follow the guesses."""
    figure = LivingFigure(host, TIMELINE)
    for hidden in (".kc-marks", ".kc-finding", ".kc-data", ".kc-controls"):
        expect(figure.root.locator(hidden)).to_be_hidden()
    ticks = {"ketamine": 2, "antidepressant": 4}
    for name, tick in ticks.items():
        _slide(figure, name, tick - 1)
        host.keyboard.press("ArrowRight")
        slider = figure.root.locator(f"input[type=range][name={name}]")
        expect(slider).to_be_focused()
        expect(slider).to_have_value(str(tick))
        expect(slider).to_have_attribute("aria-valuetext", duration_label(ONSET_TICKS_H[tick]))
        expect(figure.root.locator(f"output[for={slider.get_attribute('id')}]")).to_have_text(
            duration_label(ONSET_TICKS_H[tick])
        )
    with figure.redrawn():
        host.keyboard.press("Tab")
        expect(figure.root.get_by_role("button", name="Reveal the data")).to_be_focused()
        host.keyboard.press("Enter")
    feedback = figure.root.locator(".kc-feedback")
    expect(feedback).to_be_focused()
    expect(feedback.locator("p")).to_have_text(_expected_feedback(ticks))
    _assert_guess_lines(figure, [2, 4])
    figure.choose("axis", True)
    _assert_guess_lines(figure, [2, 4], linear=True)


def test_every_guess_is_answered_as_core_says(published_page: Page) -> None:
    """For each moment that a slider reaches, the sentence is that of ``core.prediction``; one can predict again."""
    figure = LivingFigure(published_page, TIMELINE)
    last = len(ONSET_TICKS_H) - 1
    for tick in range(last + 1):
        ticks = {"ketamine": tick, "antidepressant": last - tick}
        for name in QUESTIONS:
            _slide(figure, name, ticks[name])
        figure.reveal("Reveal the data")
        expect(figure.root.locator(".kc-feedback p")).to_have_text(_expected_feedback(ticks))
        _assert_guess_lines(figure, [tick, last - tick])
        figure.root.get_by_role("button", name="Predict again").click()
        expect(figure.root.locator("input[name=ketamine]")).to_be_focused()
        expect(figure.root.locator(".kc-finding")).to_be_hidden()


def test_no_guess_no_line(published_page: Page) -> None:
    """Who skips the prediction gets no verdict, and no line in the living or in the still picture."""
    figure = LivingFigure(published_page, TIMELINE)
    figure.reveal()
    expect(figure.root.locator(".kc-feedback p")).to_have_count(0)
    _assert_guess_lines(figure, [])
    expect(figure.root.locator(".kc-guesses line")).to_have_count(0)


def test_single_doses_show_when_the_gap_is_gone(published_page: Page) -> None:
    """The view of single doses marks the published span of loss, at its place on both time axes."""
    figure = LivingFigure(published_page, TIMELINE)
    figure.reveal()
    figure.choose("doses", True)
    event = EVENT_ROWS["event.kishimoto2016.loss"]
    span = [float(event["start_h"]), float(event["end_h"])]
    for linear in (False, True):
        if linear:
            figure.choose("axis", True)
        pixels = figure.root.evaluate(_PIXELS)
        first, last = (0.0 if linear else ONSET_TICKS_H[0]), ONSET_TICKS_H[-1]
        scale = (lambda hours: hours) if linear else math.log
        start, end = pixels["ticks"][0], pixels["ticks"][-1]
        expected = [start + (scale(at) - scale(first)) / (scale(last) - scale(first)) * (end - start) for at in span]
        assert pixels["bands"] == [pytest.approx(expected, abs=1.5)]


def test_a_highlighted_study_stands_out(host: Page) -> None:
    """Choosing a study fades every other one; choosing all brings them back."""
    figure = LivingFigure(host, TIMELINE)
    figure.reveal()
    study = _rows_in("response", (False, False, False, False))[0]["study"]
    figure.choose("highlight", study)
    opacities = {(trace["study"] == study, trace["opacity"]) for trace in figure.read().data}
    assert opacities == {(True, 1), (False, 0.15)}
    figure.choose("highlight", "")
    assert {trace["opacity"] for trace in figure.read().data} == {1}


def _set_theme(page: Page, theme: str) -> None:
    """Switch to light or dark, by the menu of JupyterLab or the button of the page."""
    if page.locator("#jp-top-panel").count():
        page.get_by_role("menuitem", name="Settings", exact=True).click()
        page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
        page.get_by_text(f"JupyterLab {theme.capitalize()}", exact=True).click()
        return
    switch = page.get_by_role("button", name="Color mode")
    for _ in range(3):
        if page.locator("html").get_attribute("data-theme") != theme:
            switch.click()


_COLOURS = """root => {
    const style = getComputedStyle(root);
    return {
        ground: style.backgroundColor,
        ink: style.getPropertyValue('--kc-ink').trim(),
        font: root.querySelector('.kc-live').layout.font.color,
        marks: [...new Set([...root.querySelectorAll('.scatterlayer .point')].map((node) => {
            const {fill, stroke} = getComputedStyle(node);
            return fill === 'none' ? stroke : fill;
        }))].sort(),
    };
}"""


def test_the_theme_switch_redraws_in_other_colours(host: Page) -> None:
    """In light and in dark each mark has a colour of that theme, and contrast enough for the letter on it."""
    figure = LivingFigure(host, TIMELINE)
    figure.reveal()
    light = figure.root.evaluate(_COLOURS)
    with figure.redrawn():
        _set_theme(host, "dark")
    dark = figure.root.evaluate(_COLOURS)
    with figure.redrawn():
        _set_theme(host, "light")
    assert figure.root.evaluate(_COLOURS) == light
    assert len(light["marks"]) == len(dark["marks"]) > 2
    assert not set(light["marks"]) & set(dark["marks"])
    for colours in (light, dark):
        assert colours["font"] == colours["ink"]
        for mark in colours["marks"]:
            assert contrast(mark, colours["ground"]) >= 4.5, f"{mark} on {colours['ground']}"


def test_the_events_are_those_of_the_table(host: Page) -> None:
    """Each bar or mark of the timeline of events is a row of the CSV file, from its start to its end."""
    figure = LivingFigure(host, EVENTS)
    figure.wake()
    figure.open_table()
    drawn = figure.read()
    expected = {
        row_id: (row["label"], sorted({float(row["start_h"]), float(row["end_h"])}))
        for row_id, row in EVENT_ROWS.items()
    }
    assert {trace["customdata"][0]: (trace["name"], trace["x"]) for trace in drawn.data} == expected
    assert len(drawn.data) == len(expected)
    assert drawn.marks == sum(len(times) for _, times in expected.values())
    assert drawn.x_type == "log"
    for trace in drawn.data:
        assert set(trace["customdata"]) == {trace["customdata"][0]}
        assert len(set(trace["y"])) == 1
        _assert_in_sight(trace, drawn)
    assert sorted(drawn.table_rows) == sorted(expected)
    assert drawn.count == str(len(expected))


def test_python_sees_a_click_and_moves_the_figure(page_in_lab: Page) -> None:
    """In JupyterLab ``timeline.choices`` follows the inputs, and setting it moves inputs, picture and table."""
    figure = LivingFigure(page_in_lab, TIMELINE)
    figure.reveal()
    figure.open_table()
    figure.choose("measure", "change")
    figure.choose("open_label", True)
    choices, row_ids = run_cell(page_in_lab, 2).inner_text().strip().splitlines()
    assert ast.literal_eval(choices) == {
        "measure": "change",
        "axis": "log",
        "open_label": "hide",
        "blinding": "any",
        "doses": "any",
    }
    assert sorted(ast.literal_eval(row_ids)) == sorted(
        row["row_id"] for row in _rows_in("change", (False, True, False, False))
    )
    with figure.redrawn():
        run_cell(page_in_lab, 3)
    expect(figure.root.locator("select[name=measure]")).to_have_value("gap")
    for name, checked in zip(SWITCHES, (False, True, False, True), strict=True):
        expect(figure.root.locator(f"input[name={name}]")).to_be_checked(checked=checked)
    assert_view(figure.read(), "gap", (False, True, False, True))
