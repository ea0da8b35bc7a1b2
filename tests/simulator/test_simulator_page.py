"""The infusion simulator and the calculator in the published page, where MicroPython is their Python."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from ketamine_course.core import infusion_arithmetic as sums
from ketamine_course.figures.infusion import NOTICE
from ketamine_course.widgets.calculator import calculator_payload

from ..assessment.browser.keys import Keys
from ..assessment.browser.surfaces_of_items import assert_axe_clean, assert_fits
from ..surfaces import watched_page
from .drawn_simulator import (
    Choices,
    Simulator,
    assert_settles_on,
    assert_shows,
    csv_rows,
    expected,
    fail_on_words,
    figure,
    random_choices,
    start,
    values,
)

Theme = Literal["light", "dark"]

PEOPLE = sums.preset_patients()

#: States that between them hold every kind of part: each model, a refusal, a band, a pause, each warning.
EVERY_PART: tuple[Choices, ...] = (
    {"compare": "yes"},
    {"duration": "2"},
    {"duration": "2", "model": "domino"},
    {"vial": "100_for_10", "dose": "1"},
    {"vial": "50_for_10", "dose": "0.1"},
    {"vial": "10_for_50"},
    {"pause": "long", "duration": "100", "weight": "150", "model": "simons2022", "compare": "yes"},
    {"pause": "stopped", "duration": "20", "weight": "40"},
)


@contextmanager
def opened(
    browser: Browser, site: str, width: int = 1280, theme: Theme = "light", *, reveal: bool = True, strict: bool = True
) -> Iterator[Simulator]:
    with watched_page(browser, site, width=width, theme=theme, strict=strict) as page:
        page.goto(f"{site}/book/vial.html")
        simulator = Simulator(page)
        if reveal:
            simulator.root.scroll_into_view_if_needed()
            simulator.reveal()
        yield simulator


# ---------------------------------------------------------------- the numbers


@pytest.mark.parametrize("name", [control.name for control in figure().controls])
def test_each_value_of_a_control_shows_pythons_state(browser: Browser, site: str, name: str) -> None:
    with opened(browser, site) as simulator:
        assert_shows(simulator.read_state(), start())
        for value in [*reversed(values(name)), start()[name]]:
            if value == simulator.now[name]:
                continue
            simulator.use(name, value)
            assert_shows(simulator.read_state(), simulator.now)
            fail_on_words(simulator)
        assert_shows(simulator.read_state(), start())


def test_any_combination_shows_pythons_state(browser: Browser, site: str) -> None:
    """Sixty, drawn with a seed, besides those that hold every kind of part."""
    chosen = [*(start() | each for each in EVERY_PART), *random_choices(60, seed=20261123)]
    with opened(browser, site) as simulator:
        for choices in chosen:
            simulator.set_all(choices)
            assert_shows(simulator.read_state(), choices)
            fail_on_words(simulator)
    states = [expected(each) for each in chosen]
    assert any(not each["computed"]["rows"] for each in states), "no refusal among them"
    assert len({each["warning"][:35] for each in states}) >= 3
    assert any(len(each["computed"]["columns"]) == 6 for each in states), "no band among them"


def test_a_push_is_refused_by_the_default_model_in_words_and_not_drawn(browser: Browser, site: str) -> None:
    with opened(browser, site) as simulator:
        simulator.use("duration", "2")
        found = simulator.read_state()
        assert re.search(r"Fanta/Otto \(default\) is not drawn: the pump runs for 2 min", found["finding"])
        assert found["finding"].endswith("Choose a longer infusion or another model.")
        assert not [each["name"] for each in found["traces"] if "fanta_otto" in each["customdata"]]
        assert not [each["name"] for each in found["traces"] if "ketamine" in each["name"].lower()]
        assert found["cells"] == []
        assert csv_rows(found["csv"])[0] == [NOTICE]
        simulator.use("compare", "yes")
        found = simulator.read_state()
        assert_shows(found, simulator.now)
        drawn = {each["customdata"][0] for each in found["traces"]} & set(values("model"))
        assert drawn, "no other model takes a push"
        assert "fanta_otto" not in drawn
        said = " ".join([found["finding"], *found["notes"]])
        labels = {option.value: option.label for option in figure().controls[3].options}
        for model in set(values("model")) - drawn:
            assert f"{labels[model]} is not drawn" in said


# ---------------------------------------------------------------- what it says it is


def test_that_it_is_practice_is_drawn_printed_and_heads_the_file(browser: Browser, site: str) -> None:
    """On paper stands the first state, as a whole: its picture, its words, its table, and no warning of another."""
    with opened(browser, site) as simulator:
        page, root = simulator.page, simulator.root
        notice = root.locator(".kc-live .annotation").filter(has_text=NOTICE)
        expect(notice).to_be_visible()
        simulator.set_all(start() | {"vial": "100_for_10", "dose": "1", "weight": "90"})
        expect(notice).to_be_visible()
        there = simulator.read_state()
        assert there["warning"]
        root.locator(".kc-computed summary").click()
        expect(root.locator(".kc-computed").get_by_text(NOTICE)).to_be_visible()
        with page.expect_download() as download:
            root.get_by_role("link", name="Download what is computed (CSV)").click()
        assert download.value.suggested_filename == "infusion-simulator.csv"
        lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
        assert lines[0] == f'"{NOTICE}"'
        assert list(csv.reader(lines)) == csv_rows(there["csv"])

        page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        picture = root.locator(".kc-picture")
        expect(picture).to_be_visible()
        expect(picture.get_by_text(NOTICE)).to_be_visible()
        expect(root.locator(".kc-live")).to_be_hidden()
        first, paper = expected(start()), simulator.read_state()
        assert picture.get_attribute("aria-label") == first["finding"]
        for key in ("finding", "notes"):
            assert paper[key] == first[key]
        assert paper["cells"] == first["computed"]["rows"]
        assert paper["warning"] == ""
        expect(root.locator(".kc-computed").get_by_text(NOTICE)).to_be_visible()
        page.emulate_media(media="screen")
        page.evaluate("() => dispatchEvent(new Event('afterprint'))")
        assert_shows(simulator.read_state(), simulator.now)


def test_an_unrevealed_figure_is_printed_with_the_notice(browser: Browser, site: str) -> None:
    with opened(browser, site, reveal=False) as simulator:
        simulator.page.emulate_media(media="print")
        expect(simulator.root.locator(".kc-picture").get_by_text(NOTICE)).to_be_visible()


def test_nothing_is_revealed_before_the_prediction(browser: Browser, site: str) -> None:
    """Neither seen nor read out; and neither MicroPython nor the models are fetched."""
    with watched_page(browser, site) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}/book/vial.html")
        simulator = Simulator(page)
        root = simulator.root
        root.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert not [url for url in asked if "infusion.json" in url or "plotly" in url]
        parts = ("marks", "finding", "notes", "warning", "computed", "data", "sources", "links", "key")
        for part in ("controls", "live", *(each for each in parts if each != "controls")):
            expect(root.locator(f".kc-{part}").first).to_be_hidden()
        text = root.inner_text()
        state = expected(start())
        for number in re.findall(r"\d+ ng/mL", state["finding"]):
            assert number not in text
        sliders = root.get_by_role("slider")
        expect(sliders).to_have_count(2)
        for slider in sliders.all():
            expect(slider).to_have_attribute("aria-valuetext", "240 min")
        sliders.first.fill("3")
        sliders.last.fill("5")
        expect(root.locator(".kc-guesses line")).to_have_count(2)
        with simulator.redrawn():
            root.get_by_role("button", name="Reveal the data").click()
        feedback = root.get_by_role("group", name="Your prediction")
        expect(feedback).to_be_focused()
        assert "you marked 60 min" in feedback.locator("p").first.inner_text()
        assert "you marked 100 min" in feedback.locator("p").last.inner_text()
        guessed = root.evaluate("root => root.querySelector('.kc-live')._fullLayout.shapes.map(({x0}) => 60 * x0)")
        assert sorted(guessed) == pytest.approx([60, 100])
        assert_shows(simulator.read_state(), start())
        # To predict again hides it again.
        root.get_by_role("button", name="Predict again").click()
        for part in ("marks", "finding", "computed", "controls", "live"):
            expect(root.locator(f".kc-{part}").first).to_be_hidden()


# ---------------------------------------------------------------- in a hurry, and when something fails


def test_a_fast_run_of_a_slider_ends_in_its_last_state(browser: Browser, site: str) -> None:
    with opened(browser, site) as simulator:
        page = simulator.page
        simulator.control("dose").focus()
        page.keyboard.press("Home")
        for _ in range(14):
            page.keyboard.press("ArrowRight")
        assert_settles_on(simulator, start() | {"dose": values("dose")[14]})
        page.keyboard.press("End")
        for _ in range(9):
            page.keyboard.press("ArrowLeft")
        assert_settles_on(simulator, start() | {"dose": values("dose")[-10]})
        # To and fro within one turn of the browser: one drawing, of the last.
        simulator.now["dose"] = values("dose")[-10]
        for weight in (*values("weight"), "70", "50"):
            simulator.set_without_waiting({"weight": weight, "compare": "yes" if weight == "150" else "no"})
        assert_settles_on(simulator, simulator.now)
        assert simulator.now["weight"] == "50"


def test_choices_made_while_the_core_loads_end_in_the_last(browser: Browser, site: str) -> None:
    """What was asked first is answered late: the figure draws once, and not that."""
    with opened(browser, site, reveal=False) as simulator:
        page, root = simulator.page, simulator.root
        held: list[Route] = []
        page.route("**/core.json", lambda route: held.append(route))
        root.evaluate("root => { window.kcSeen = []; root.addEventListener('kc-drawn', () => "
                      "kcSeen.push(root.querySelector('.kc-finding span').textContent)); }")  # fmt: skip
        root.scroll_into_view_if_needed()
        with page.expect_request("**/core.json"):
            root.get_by_role("button", name="Show me without predicting").click()
        for choices in ({"dose": "1"}, {"vial": "100_for_10"}, {"dose": "0.3", "model": "hijazi"}, {"vial": "right"}):
            simulator.set_without_waiting(choices)
        assert page.evaluate("kcSeen") == []
        page.wait_for_timeout(100)
        for route in held:
            route.continue_()
        assert_settles_on(simulator, simulator.now)
        assert page.evaluate("kcSeen") == [expected(simulator.now)["finding"]]


@pytest.mark.parametrize("missing", ["core.json", "micropython.wasm", "contexts/infusion.json"])
def test_without_its_python_the_first_state_stays_with_a_message(browser: Browser, site: str, missing: str) -> None:
    """The next choice tries again."""
    with opened(browser, site, reveal=False, strict=False) as simulator:
        page, root = simulator.page, simulator.root
        page.route(f"**/{missing}", lambda route: route.fulfill(status=404, body="no"))
        root.scroll_into_view_if_needed()
        simulator.reveal()
        first = expected(start())
        for choices in (start(), start() | {"dose": "1", "vial": "100_for_10"}):
            if choices != start():
                simulator.set_all(choices)
            found = simulator.read_state()
            assert re.match(r"The figure cannot be computed here: .+\. It shows its first state\.$", found["warning"])
            assert found["finding"] == found["label"] == first["finding"]
            assert [each["name"] for each in found["traces"]] == [each["name"] for each in first["traces"]]
            assert found["cells"] == first["computed"]["rows"]
            assert csv_rows(found["csv"])[0] == [NOTICE]
        expect(root.get_by_role("alert")).to_be_visible()
        if missing != "micropython.wasm":  # its loader keeps what failed
            page.unroute_all()
            simulator.use("dose", "0.9")
            assert_shows(simulator.read_state(), simulator.now)


def test_what_failed_once_leaves_no_state_of_another_choice(browser: Browser, site: str) -> None:
    """After states that worked, a failure shows the first state, as it says, and not the last that worked."""
    with opened(browser, site) as simulator:
        simulator.use("dose", "1")
        # A value that no option has: Python refuses it.
        simulator.root.evaluate(
            """root => {
                const select = root.querySelector('[name=vial]');
                select.append(new Option('?', 'nonsense'));
            }"""
        )
        with simulator.redrawn():
            simulator.control("vial").select_option("nonsense")
        found, first = simulator.read_state(), expected(start())
        assert "vial is 'nonsense'; it must be one of" in found["warning"]
        assert found["finding"] == first["finding"]
        assert found["cells"] == first["computed"]["rows"]
        simulator.use("vial", "right")
        assert_shows(simulator.read_state(), simulator.now)


# ---------------------------------------------------------------- for everybody


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (320, "dark"), (320, "light"), (1280, "dark")])
def test_axe_finds_nothing_and_everything_fits_after_all_controls_were_used(
    browser: Browser, site: str, axe_source: str, width: int, theme: Theme
) -> None:
    with opened(browser, site, width, theme) as simulator:
        page, root = simulator.page, simulator.root
        article = page.locator("article")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        for summary in root.locator("details:not([open]) > summary").element_handles():
            summary.click()
        for name in start():
            simulator.use(name, values(name)[-1] if values(name)[-1] != start()[name] else values(name)[0])
        assert_axe_clean(article, axe_source, f"{simulator.now}")
        wrong = []
        for choices in EVERY_PART:
            simulator.set_all(start() | choices)
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{choices}: the page is {overflow} px too wide"
            wrong += [f"{choices}: {each}" for each in simulator.cut_off()]
        assert not wrong, "\n".join(wrong)
        simulator.set_all(start() | EVERY_PART[3])
        expect(root.get_by_role("alert")).to_be_visible()
        assert_axe_clean(article, axe_source, "with a warning")


@pytest.mark.parametrize("width", [320, 1280])
def test_everything_works_by_keyboard(browser: Browser, site: str, width: int) -> None:
    with opened(browser, site, width, reveal=False) as simulator:
        page, root = simulator.page, simulator.root
        keys = Keys(page)
        for name in ("ketamine", "midazolam"):
            slider = root.locator(f".kc-predict [name={name}]")
            keys.to(slider)
            keys.press("ArrowLeft")
            expect(slider).to_have_attribute("aria-valuetext", "220 min")
            keys.press("Home")
            expect(slider).to_have_attribute("aria-valuetext", "0 min")
        with simulator.redrawn():
            keys.use(root.get_by_role("button", name="Reveal the data"))
        for name in ("dose", "duration", "weight"):
            slider = simulator.control(name)
            label = next(each.label for each in figure().controls if each.name == name)
            expect(slider).to_have_accessible_name(label)
            for key, step in (("ArrowRight", 1), ("ArrowLeft", -1), ("ArrowUp", 1), ("ArrowRight", 1)):
                keys.to(slider)
                place = values(name).index(simulator.now[name]) + step
                with simulator.redrawn():
                    keys.press(key)
                simulator.now[name] = values(name)[place]
                options = next(each.options for each in figure().controls if each.name == name)
                said = next(each.label for each in options if each.value == simulator.now[name])
                expect(slider).to_have_attribute("aria-valuetext", said)
                expect(slider).to_be_focused()
                expect(slider.locator("xpath=preceding-sibling::output")).to_have_text(said)
                assert_shows(simulator.read_state(), simulator.now)
        for name in ("model", "pause", "vial"):
            keys.to(simulator.control(name))
            with simulator.redrawn():
                keys.press("ArrowDown")
            simulator.now[name] = values(name)[1]
            assert_shows(simulator.read_state(), simulator.now)
        with simulator.redrawn():
            keys.use(simulator.control("compare"), "Space")
        simulator.now["compare"] = "yes"
        assert_shows(simulator.read_state(), simulator.now)
        keys.use(root.locator(".kc-computed summary"))
        link = root.get_by_role("link", name="Download what is computed (CSV)")
        with page.expect_download() as download:
            keys.use(link)
        assert NOTICE in Path(download.value.path()).read_text(encoding="utf-8").splitlines()[0]
        keys.use(root.locator(".kc-data summary"))
        expect(root.locator(".kc-data table")).to_be_visible()


def test_without_javascript_picture_finding_and_table_stand(browser: Browser, site: str) -> None:
    with watched_page(browser, site, javascript=False) as page:
        page.goto(f"{site}/book/vial.html")
        root = page.get_by_role("figure", name=figure().title)
        first = expected(start())
        expect(root.locator(".kc-picture")).to_be_visible()
        expect(root.locator(".kc-picture").get_by_text(NOTICE)).to_be_visible()
        expect(root.locator(".kc-finding")).to_contain_text(first["finding"])
        assert root.locator(".kc-notes li").all_inner_texts() == first["notes"]
        root.locator(".kc-computed summary").click()
        table = root.locator(".kc-computed table")
        expect(table).to_be_visible()
        expect(root.locator(".kc-computed").get_by_text(NOTICE)).to_be_visible()
        assert table.locator("thead th").all_inner_texts() == first["computed"]["columns"]
        assert [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()] == first["computed"][
            "rows"
        ]
        calculator = page.locator(".kc-calculator")
        expect(calculator).to_contain_text(f"{NOTICE}. The calculator needs JavaScript.")
        expect(calculator).to_contain_text(PEOPLE[0]["who"])
        plan = sums.plan(PEOPLE[0]["order"])
        listed = calculator.locator("ol > li").all_inner_texts()
        assert len(listed) == len(plan["steps"])
        for line, step in zip(listed, plan["steps"], strict=True):
            reached = f" = {step['shown']} {step['unit']}" if step["shown"] else ""  # the double check has no figure
            assert line.strip() == f"{step['label']}: {step['numbers']}{reached}".strip()


# ---------------------------------------------------------------- the calculator, through its real host


def _own_figures(root: Locator, drawn: str, rate: str) -> None:
    form = root.locator(".ka-attempt")
    form.get_by_label("Volume to draw up (mL)").fill(drawn)
    form.get_by_label("Pump rate (mL/h)").fill(rate)
    form.get_by_role("button", name="Compare with the steps").click()


@contextmanager
def calculator(browser: Browser, site: str, width: int = 1280) -> Iterator[tuple[Page, Locator]]:
    with watched_page(browser, site, width=width) as page:
        page.goto(f"{site}/book/vial.html")
        root = page.locator(".ka")
        expect(root).to_be_visible()
        yield page, root


@pytest.mark.parametrize("place", range(len(PEOPLE)))
def test_the_calculator_of_the_page_works_each_person_out(browser: Browser, site: str, place: int) -> None:
    """The steps, the double check and the file are Python's."""
    person = PEOPLE[place]
    result = sums.plan(person["order"])
    with calculator(browser, site, 320 if place % 2 else 1280) as (page, root):
        root.get_by_role("radio", name=re.compile("^" + re.escape(person["who"]))).check()
        _own_figures(
            root, f"{result['settings']['volume_drawn_ml']:g}", f"{result['settings']['pump_rate_ml_per_h']:g}"
        )
        status = root.get_by_role("status")
        expect(status).to_have_text("Your figures are the same. The steps are shown below.")
        shown = root.get_by_role("group", name="Your figures and the steps")
        for step, listed in zip(result["steps"], shown.locator(".ka-steps > li").all(), strict=True):
            text = listed.inner_text()
            for part in ("label", "formula", "numbers", "rounding"):
                assert not step["shown"] or step[part] in text
            if step["shown"]:
                assert f"= {step['shown']} {step['unit']}" in text
        assert_fits(page, root)
        with page.expect_download() as download:
            shown.get_by_role("button", name="Download the steps (CSV)").click()
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
        assert NOTICE in text.splitlines()[0]
        assert list(csv.reader(io.StringIO(text))) == list(csv.reader(io.StringIO(sums.practice_csv(result))))
        shown.get_by_role("button", name="Cover the steps for the double check").click()
        covered = root.get_by_role("group", name="Independent double check")
        expect(covered).to_be_focused()
        for label, name in (
            ("Dose (mg)", "dose_mg"),
            ("Volume to draw up (mL)", "volume_drawn_ml"),
            ("Concentration (mg/mL)", "final_concentration_mg_per_ml"),
            ("Pump rate (mL/h)", "pump_rate_ml_per_h"),
        ):
            covered.get_by_label(label).fill(f"{result['figures'][name]:.6g}")
        covered.get_by_role("button", name="Compare both people's figures").click()
        expect(status).to_have_text("The double check agrees.")


def test_a_missing_figure_and_a_ten_fold_volume_are_told_with_their_source(browser: Browser, site: str) -> None:
    sources = json.loads(calculator_payload())["sources"]
    attempt = {"volume_drawn_ml": 7, "pump_rate_ml_per_h": 150}
    warning = sums.compare_attempt(PEOPLE[0]["order"], attempt)["warnings"][0]
    cited = [sources[row] for row in warning["rows"]]
    assert cited
    with calculator(browser, site) as (_, root):
        root.get_by_role("button", name="Compare with the steps").click()
        expect(root.get_by_role("status")).to_have_text("2 entries need a second look.")
        _own_figures(root, "7", "150")
        panel = root.locator(".ka-stop")
        expect(panel).to_contain_text(warning["text"])
        expect(panel.locator(".ka-sources")).to_have_text("Evidence: " + "; ".join(each["label"] for each in cited))
        links = panel.get_by_role("link").evaluate_all("nodes => nodes.map((node) => node.getAttribute('href'))")
        assert links == [each["href"] for each in cited if each["href"]]


def test_the_calculator_and_the_simulator_share_one_python(browser: Browser, site: str, axe_source: str) -> None:
    """Used in turn on one page, each answers for itself; the page stays sound."""
    with opened(browser, site) as simulator:
        root = simulator.page.locator(".ka")
        fetched: list[str] = []
        simulator.page.on("request", lambda request: fetched.append(request.url))
        _own_figures(root, "0.7", "150")
        expect(root.locator(".ka-steps > li").first).to_be_visible()
        simulator.use("dose", "0.8")
        assert_shows(simulator.read_state(), simulator.now)
        _own_figures(root, "7", "150")
        expect(root.locator(".ka-stop")).to_be_visible()
        assert not [url for url in fetched if "micropython" in url or "core.json" in url]
        assert_axe_clean(simulator.page.locator("article"), axe_source, "both used")
