"""The calculator in a page that runs MicroPython: by keyboard, at every width, in both themes, in print, offline."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ketamine_course.core import infusion_arithmetic as sums
from ketamine_course.widgets.esm import STATIC, bundle

from ..assessment.browser.keys import Keys
from ..assessment.browser.surfaces_of_items import assert_axe_clean, assert_fits, named_controls
from ..surfaces import contrast, watched_page

PEOPLE = sums.preset_patients()
NOTICE = "Practice only, not for patient care"
SCRIPT = (STATIC / "calculator.js").read_text(encoding="utf-8")


@contextmanager
def calculator(
    browser: Browser, url: str, width: int = 1280, theme: Literal["light", "dark"] = "light"
) -> Iterator[tuple[Page, Locator]]:
    with watched_page(browser, url, width=width, theme=theme) as page:
        page.goto(url)
        root = page.locator(".ka")
        expect(root).to_be_visible()
        yield page, root


def own_figures(root: Locator, drawn: str, rate: str) -> None:
    form = root.locator(".ka-attempt")
    form.get_by_label("Volume to draw up (mL)").fill(drawn)
    form.get_by_label("Pump rate (mL/h)").fill(rate)
    form.get_by_role("button", name="Compare with the steps").click()


def steps(root: Locator) -> Locator:
    return root.locator(".ka-steps > li")


def status(root: Locator) -> Locator:
    return root.get_by_role("status")


def person(root: Locator, place: int) -> Locator:
    return root.get_by_role("radio", name=re.compile("^" + re.escape(PEOPLE[place]["who"])))


@pytest.mark.parametrize("width", [320, 640])
@pytest.mark.parametrize("place", [0, 2])
def test_a_person_is_worked_out_and_checked_twice_by_keyboard_alone(
    browser: Browser, calculator_url: str, width: int, place: int
) -> None:
    """320 pixels are a phone, 640 a desk's window at 200 %."""
    result = sums.plan(PEOPLE[place]["order"])
    with calculator(browser, calculator_url, width) as (page, root):
        keys = Keys(page)
        keys.radio(root.get_by_role("radio"), PEOPLE[place]["id"])
        form = root.locator(".ka-attempt")
        for label, name in (("Volume to draw up (mL)", "volume_drawn_ml"), ("Pump rate (mL/h)", "pump_rate_ml_per_h")):
            keys.to(form.get_by_label(label))
            page.keyboard.type(f"{result['settings'][name]:g}")
        expect(steps(root)).to_have_count(0)
        keys.use(form.get_by_role("button", name="Compare with the steps"))

        shown = root.get_by_role("group", name="Your figures and the steps")
        expect(shown).to_be_focused()
        expect(status(root)).to_have_text("Your figures are the same. The steps are shown below.")
        assert shown.locator(".ka-compared li").all_inner_texts() == [
            f"✓ Volume to draw up: the worked figure {result['figures']['volume_drawn_ml']:.4g} mL, yours "
            f"{result['settings']['volume_drawn_ml']:g} mL: the same.",
            "✓ Pump rate: the worked figure 150 mL/h, yours 150 mL/h: the same.",
        ]
        for step, listed in zip(result["steps"], steps(root).all(), strict=True):
            text = listed.inner_text()
            for part in ("label", "formula", "numbers"):
                assert step[part] in text
            if step["shown"]:
                assert f"= {step['shown']} {step['unit']}" in text
                assert step["rounding"] in text
        assert_fits(page, root)

        keys.use(shown.get_by_role("button", name="Cover the steps for the double check"))
        covered = root.get_by_role("group", name="Independent double check")
        expect(covered).to_be_focused()
        expect(shown).to_be_hidden()
        expect(form).to_be_hidden()
        expect(covered).to_contain_text(f"the label of the vial ({PEOPLE[place]['order']['vial_mg_per_ml']} mg/mL)")
        for label, unit, name in (
            ("Dose", "mg", "dose_mg"),
            ("Volume to draw up", "mL", "volume_drawn_ml"),
            ("Concentration", "mg/mL", "final_concentration_mg_per_ml"),
            ("Pump rate", "mL/h", "pump_rate_ml_per_h"),
        ):
            keys.to(covered.get_by_label(f"{label} ({unit})"))
            page.keyboard.type(f"{result['figures'][name]:.4g}")
        assert_fits(page, root)
        keys.use(covered.get_by_role("button", name="Compare both people's figures"))
        expect(shown).to_be_focused()
        expect(status(root)).to_have_text("The double check agrees.")
        expect(shown).to_contain_text("Both agree: Both agree on each figure.")
        expect(shown.locator(".ka-same")).to_have_count(6)
        assert_fits(page, root)


def test_the_six_people_come_first_and_fill_the_order(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        first = root.get_by_role("group").first
        expect(first).to_have_accessible_name("1. Choose a person to practise with")
        radios = first.get_by_role("radio")
        assert radios.count() == 7
        expect(root).to_contain_text("All people here are made up.")
        for place, each in enumerate(PEOPLE):
            person(root, place).check()
            for name, value in each["order"].items():
                expect(root.locator(f'[name="{name}"]')).to_have_value(str(value))
        root.get_by_label("Weight (kg)").fill("81")
        expect(radios.last).to_be_checked()


def test_the_steps_wait_for_the_learners_own_figures(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (page, root):
        root.get_by_role("button", name="Compare with the steps").click()
        expect(status(root)).to_have_text("2 entries need a second look.")
        drawn = root.locator(".ka-attempt").get_by_label("Volume to draw up (mL)")
        expect(drawn).to_be_focused()
        expect(drawn).to_have_attribute("aria-invalid", "true")
        expect(drawn).to_have_accessible_description(
            "✗ Volume to draw up is missing; allowed: a number of mL above 0. Enter a number."
        )
        expect(steps(root)).to_have_count(0)
        assert "plan" not in page.evaluate("calls.map(([name]) => name)")
        drawn.fill("0.7")
        expect(drawn).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("Weight (kg)", "400", "Weight is 400 kg; allowed: 40 to 150 kg. Check the unit and the decimal point."),
        ("Dose (mg/kg)", "5", "Dose is 5 mg/kg; allowed: 0.1 to 1 mg/kg. Check the unit and the decimal point."),
        ("Duration (min)", "", "Duration is missing; allowed: 2 to 100 min. Enter a number."),
        ("Final volume (mL)", "0.3", "Final volume is 0.3 mL; allowed: more than the 0.7 mL that are drawn up"),
    ],
)
def test_a_wrong_entry_is_told_at_its_field_in_pythons_words(
    browser: Browser, calculator_url: str, label: str, value: str, words: str
) -> None:
    with calculator(browser, calculator_url) as (_, root):
        field = root.get_by_label(label, exact=True).first
        field.fill(value)
        own_figures(root, "0.7", "150")
        expect(status(root)).to_have_text("1 entry needs a second look.")
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(re.compile(re.escape(words)))
        expect(steps(root)).to_have_count(0)


def test_the_strongest_vial_undiluted_is_refused_with_the_remedy(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        person(root, 5).check()
        root.get_by_label("Final volume (mL)").fill("0.425")
        own_figures(root, "0.43", "0.6")
        expect(root.get_by_label("Final volume (mL)")).to_have_accessible_description(re.compile("dilute it first"))


def test_a_short_person_has_no_ideal_weight(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        person(root, 3).check()
        root.get_by_label("Weight to dose by").select_option("ideal")
        own_figures(root, "2.2", "75")
        expect(root.get_by_label("Height (cm)")).to_have_accessible_description(re.compile("dose by the actual weight"))


def test_a_ten_fold_volume_is_an_emergency_in_words_and_with_a_sign(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        own_figures(root, "7", "100")
        expect(status(root)).to_have_text("A figure differs. The steps are shown below.")
        differing = root.locator(".ka-differs").all_inner_texts()
        assert differing[0].startswith("✗ Volume to draw up: the worked figure 0.7 mL, yours 7 mL: different.")
        assert "Ten-fold: look at the decimal point" in differing[0]
        assert "The infusion would end after 60 min." in differing[1]
        panel = root.locator(".ka-stop")
        expect(panel).to_contain_text("Stop, with your volume: 5 mg/kg is an anaesthetic dose: an airway emergency.")
        expect(panel).to_contain_text("call for help (local protocol)")
        expect(panel.locator("svg")).to_be_visible()
        expect(panel.get_by_role("link")).to_have_attribute("href", "#row-risk.dose.anaesthetic")
        # Rows without a page are not named.
        assert panel.locator(".ka-sources").inner_text() == "Evidence: The label (risk.dose.anaesthetic)"


def test_each_level_of_warning_differs_by_word_and_outline(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        person(root, 2).check()
        root.get_by_label("Dose (mg/kg)", exact=True).fill("1")
        root.get_by_label("Duration (min)").fill("20")
        own_figures(root, "1.6", "300")
        panels = root.locator(".ka-panel")
        assert panels.locator("b").all_inner_texts() == ["Stop: ", "Take care: ", "Note: "]
        outlines = panels.evaluate_all(
            """nodes => nodes.map((node) =>
                [node.querySelector('path').getAttribute('d'), getComputedStyle(node).borderLeftStyle])"""
        )
        assert len({each[0] for each in outlines}) == len({each[1] for each in outlines}) == 3


def test_a_double_check_that_differs_names_the_step_and_the_factor(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        own_figures(root, "0.7", "150")
        root.get_by_role("button", name="Cover the steps").click()
        covered = root.get_by_role("group", name="Independent double check")
        covered.get_by_role("button", name="Compare both people's figures").click()
        expect(status(root)).to_have_text("4 entries need a second look.")
        for label, value in (
            ("Dose", "35"),
            ("Volume to draw up", "3.5"),
            ("Concentration", "0.35"),
            ("Pump rate", "150"),
        ):
            covered.get_by_label(re.compile(f"^{label} ")).fill(value)
        covered.get_by_role("button", name="Compare both people's figures").click()
        expect(status(root)).to_have_text("The double check found a difference.")
        expect(root.locator(".ka-stop")).to_contain_text("Do not give it: the figures part at “Volume to draw up”")
        expect(root.locator(".ka-differs")).to_contain_text("The second figure is 5 times the first figure. Five-fold")


def test_one_can_leave_the_double_check_and_nothing_is_claimed(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        own_figures(root, "0.7", "150")
        root.get_by_role("button", name="Cover the steps").click()
        root.get_by_role("button", name="Back to the steps, without comparing").click()
        expect(status(root)).to_have_text("The steps are shown again. No double check was made.")
        expect(steps(root).first).to_be_visible()


def test_an_entry_that_changes_puts_the_steps_away(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        own_figures(root, "0.7", "150")
        expect(steps(root).first).to_be_visible()
        root.get_by_label("Strength of the vial").select_option("100")
        expect(steps(root).first).to_be_hidden()
        expect(status(root)).to_have_text("An entry changed, so the steps were put away. Compare again.")
        own_figures(root, "0.35", "150")
        expect(steps(root).first).to_be_visible()
        root.get_by_role("button", name="Cover the steps").click()
        root.get_by_label("Weight (kg)").fill("71")
        expect(root.locator(".ka-checking")).to_be_hidden()
        expect(root.locator(".ka-attempt")).to_be_visible()


def test_an_answer_that_comes_after_a_change_is_not_shown(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (page, root):
        page.evaluate("() => { window.slow = new Promise((resolve) => { window.go = resolve; }); }")
        own_figures(root, "0.7", "150")
        expect(status(root)).to_have_text("Working it out …")
        root.get_by_label("Weight (kg)").fill("90")
        page.evaluate("() => { window.go(); window.slow = null; }")
        page.wait_for_timeout(200)  # nothing happens, which no event tells
        expect(steps(root)).to_have_count(0)
        own_figures(root, "0.9", "150")
        expect(steps(root).first).to_be_visible()


def test_a_python_that_fails_is_told_and_does_not_break_the_form(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (page, root):
        page.evaluate("() => { window.broken = 'the kernel was stopped'; }")
        own_figures(root, "0.7", "150")
        expect(status(root)).to_have_text("It could not be worked out: the kernel was stopped")
        page.evaluate("() => { window.broken = null; }")
        own_figures(root, "0.7", "150")
        expect(steps(root).first).to_be_visible()


def test_the_wheel_does_not_change_a_dose(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (page, root):
        dose = root.get_by_label("Dose (mg/kg)", exact=True)
        dose.click()
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(100)
        expect(dose).to_have_value("0.5")


def test_the_download_works_without_a_net_and_says_first_what_it_is(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (page, root):
        person(root, 4).check()
        page.context.set_offline(True)
        own_figures(root, "0.31", "375")
        with page.expect_download() as waiting:
            root.get_by_role("button", name="Download the steps (CSV)").click()
        assert waiting.value.suggested_filename == "infusion-practice-only.csv"
        text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        assert NOTICE in text.splitlines()[0]
        rows = list(csv.reader(io.StringIO(text)))
        assert rows == list(csv.reader(io.StringIO(sums.practice_csv(sums.plan(PEOPLE[4]["order"])))))
        page.context.set_offline(False)


def test_that_it_is_practice_stands_in_the_figure_always_and_on_paper(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url, theme="dark") as (page, root):
        expect(root.get_by_text(NOTICE).first).to_be_visible()
        own_figures(root, "0.7", "150")
        expect(root.locator(".ka-results").get_by_text(NOTICE)).to_be_visible()
        page.emulate_media(media="print", color_scheme="dark")
        expect(root.locator(".ka-notice").first).to_be_visible()
        notice = root.locator(".ka-results .ka-notice")
        expect(notice).to_be_visible()
        expect(steps(root).last).to_be_visible()
        expect(root.get_by_role("button", name="Download")).to_be_hidden()
        colours = notice.evaluate(
            "node => [getComputedStyle(node).color, getComputedStyle(node.closest('.ka')).backgroundColor]"
        )
        assert contrast(*colours) >= 7
        assert colours[1] == "rgb(255, 255, 255)"
        page.emulate_media(media="screen")
        root.get_by_role("button", name="Cover the steps").click()
        expect(root.locator(".ka-checking").get_by_text(NOTICE)).to_be_visible()


# Each width once, each theme at least once.
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (320, "dark"), (640, "light"), (1280, "dark")])
def test_axe_finds_nothing_in_any_state_and_everything_fits(
    browser: Browser, calculator_url: str, axe_source: str, width: int, theme: Literal["light", "dark"]
) -> None:
    def sound(state: str) -> list[str]:
        assert_axe_clean(root, axe_source, state)
        assert_fits(page, root)
        return named_controls(page, root)

    with calculator(browser, calculator_url, width, theme) as (page, root):
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        names = sound("at first")
        assert "Weight to dose by" in names
        for box in root.get_by_role("spinbutton").all():
            expect(box).to_have_accessible_name(re.compile(r"^[A-Z].* \(.+\)$"))
        root.get_by_label("Weight (kg)").fill("400")
        root.get_by_role("button", name="Compare with the steps").click()
        expect(root.locator(".ka-error:visible")).to_have_count(3)
        sound("with wrong entries")
        root.get_by_label("Weight (kg)").fill("50")
        root.get_by_label("Height (cm)").fill("190")
        root.get_by_label("Weight to dose by").select_option("ideal")
        root.get_by_label("Duration (min)").fill("20")
        own_figures(root, "7", "100")
        expect(root.locator(".ka-panel")).to_have_count(5)
        sound("with warnings")
        root.get_by_role("button", name="Cover the steps").click()
        sound("covered")
        for box in root.locator(".ka-checking input").all():
            box.fill("30")
        root.get_by_role("button", name="Compare both people's figures").click()
        expect(root.locator(".ka-panel")).to_have_count(6)
        sound("checked")


def test_what_a_panel_says_can_be_read_in_both_themes(browser: Browser, calculator_url: str) -> None:
    for theme in ("light", "dark"):
        with calculator(browser, calculator_url, theme=theme) as (_, root):  # type: ignore[arg-type]
            own_figures(root, "7", "150")
            icon = root.locator(".ka-stop .ka-icon").evaluate("node => getComputedStyle(node).color")
            ground = root.evaluate("node => getComputedStyle(node).backgroundColor")
            assert contrast(icon, ground) >= 4.5


def test_the_live_region_is_polite_and_there_from_the_start(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (_, root):
        expect(status(root)).to_have_count(1)
        assert status(root).get_attribute("aria-live") in (None, "polite")  # a status is polite by itself
        expect(status(root)).to_be_empty()


def test_it_can_be_put_away(browser: Browser, calculator_url: str) -> None:
    with calculator(browser, calculator_url) as (page, root):
        page.evaluate("stop()")
        expect(root).to_have_count(0)


def test_the_module_uses_pythons_names_and_words_and_moves_nothing() -> None:
    assert f'const NOTICE = "{sums.NOTICE}";' in SCRIPT
    for key, label, unit in sums.FIGURES:
        if f"  {key}: [" in SCRIPT:
            assert f'{key}: ["{label}", "{unit}"]' in SCRIPT
    limits: list[dict[str, Any]] = sums.input_limits()
    for name in sums.preset_patients()[0]["order"]:
        assert f'"{name}"' in SCRIPT
        assert name in {each["argument"] for each in limits}
    assert set(re.findall(r'this\.ask\("(\w+)"', SCRIPT)) <= {name for name in dir(sums) if not name.startswith("_")}
    style = (STATIC / "calculator.css").read_text(encoding="utf-8")
    assert not re.search(r"transition|animation|scroll-behavior", style + SCRIPT)
    assert "class Calculator" in bundle("calculator.js")
