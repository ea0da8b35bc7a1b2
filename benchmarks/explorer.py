"""Measures how fast a figure follows its control, beside a bare ``Plotly.react`` of the same picture.

Run ``python benchmarks/explorer.py`` after ``ketamine-course build``. In the built page a control
of each figure goes to and fro between two views. Measured is the time from its change event to the
end of the drawing (``kc-drawn``) and the animation frame after it. The bare one gives plotly.js
the traces and the layout that the figure drew, colours and all, in a box of the same size in the
same page, and waits for the frame after it. The two take turns, and the one that begins changes.
Chromium runs without its limit of 60 frames a second, which would round every time up.

Stops with 1 if a figure's median is more than twice that of the bare drawing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import traffic
from playwright.sync_api import Browser, Page, sync_playwright

from ketamine_course.cli import SITE, find_chromium

#: The median of a figure may be at most this many times that of the bare drawing.
MOST = 2.0

#: Changes that are not counted: plotly.js and the compiler of JavaScript warm up.
_WARM_UP = 6

_FLAGS = (
    "--no-sandbox",
    "--disable-frame-rate-limit",
    "--disable-gpu-vsync",
    f"--host-resolver-rules={traffic.RESOLVER_RULES}",
)


@dataclass(frozen=True)
class Case:
    """A figure of a page, found by the start of its title, and two values of one of its controls."""

    name: str
    page: str
    title: str
    control: str
    values: tuple[str, str]


CASES = (
    Case(
        "trial explorer",
        "book/trials.html",
        "Trial explorer",
        "question",
        ("ketamine.response.24h", "esketamine.symptom_difference.672h.madrs"),
    ),
    Case(
        "icon arrays",
        "book/trials.html",
        "A hundred people",
        "comparison",
        ("murrough2013ajp.response.24h", "ae.fedgchin2019.dissociation"),
    ),
    Case("onset timeline", "book/onset.html", "Weeks or hours?", "measure", ("response", "gap")),
)

#: Returns, after a change of the control and its drawing, the figure's times and those of the bare drawing.
_MEASURE = """async ([title, control, values, changes]) => {
    const root = [...document.querySelectorAll('.kc-figure')]
        .find((figure) => figure.querySelector('.kc-title').textContent.startsWith(title));
    const live = root.querySelector('.kc-live');
    const select = root.querySelector(`select[name=${control}]`);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const quiet = async () => {
        await frame();
        await new Promise((resolve) => setTimeout(resolve, 20));
        await frame();
    };
    const config = {
        displayModeBar: false, showSendToCloud: false, plotlyServerURL: '', displaylogo: false, scrollZoom: false,
        responsive: false,
    };

    const ours = async (value) => {
        select.value = value;
        const drawn = new Promise((resolve) => root.addEventListener('kc-drawn', resolve, {once: true}));
        const start = performance.now();
        select.dispatchEvent(new Event('change', {bubbles: true}));
        await drawn;
        await frame();
        return performance.now() - start;
    };

    // What the figure gave to plotly.js for each view, as text: each drawing gets objects of its own.
    const pictures = {};
    for (const value of [values[1], values[0]]) {
        await ours(value);
        pictures[value] = JSON.stringify([live.data, live.layout]);
    }
    const box = document.createElement('div');
    box.style.width = `${live.clientWidth}px`;
    root.after(box);
    const bare = async (value) => {
        const [data, layout] = JSON.parse(pictures[value]);
        const start = performance.now();
        await Plotly.react(box, data, layout, config);
        await frame();
        return performance.now() - start;
    };
    await bare(values[0]);

    const times = {ours: [], bare: []};
    for (let index = 0; index < changes; index += 1) {
        const value = values[(index + 1) % 2];
        const both = [['ours', ours], ['bare', bare]];
        for (const [name, draw] of index % 4 < 2 ? both : both.reverse()) {
            await quiet();
            times[name].push(await draw(value));
        }
    }
    const marks = (node) => node.querySelectorAll('.scatterlayer .trace').length;
    if (marks(live) !== marks(box)) throw new Error(`${marks(live)} traces were drawn, by the bare one ${marks(box)}`);
    const [one, other] = [live, box].map((node) => node.querySelector('.main-svg').getBoundingClientRect());
    if (one.width !== other.width || one.height !== other.height) throw new Error('the two differ in size');
    Plotly.purge(box);
    box.remove();
    return times;
}"""


@dataclass(frozen=True)
class Measured:
    """The times of one figure and of the bare drawing, in milliseconds."""

    name: str
    ours: list[float]
    bare: list[float]

    @property
    def ratio(self) -> float:
        """The median of the figure, divided by that of the bare drawing."""
        return statistics.median(self.ours) / statistics.median(self.bare)


@contextmanager
def browser_for_timing() -> Iterator[Browser]:
    """Run a Chromium whose frames are not limited to 60 a second."""
    executable = find_chromium()
    if executable is None:
        sys.exit("No Chromium found: install it or set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        yield browser
        browser.close()


def _wake(page: Page, title: str) -> None:
    """Bring a figure into view, reveal it if it asks for a prediction, and wait until it lives."""
    figure = page.locator(".kc-figure").filter(has_text=title).first
    figure.scroll_into_view_if_needed()
    skip = figure.locator("button[name=skip]")
    if skip.count():
        skip.click()
    figure.locator(".kc-live .main-svg").first.wait_for()


def measure(browser: Browser, url: str, case: Case, changes: int) -> Measured:
    """Return the times of a figure in a page that is opened for it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(f"{url}/{case.page}")
    page.wait_for_load_state("networkidle")
    _wake(page, case.title)
    times = page.evaluate(_MEASURE, [case.title, case.control, list(case.values), _WARM_UP + changes])
    page.close()
    return Measured(case.name, times["ours"][_WARM_UP:], times["bare"][_WARM_UP:])


def _print_table(measured: list[Measured]) -> None:
    print(f"{'median of a change, ms':24}{'figure':>10}{'bare':>10}{'ratio':>8}   middle half: figure, bare")
    for each in measured:
        halves = []
        for times in (each.ours, each.bare):
            low, _, high = statistics.quantiles(times, n=4)
            halves.append(f"{low:.1f} to {high:.1f}")
        ours, bare = statistics.median(each.ours), statistics.median(each.bare)
        print(f"{each.name:24}{ours:>10.1f}{bare:>10.1f}{each.ratio:>8.2f}   {', '.join(halves)}")


def main() -> None:
    """Measure every figure, print the table, and stop with 1 if one is too slow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--changes", type=int, default=30, help="how often each control changes (default: 30)")
    changes = parser.parse_args().changes
    if not (SITE / "index.html").exists():
        sys.exit(f"No built book in {SITE}: run ketamine-course build.")
    with traffic.serve(SITE) as site, browser_for_timing() as browser:
        measured = [measure(browser, site.url, case, changes) for case in CASES]
    _print_table(measured)
    slow = [f"{each.name} takes {each.ratio:.2f} times as long" for each in measured if each.ratio > MOST]
    if slow:
        sys.exit(f"More than {MOST:g} times the bare drawing: {'; '.join(slow)}.")


if __name__ == "__main__":
    main()
