"""One handle on a figure, the same in the published page and in JupyterLab: real inputs in, what is drawn out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

_DRAWN_WITHIN_MS = 10_000

#: In JupyterLab plotly.js comes through the kernel, once for each notebook.
_ALIVE_WITHIN_MS = 30_000

#: Labels that the edge of the drawing cuts, and labels of the horizontal axis that run into the next one.
_CUT_OFF = """root => {
    const live = root.querySelector('.kc-live');
    const edge = live.getBoundingClientRect();
    const cut = [...live.querySelectorAll('text')].filter((node) => {
        const {left, right, top, bottom, width} = node.getBoundingClientRect();
        const beyond = [edge.left - left, right - edge.right, edge.top - top, bottom - edge.bottom];
        return width && Math.max(...beyond) > 1;
    }).map((node) => `cut off: ${node.textContent}`);
    const lines = [...live.querySelectorAll('.xtick text')].map((node) => {
        const parts = [...node.querySelectorAll('tspan')];
        return parts.length ? parts : [node];
    });
    const overlapping = lines.flatMap((next, index) => next.filter((line, row) => {
        const before = lines[index - 1]?.[row]?.getBoundingClientRect();
        return before && before.right > line.getBoundingClientRect().left + 1;
    })).map((node) => `runs into the label before: ${node.textContent}`);
    return [...cut, ...overlapping];
}"""

#: What plotly draws now, and the rows of the table and the sources that a reader can see.
_READ = """root => {
    const live = root.querySelector('.kc-live');
    const {xaxis} = live._fullLayout;
    const axes = Object.fromEntries(Object.entries(live._fullLayout)
        .filter(([name]) => /^yaxis\\d*$/.test(name)).map(([name, {range}]) => [name.replace('axis', ''), range]));
    return {
        // Without the texts of the hover labels: they are long, and every view is read.
        data: live.data.map(({name, customdata, x, y, error_y, yaxis = 'y', offsetgroup, meta, opacity = 1}) =>
            ({name, customdata, x, y, error_y, yaxis, offsetgroup, opacity, study: meta?.study})),
        x_type: xaxis.type,
        x_range: xaxis.range,
        y_ranges: axes,
        marks: live.querySelectorAll('.scatterlayer .point, .barlayer .point').length,
        error_bars: live.querySelectorAll('.errorbar path.yerror').length,
        table_rows: [...root.querySelectorAll('tr[data-row]')].filter((row) => row.checkVisibility())
            .map((row) => row.dataset.row),
        count: root.querySelector('.kc-count').textContent,
        sources: [...root.querySelectorAll('.kc-sources li')].filter((item) => item.checkVisibility())
            .map((item) => [item.dataset.reference, item.textContent, item.querySelector('a')?.href ?? '']),
        finding: root.querySelector('.kc-finding span').textContent,
        label: live.getAttribute('aria-label'),
    };
}"""


@dataclass(frozen=True)
class Drawn:
    """A figure as it is drawn: plotly's traces, its axes, how many marks there are, the visible table rows.

    ``sources`` are the visible ones: the reference's key, its text, the address that it links to.
    """

    data: list[dict[str, Any]]
    x_type: str
    x_range: tuple[float, float]
    y_ranges: Mapping[str, tuple[float, float]]
    marks: int
    error_bars: int
    table_rows: list[str]
    count: str
    sources: list[tuple[str, str, str]]
    finding: str
    label: str


def wake(figure: Locator) -> None:
    """Bring a figure into view and wait until it is alive.

    JupyterLab moves its cells while figures in them grow, so it is scrolled to until then.
    """
    figure.page.wait_for_function(
        """figure => {
            figure.scrollIntoView({block: 'nearest'});
            return figure.classList.contains('kc-awake') && figure.querySelector('.kc-live .main-svg');
        }""",
        arg=figure.element_handle(),
        timeout=_ALIVE_WITHIN_MS,
    )


class LivingFigure:
    """A figure found by its title."""

    def __init__(self, page: Page, title: str) -> None:
        self.page = page
        self.root: Locator = page.get_by_role("figure", name=title)
        expect(self.root).to_be_attached(timeout=30_000)

    @contextmanager
    def redrawn(self) -> Iterator[None]:
        """Do what the body does and wait until the figure has been drawn after it."""
        self.root.evaluate(
            """root => {
                window.kcDrawn = new Promise((resolve) => {
                    root.addEventListener('kc-drawn', () => resolve(true), {once: true});
                });
            }"""
        )
        yield
        late = f"new Promise((resolve) => setTimeout(() => resolve(false), {_DRAWN_WITHIN_MS}))"
        drawn = self.page.evaluate(f"Promise.race([window.kcDrawn, {late}])")
        assert drawn, f"the figure was not drawn again within {_DRAWN_WITHIN_MS} ms"

    def wake(self) -> None:
        """Bring the figure into view and wait until it is alive."""
        wake(self.root)

    def reveal(self, button: str = "Show me without predicting") -> None:
        """Answer the prediction by the button of this name, and wait for the drawing."""
        with self.redrawn():
            self.root.get_by_role("button", name=button).click()

    def open_table(self) -> None:
        """Open the data table."""
        self.root.locator("summary").click()
        expect(self.root.locator("table")).to_be_visible()

    def choose(self, name: str, value: str | bool) -> None:
        """Set a select, or tick or untick a check box, by hand, and wait for the drawing."""
        control = self.root.locator(f"[name={name}]")
        with self.redrawn():
            if isinstance(value, bool):
                control.set_checked(value)
            else:
                control.select_option(value)

    def choose_if_needed(self, name: str, value: str | bool) -> None:
        """Choose a value unless the control has it already, which would draw nothing."""
        control = self.root.locator(f"[name={name}]")
        if value != (control.is_checked() if isinstance(value, bool) else control.input_value()):
            self.choose(name, value)

    def read(self) -> Drawn:
        """Return what is drawn and what the table shows."""
        return Drawn(**self.root.evaluate(_READ))

    def cut_off(self) -> list[str]:
        """Return what is wrong with the labels: those that the edge cuts, those that run into the one before."""
        wrong: list[str] = self.root.evaluate(_CUT_OFF)
        return wrong
