"""The simulator in a browser: its controls used, what it shows read back, and compared with Python's state."""

from __future__ import annotations

import csv
import io
import random
from functools import cache
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page

from ketamine_course.core import infusion_view
from ketamine_course.figures import Figure
from ketamine_course.figures.infusion import NOTICE
from ketamine_course.widgets.infusion import infusion_context, infusion_figure

from ..browser.living_figure import LivingFigure

Choices = dict[str, str]

#: Values that a learner reads may differ from Python's by this much: MicroPython writes a float in other digits.
TOLERANCE = 1e-9

CSV_START = "data:text/csv;charset=utf-8,"

#: Sets every control and tells each change, without waiting between them.
_SET = """(root, choices) => {
    for (const [name, [place, value]] of Object.entries(choices)) {
        const input = root.querySelector(`.kc-controls [name=${name}]`);
        if (input.type === 'range') input.value = place;
        else if (input.type === 'checkbox') input.checked = place === 1;
        else input.value = value;
        input.dispatchEvent(new Event(input.type === 'range' ? 'input' : 'change', {bubbles: true}));
    }
}"""

_READ = """root => {
    const live = root.querySelector('.kc-live');
    const texts = (selector) => [...root.querySelectorAll(selector)].map((node) => node.textContent);
    return {
        traces: live.data?.map(({name, x, y, yaxis, customdata, hovertext, mode}) =>
            ({name, x, y, yaxis, customdata, hovertext: hovertext ?? null, mode})),
        paths: live.querySelectorAll('.scatterlayer .trace').length,
        annotations: live._fullLayout?.annotations.map(({text}) => text),
        label: live.getAttribute('aria-label'),
        finding: root.querySelector('.kc-finding span').textContent,
        warning: root.querySelector('.kc-warning').textContent,
        notes: texts('.kc-notes li'),
        columns: texts('.kc-computed thead th'),
        cells: [...root.querySelectorAll('.kc-computed tbody tr')]
            .map((row) => [...row.cells].map((cell) => cell.textContent)),
        csv: root.querySelector('.kc-computed a.kc-csv')?.getAttribute('href') ?? null,
        rows: [...root.querySelectorAll('tr[data-row]:not(.kc-other)')].map((row) => row.dataset.row),
        count: root.querySelector('.kc-count').textContent,
    };
}"""


@cache
def figure() -> Figure:
    return infusion_figure()


@cache
def start() -> Choices:
    return {control.name: control.options[0].value for control in figure().controls}


def values(name: str) -> list[str]:
    """Return the values of a control in the order in which its input has them: a slider goes by number."""
    control = next(each for each in figure().controls if each.name == name)
    found = [option.value for option in control.options]
    return sorted(found, key=float) if control.slider else found


def expected(choices: Choices) -> dict[str, Any]:
    """Return the state as CPython works it out."""
    state: dict[str, Any] = infusion_view.view(choices, infusion_context())
    return state


def random_choices(count: int, seed: int) -> list[Choices]:
    chance = random.Random(seed)
    return [{each.name: chance.choice(each.options).value for each in figure().controls} for _ in range(count)]


class Simulator(LivingFigure):
    """The infusion simulator on a page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, figure().title)
        self.now = dict(start())

    def control(self, name: str) -> Any:
        """Return the input of a control."""
        return self.root.locator(f".kc-controls [name={name}]")

    def use(self, name: str, value: str) -> None:
        """Move one control by itself to a value, and wait for the drawing."""
        with self.redrawn():
            control = self.control(name)
            place = values(name).index(value)
            if next(each for each in figure().controls if each.name == name).slider:
                control.fill(str(place))
            elif len(values(name)) == 2:
                control.set_checked(place == 1)
            else:
                control.select_option(value)
        self.now[name] = value

    def set_all(self, choices: Choices) -> None:
        """Set every control at once, faster than any hand, and wait for the one drawing that comes of it."""
        with self.redrawn():
            self.set_without_waiting(choices)

    def set_without_waiting(self, choices: Choices) -> None:
        """Set controls at once, and wait for nothing."""
        self.root.evaluate(_SET, {name: [values(name).index(value), value] for name, value in choices.items()})
        self.now |= choices

    def read_state(self) -> dict[str, Any]:
        """Return what is drawn, said, listed and offered as a file now."""
        found: dict[str, Any] = self.root.evaluate(_READ)
        return found


def close(found: Any, wanted: Any, place: str = "") -> list[str]:
    """Return where two JSON values differ: numbers by more than the tolerance, everything else at all."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        if sorted(found) != sorted(wanted):
            return [f"{place}: {sorted(found)} instead of {sorted(wanted)}"]
        return [each for key in wanted for each in close(found[key], wanted[key], f"{place}.{key}")]
    if isinstance(found, list) and isinstance(wanted, list):
        if len(found) != len(wanted):
            return [f"{place}: {len(found)} instead of {len(wanted)}"]
        pairs = enumerate(zip(found, wanted, strict=True))
        return [each for number, pair in pairs for each in close(*pair, f"{place}[{number}]")]
    if isinstance(found, (int, float)) and isinstance(wanted, (int, float)):
        return [] if abs(found - wanted) <= TOLERANCE else [f"{place}: {found!r} instead of {wanted!r}"]
    return [] if found == wanted else [f"{place}: {found!r} instead of {wanted!r}"]


def csv_rows(href: str) -> list[list[str]]:
    assert href.startswith(CSV_START)
    return list(csv.reader(io.StringIO(unquote(href.removeprefix(CSV_START)), newline="")))


def assert_shows(found: dict[str, Any], choices: Choices) -> None:
    """Assert that what is drawn, said, listed and downloaded is Python's state of these choices."""
    state = expected(choices)
    keys = ("name", "x", "y", "yaxis", "customdata", "mode")
    wrong = close(
        [{key: trace[key] for key in (*keys, "hovertext")} for trace in found["traces"]],
        [{key: trace[key] for key in keys} | {"hovertext": trace.get("hovertext")} for trace in state["traces"]],
        "traces",
    )
    assert not wrong, f"{choices}: " + "\n".join(wrong[:10])
    assert found["paths"] == len(state["traces"])
    assert found["annotations"] == [each["text"] for each in state["layout"]["annotations"]]
    assert f"<b>{NOTICE}</b>" in found["annotations"]
    assert found["finding"] == found["label"] == state["finding"], choices
    assert found["warning"] == state["warning"], choices
    assert found["notes"] == state["notes"], choices
    assert (found["columns"], found["cells"]) == (state["computed"]["columns"], state["computed"]["rows"]), choices
    assert csv_rows(found["csv"]) == [[NOTICE], state["computed"]["columns"], *state["computed"]["rows"]]
    assert sorted(found["rows"]) == sorted(set(state["row_ids"])), choices
    assert found["count"] == str(len(set(state["row_ids"])))


def assert_settles_on(simulator: Simulator, choices: Choices) -> None:
    """Wait until the state of these choices is drawn, and see that no other comes after it."""
    finding = expected(choices)["finding"]
    simulator.page.wait_for_function(
        "([root, finding]) => root.querySelector('.kc-live').getAttribute('aria-label') === finding",
        arg=[simulator.root.element_handle(), finding],
    )
    simulator.page.wait_for_timeout(400)  # nothing more happens, which no event tells
    assert_shows(simulator.read_state(), choices)


def fail_on_words(simulator: Simulator) -> None:
    """Fail if a number was written as the machine keeps it."""
    text = simulator.root.inner_text()
    for bad in ("0000000", "9999999", "NaN", "undefined", "null"):
        if bad in text:
            pytest.fail(f"{simulator.now}: the figure says {bad}", pytrace=False)
