"""The trial explorer, the icon arrays and STAR*D show their tables, in the published page and in JupyterLab alike.

What must be drawn is asked of the figure in Python, and worked out here from the CSV files besides.
"""

from __future__ import annotations

import base64
import csv
import io
import math
import random
import re
from collections.abc import Iterator
from functools import cache
from statistics import NormalDist

import pytest
from playwright.sync_api import Browser, Page

from ketamine_course import cli
from ketamine_course.figures import Figure, View
from ketamine_course.widgets.star_d import TOTALS, star_d_figure
from ketamine_course.widgets.trials import icon_arrays_figure, trial_explorer_figure

from ..surfaces import Lab, watched_page, write_notebook
from .living_figure import Drawn, LivingFigure

_EVIDENCE = cli.ROOT / "src" / "ketamine_course" / "evidence"

#: The controls of the explorer after the question, which are the columns of the trials that they look at.
FILTERS = ("comparator", "route", "population", "blinding")

#: The question, then a value of each filter; empty is no filter.
Combination = tuple[str, ...]


@cache
def _read_csv(name: str) -> dict[str, dict[str, str]]:
    folder = "derived" if (_EVIDENCE / "derived" / f"{name}.csv").exists() else "tables"
    with (_EVIDENCE / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


@cache
def explorer() -> Figure:
    return trial_explorer_figure()


@cache
def icons() -> Figure:
    return icon_arrays_figure()


@cache
def star_d() -> Figure:
    return star_d_figure()


FIGURES = {"trials": (explorer, icons), "star_d": (star_d,)}


def _view(combination: Combination) -> View:
    return explorer().views["|".join(combination)]


def _is_pooled(view: View) -> bool:
    return any(row_id in _read_csv("pooled_effects") for row_id in view.row_ids)


@cache
def sample() -> tuple[Combination, ...]:
    """Return the default, each question with trials left, each pooled selection, and three that leave none."""
    chance = random.Random(20261123)
    by_question: dict[str, list[Combination]] = {}
    pooled: dict[View, Combination] = {}
    empty: list[Combination] = []
    for key, view in explorer().views.items():
        combination = tuple(key.split("|"))
        if not view.row_ids:
            empty.append(combination)
            continue
        by_question.setdefault(combination[0], []).append(combination)
        if _is_pooled(view):
            pooled.setdefault(view, combination)
    default = tuple(explorer().default_key.split("|"))
    chosen = [default, *(chance.choice(each) for each in by_question.values()), *pooled.values()]
    chosen += chance.sample(empty, 3)
    chosen += [(question, "", "", "", "") for question in chance.sample(list(by_question), 6)]
    return tuple(dict.fromkeys(chosen))


def test_the_sample_holds_what_it_should() -> None:
    questions = {option.value for option in explorer().controls[0].options}
    assert len(sample()) >= 60
    assert {question for question, *_ in sample()} == questions
    assert sample()[0] == (explorer().controls[0].options[0].value, "", "", "", "")
    assert sum(_is_pooled(_view(each)) for each in sample()) >= 5
    assert sum(not _view(each).row_ids for each in sample()) >= 3
    for place, name in enumerate(FILTERS, start=1):
        assert any(each[place] for each in sample() if _view(each).row_ids), f"no combination filters by {name}"


def _choose(figure: LivingFigure, combination: Combination) -> None:
    for name, value in zip(("question", *FILTERS), combination, strict=True):
        figure.choose_if_needed(name, value)


# ---------------------------------------------------------------- what a view must show


def _assert_shows(drawn: Drawn, figure: Figure, view: View) -> None:
    """Assert that the traces, the words, the rows and the sources are those of a view of the figure in Python."""
    assert [(each.get("customdata"), each["x"], each["y"], each.get("name")) for each in drawn.data] == [
        (trace.get("customdata"), trace["x"], trace["y"], trace.get("name"))
        for trace in (figure.traces[name] for name in view.traces)
    ]
    assert drawn.finding == drawn.label == view.finding
    rows = figure.table.rows
    assert sorted(drawn.table_rows) == sorted(view.row_ids)
    assert drawn.count == str(len(view.row_ids))
    cited = {rows[row_id]["reference"] for row_id in view.row_ids} - {""}
    assert sorted(key for key, *_ in drawn.sources) == sorted(cited)
    for key, text, href in drawn.sources:
        assert text.strip(), f"the source {key} has no words"
        assert href.startswith("https://"), f"the source {key} ({text}) leads nowhere"


def _selected(combination: Combination) -> dict[str, dict[str, str]]:
    """Return the results that a combination selects, read from the CSV files: no word of Python's figure is used."""
    question, *wanted = combination
    drug, outcome, *rest = question.split(".")
    time_h = next((part[:-1] for part in rest if re.fullmatch(r"\d+h", part)), "")
    kind = next((part.replace("_", " ") for part in rest if part in ("any_time_until", "end_of_treatment")), "at")
    trials = _read_csv("trials")
    return {
        result_id: row
        for result_id, row in _read_csv("trial_results").items()
        if trials[row["trial_id"]]["drug"] == drug
        and row["outcome"].replace(" ", "_") == outcome
        and (float(row["time_h"]) if row["time_h"] else None) == (float(time_h) if time_h else None)
        and row["time_kind"] == kind
        and all(
            not value or trials[row["trial_id"]][name] == value for name, value in zip(FILTERS, wanted, strict=True)
        )
    }


def _odds_ratio(row: dict[str, str]) -> tuple[float, float, float]:
    """Return low end, odds ratio and high end by Wald, one half added to each cell if one of them is zero."""
    a, n1, c, n2 = (int(row[name]) for name in ("active_events", "active_n", "control_events", "control_n"))
    cells: list[float] = [a, n1 - a, c, n2 - c]
    if 0 in cells:
        cells = [each + 0.5 for each in cells]
    ratio = cells[0] * cells[3] / cells[1] / cells[2]
    spread = math.exp(NormalDist().inv_cdf(0.975) * math.sqrt(sum(1 / each for each in cells)))
    return ratio / spread, ratio, ratio * spread


def _assert_odds_ratios(drawn: Drawn, rows: dict[str, dict[str, str]]) -> None:
    """Assert that each trial stands at the odds ratio of its counts; an end that is cut stands at the axis's end."""
    traces = {each["customdata"][0]: each["x"] for each in drawn.data if each["customdata"][0] in rows}
    assert sorted(traces) == sorted(rows)
    edges = [10**end for end in drawn.x_range]
    for result_id, (_, _, *shown) in traces.items():
        for at, expected in zip(shown, _odds_ratio(rows[result_id]), strict=True):
            clipped = min(max(expected, edges[0]), edges[1])
            assert at == pytest.approx(clipped, rel=2e-3), f"{result_id}: {expected}"


# ---------------------------------------------------------------- the two hosts


NOTEBOOK = (
    "from ketamine_course.widgets import icon_arrays, star_d_flow, trial_explorer\n\ntrial_explorer()",
    "icon_arrays()",
    "star_d_flow()",
)


@pytest.fixture(scope="module")
def notebook_in_lab(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A notebook that shows the three figures, open in JupyterLab, its cells run."""
    notebook = write_notebook(lab.root / "explorers.ipynb", NOTEBOOK)
    with watched_page(browser, lab.url) as page:
        lab.open_notebook(page, notebook)
        lab.run_all(page)
        yield page


@pytest.fixture
def trials_page(browser: Browser, site: str) -> Iterator[Page]:
    """The chapter on trials as a learner opens it."""
    with watched_page(browser, site) as page:
        page.goto(f"{site}/book/trials.html")
        yield page


@pytest.fixture
def star_d_page(browser: Browser, site: str) -> Iterator[Page]:
    """The chapter on STAR*D as a learner opens it."""
    with watched_page(browser, site) as page:
        page.goto(f"{site}/book/star_d.html")
        yield page


def _alive(page: Page, figure: Figure) -> LivingFigure:
    """Return a figure that is drawn, with its table open."""
    living = LivingFigure(page, figure.title)
    living.wake()
    living.open_table()
    return living


# ---------------------------------------------------------------- the trial explorer


@pytest.fixture(scope="module")
def read_in_page(browser: Browser, site: str) -> dict[Combination, Drawn]:
    """What the published page shows for each combination of the sample, chosen by its selects."""
    with watched_page(browser, site) as page:
        page.goto(f"{site}/book/trials.html")
        figure = _alive(page, explorer())
        read = {}
        for combination in sample():
            _choose(figure, combination)
            read[combination] = figure.read()
        return read


def test_the_page_shows_what_python_worked_out(read_in_page: dict[Combination, Drawn]) -> None:
    """Each combination draws, lists and cites the results of the figure in Python, with its finding."""
    assert len(read_in_page) >= 60
    for drawn, view in ((drawn, _view(combination)) for combination, drawn in read_in_page.items()):
        _assert_shows(drawn, explorer(), view)
        # The label, both ends and the estimate; the gap between label and line is none.
        assert drawn.marks == 4 * len(view.traces)


def test_the_filters_keep_the_trials_that_the_csv_files_say(read_in_page: dict[Combination, Drawn]) -> None:
    for combination, drawn in read_in_page.items():
        results = _read_csv("trial_results")
        question = combination[0]
        if ".symptom_difference." in question:
            # Several scales: the question's last word is the first of its unit.
            expected = {
                result_id
                for result_id, row in _selected(combination).items()
                if row["unit"].split()[0].lower() == question.split(".")[-1]
            }
        else:
            expected = set(_selected(combination))
        assert {row_id for row_id in drawn.table_rows if row_id in results} == expected, combination


def test_each_trial_stands_at_the_odds_ratio_of_its_counts(read_in_page: dict[Combination, Drawn]) -> None:
    """The estimate and its 95 % interval are Wald's, worked out here from the CSV file's four counts."""
    checked = 0
    for combination, drawn in read_in_page.items():
        rows = _selected(combination)
        if rows and ".symptom_difference." not in combination[0]:
            _assert_odds_ratios(drawn, rows)
            checked += 1
    assert checked >= 10


def test_jupyterlab_shows_the_numbers_of_the_page(
    notebook_in_lab: Page, read_in_page: dict[Combination, Drawn]
) -> None:
    """The default, a question of each kind, pooled and empty selections are the same in a lab as in the page."""
    figure = _alive(notebook_in_lab, explorer())
    pooled = [each for each in sample() if _is_pooled(_view(each))]
    empty = [each for each in sample() if not _view(each).row_ids]
    chosen = dict.fromkeys((sample()[0], *pooled[:4], empty[0], *sample()[3:48:6]))
    assert len(chosen) >= 10
    for combination in chosen:
        _choose(figure, combination)
        drawn, published = figure.read(), read_in_page[combination]
        assert drawn == published, combination


def test_the_sources_change_with_the_view(read_in_page: dict[Combination, Drawn]) -> None:
    named = {frozenset(key for key, *_ in drawn.sources) for drawn in read_in_page.values()}
    assert len(named) > 10
    assert frozenset() in named


# ---------------------------------------------------------------- icon arrays

#: Of each array, the left one first: how many signs it has, how many are filled; and each heading's lines.
_ICONS = """root => {
    const live = root.querySelector('.kc-live');
    const signs = [...live.querySelectorAll('.scatterlayer .point')].map((node) => {
        const {left, right} = node.getBoundingClientRect();
        return {at: (left + right) / 2, filled: getComputedStyle(node).fill !== 'none'};
    });
    const places = signs.map(({at}) => at);
    const middle = (Math.min(...places) + Math.max(...places)) / 2;
    const arrays = [signs.filter(({at}) => at < middle), signs.filter(({at}) => at > middle)];
    const headings = [...live.querySelectorAll('.annotation')]
        .sort((one, other) => one.getBoundingClientRect().left - other.getBoundingClientRect().left);
    return {
        arrays: arrays.map((array) => [array.length, array.filter(({filled}) => filled).length]),
        headings: headings.map((node) => [...node.querySelectorAll('tspan.line')].map((line) => line.textContent)),
    };
}"""

COMPARISONS = [option.value for option in icons().controls[0].options]


def _arms(row_id: str) -> list[tuple[str, int]]:
    """Return what each arm got and how many of 100 people had the event, read from the CSV files."""
    results, harms = _read_csv("trial_results"), _read_csv("adverse_events")
    row = results.get(row_id) or harms[row_id]
    arms = _read_csv("trials")[row["trial_id"]] if row_id in results else row
    return [
        (arms[name], math.floor(100 * int(row[f"{arm}_events"]) / int(row[f"{arm}_n"]) + 0.5))
        for name, arm in (("drug", "active"), ("comparator", "control"))
    ]


def _assert_icons(figure: LivingFigure, row_id: str) -> None:
    figure.choose_if_needed("comparison", row_id)
    seen = figure.root.evaluate(_ICONS)
    arms = _arms(row_id)
    assert seen["arrays"] == [[100, people] for _, people in arms], row_id
    assert seen["headings"] == [[f"{people} of 100", name] for name, people in arms], row_id
    drawn = figure.read()
    _assert_shows(drawn, icons(), icons().views[row_id])
    (active, with_event), (control, without) = arms
    words = f"{with_event} of 100 people given {active}, and {without} of 100 given {control}."
    assert words in drawn.finding


def test_every_comparison_fills_its_people_of_100_in_the_page(trials_page: Page) -> None:
    figure = _alive(trials_page, icons())
    for row_id in COMPARISONS:
        _assert_icons(figure, row_id)


def test_comparisons_fill_their_people_of_100_in_jupyterlab(notebook_in_lab: Page) -> None:
    figure = _alive(notebook_in_lab, icons())
    for row_id in COMPARISONS[:: len(COMPARISONS) // 4][:4]:
        _assert_icons(figure, row_id)


# ---------------------------------------------------------------- STAR*D

#: The width of each bar in pixels, in the order of the traces.
_BARS = (
    """root => [...root.querySelectorAll('.kc-live .scatterlayer path.js-line')].map((node) => node.getBBox().width)"""
)


def _expected_bars(reading: str) -> list[float]:
    """Return the length of each bar, worked out from the CSV files."""
    steps = sorted(_read_csv("star_d").values(), key=lambda row: int(row["step"]))
    totals = _read_csv("star_d_readings")
    if reading == "totals":
        return [float(totals[row_id]["value"]) for row_id in TOTALS]
    bars: list[float] = []
    everybody = int(totals["stard.cumulative_enrolled"]["n"])
    left, seen = 1.0, 0
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        remitted, on = int(step["remitted"]), int(following["entered"]) if following else 0
        if reading == "flow":
            parts = (remitted, on, int(step["entered"]) - remitted - on)
            bars += [part for part in parts if part]
        else:
            left *= 1 - float(step["remission_percent"]) / 100
            seen += remitted
            bars += [100 * (1 - left), 100 * seen / everybody]
    return bars


@pytest.fixture(params=["star_d_page", "notebook_in_lab"])
def star_d_host(request: pytest.FixtureRequest) -> Page:
    """The chapter on STAR*D, and its figure in JupyterLab."""
    page: Page = request.getfixturevalue(request.param)
    return page


def test_every_reading_of_star_d_has_bars_as_long_as_its_numbers(star_d_host: Page) -> None:
    figure = _alive(star_d_host, star_d())
    readings = [option.value for option in star_d().controls[0].options]
    assert readings == ["flow", "adding", "totals"]
    for reading in readings:
        figure.choose_if_needed("reading", reading)
        drawn = figure.read()
        _assert_shows(drawn, star_d(), star_d().views[reading])
        expected = _expected_bars(reading)
        bars = [each["x"] for each in drawn.data if len(each["x"]) == 2]
        assert [end - start for start, end in bars] == pytest.approx(expected, abs=0.02), reading
        widths = figure.root.evaluate(_BARS)
        scale = sum(widths) / sum(expected)
        assert widths == pytest.approx([scale * each for each in expected], abs=1), reading


# ---------------------------------------------------------------- downloads


def _assert_is_table(name: str, text: str) -> None:
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = _read_csv(name)
    assert list(rows[0]) == list(next(iter(expected.values())))
    assert rows == list(expected.values())


@pytest.mark.parametrize("chapter", FIGURES)
def test_the_tables_of_the_page_can_be_downloaded(browser: Browser, site: str, chapter: str) -> None:
    """A click on each link gives a CSV file of the name that it says, with the table's header and rows."""
    with watched_page(browser, site) as page:
        page.goto(f"{site}/book/{chapter}.html")
        for figure in FIGURES[chapter]:
            links = LivingFigure(page, figure().title).root.locator("a.kc-csv")
            assert links.count() == len(figure().table.csv_names)
            for link, name in zip(links.all(), figure().table.csv_names, strict=True):
                answer = page.request.get(str(link.evaluate("link => link.href")))
                assert answer.status == 200
                _assert_is_table(name, answer.text())
                # Chromium writes the file to the disk first, which takes long while other tests build books.
                with page.expect_download(timeout=30_000) as download:
                    link.click()
                assert download.value.suggested_filename == f"{name}.csv"
                assert download.value.path().read_bytes() == answer.body()


def test_the_tables_in_jupyterlab_are_in_the_links(notebook_in_lab: Page) -> None:
    """Without a server of files each link of a lab holds its whole table."""
    for figure in (explorer(), icons(), star_d()):
        links = LivingFigure(notebook_in_lab, figure.title).root.locator("a.kc-csv")
        assert links.count() == len(figure.table.csv_names)
        for link, name in zip(links.all(), figure.table.csv_names, strict=True):
            assert link.get_attribute("download") == f"{name}.csv"
            kind, _, content = str(link.get_attribute("href")).partition(",")
            assert kind == "data:text/csv;base64"
            _assert_is_table(name, base64.b64decode(content, validate=True).decode("utf-8"))


# ---------------------------------------------------------------- on a phone

_SCROLLS_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _views_with_all_labels(figure: Figure) -> list[Combination]:
    """Return views that hold every label between them: each option of the first control, and what is pooled."""
    rest = [""] * (len(figure.controls) - 1)
    views: list[Combination] = [(option.value, *rest) for option in figure.controls[0].options]
    return views + ([each for each in sample() if _is_pooled(_view(each))] if figure is explorer() else [])


@pytest.mark.parametrize("chapter", FIGURES)
def test_nothing_is_cut_off_on_a_phone(browser: Browser, site: str, chapter: str) -> None:
    """At 320 px no view widens the page, every label lies within its drawing, and no two ticks overlap."""
    with watched_page(browser, site, width=320) as page:
        page.goto(f"{site}/book/{chapter}.html")
        wrong = []
        for make in FIGURES[chapter]:
            living = LivingFigure(page, make().title)
            living.wake()
            for combination in _views_with_all_labels(make()):
                for control, value in zip(make().controls, combination, strict=True):
                    living.choose_if_needed(control.name, value)
                assert page.evaluate(_SCROLLS_SIDEWAYS) <= 0, combination
                wrong += [f"{'|'.join(combination)}: {each}" for each in living.cut_off()]
        assert not wrong, "\n".join(wrong)
