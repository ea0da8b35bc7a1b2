"""The infusion simulator and the calculator in a real JupyterLab, where the kernel is their Python."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ketamine_course.core import infusion_arithmetic as sums
from ketamine_course.figures.infusion import NOTICE

from ..surfaces import Lab, watched_page, write_notebook
from .drawn_simulator import Simulator, assert_settles_on, assert_shows, fail_on_words, random_choices, start, values

CELLS = (
    "from ketamine_course.widgets import infusion_calculator, infusion_simulator\n\n"
    "simulator = infusion_simulator()\nsimulator",
    "infusion_calculator()",
)


@pytest.fixture(scope="module")
def notebook(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A notebook that shows both, its cells run."""
    path = write_notebook(lab.root / "simulator_under_test.ipynb", CELLS)
    with watched_page(browser, lab.url) as page:
        lab.open_notebook(page, path)
        lab.run_all(page)
        error = page.locator('[data-mime-type="application/vnd.jupyter.error"]')
        assert not error.count(), error.first.inner_text()
        yield page


@pytest.fixture(scope="module")
def simulator(notebook: Page) -> Simulator:
    """The simulator, revealed."""
    found = Simulator(notebook)
    found.root.locator("button[name=skip]").click()
    found.wake()
    return found


def test_choices_show_pythons_state(simulator: Simulator) -> None:
    assert_settles_on(simulator, start())
    for name in start():
        simulator.use(name, values(name)[-1] if values(name)[-1] != start()[name] else values(name)[0])
        assert_shows(simulator.read_state(), simulator.now)
    for choices in random_choices(15, seed=7):
        simulator.set_all(choices)
        assert_shows(simulator.read_state(), choices)
        fail_on_words(simulator)


def test_arrow_keys_move_a_slider_and_not_the_notebook(simulator: Simulator) -> None:
    """A fast run of keys ends in the last state."""
    simulator.set_all(start())
    simulator.control("dose").focus()
    for _ in range(6):
        simulator.page.keyboard.press("ArrowRight")
    expect(simulator.control("dose")).to_be_focused()
    wanted = values("dose")[values("dose").index("0.5") + 6]
    expect(simulator.control("dose")).to_have_attribute("aria-valuetext", f"{wanted} mg/kg")
    assert_settles_on(simulator, start() | {"dose": wanted})


def test_the_calculator_answers(notebook: Page) -> None:
    root = notebook.locator(".ka")
    root.scroll_into_view_if_needed()
    expect(root.get_by_text(NOTICE).first).to_be_visible()
    person = sums.preset_patients()[2]
    result = sums.plan(person["order"])
    root.get_by_role("radio", name=re.compile("^" + re.escape(person["who"]))).check()
    form = root.locator(".ka-attempt")
    form.get_by_label("Volume to draw up (mL)").fill(f"{result['settings']['volume_drawn_ml']:g}")
    form.get_by_label("Pump rate (mL/h)").fill(f"{result['settings']['pump_rate_ml_per_h']:g}")
    form.get_by_role("button", name="Compare with the steps").click()
    expect(root.get_by_role("status")).to_have_text("Your figures are the same. The steps are shown below.")
    for step, listed in zip(result["steps"], root.locator(".ka-steps > li").all(), strict=True):
        assert step["numbers"] in listed.inner_text()
