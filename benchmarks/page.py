"""Measures the built onset chapter against the same chapter under the default Jupyter Book set-up.

Run ``ketamine-course benchmark-page``, which builds the book first. Nothing is asked of
another host but the npm registry, once, for Lighthouse. Bytes are those of response bodies,
text compressed by gzip -6; 1 kB is 1,000 bytes.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import default_book
import scores
import traffic
from playwright.sync_api import Error, Page
from plotly.offline import get_plotlyjs

from ketamine_course.cli import SITE, find_chromium

#: At most this many bytes before the figure is needed, and with it; and no other host.
AIM_BEFORE, AIM_WITH = 200_000, 600_000

_PAGE = f"{default_book.CHAPTER}.html"
_KINDS = ("HTML", "CSS", "JavaScript", "fonts", "other")


@dataclass
class Measured:
    """What was measured of one page; ``draws`` says whether its figure drew where only our host answers."""

    name: str
    before: traffic.Load
    with_figure: traffic.Load
    draws: bool
    runs: list[scores.Scores] = field(default_factory=list)


def _use_our_figure(page: Page) -> None:
    """Scroll to the first figure, reveal it and wait until it lives."""
    page.locator(".kc-figure").first.scroll_into_view_if_needed()
    page.locator(".kc-figure button[name=reveal]").first.click()
    page.locator(".kc-figure.kc-awake .main-svg").first.wait_for()


def _use_plain_figure(page: Page) -> None:
    """Scroll to the first plain plotly figure and wait until it is drawn."""
    page.locator(".plotly-graph-div").first.scroll_into_view_if_needed()
    page.locator(".js-plotly-plot .main-svg .trace").first.wait_for(timeout=10_000)


def _measure(name: str, site: traffic.Site, chromium: str, use_figure: Callable[[Page], None]) -> Measured:
    """Return the traffic of one page; ``draws`` is false if its figure did not come."""
    drawn: list[bool] = []

    def try_figure(page: Page) -> None:
        try:
            use_figure(page)
            drawn.append(True)
        except Error:
            drawn.append(False)

    before, with_figure = traffic.measure(site, _PAGE, chromium, try_figure)
    return Measured(name, before, with_figure, all(drawn))


def _kb(size: float) -> str:
    return f"{size / 1000:,.0f} kB"


def _rows(pages: Sequence[Measured]) -> list[tuple[str, list[float], Callable[[float], str]]]:
    """Return the table: a label, one figure for each page, and how to print a figure."""
    count = "{:.0f}".format
    rows: list[tuple[str, list[float], Callable[[float], str]]] = [
        ("before the figure is needed", [page.before.size() for page in pages], _kb),
    ]
    for kind in _KINDS:
        sizes: list[float] = [page.before.size(kind) for page in pages]
        if max(sizes) >= 1000:
            rows.append((f"  of it {kind}", sizes, _kb))
    rows += [
        ("  requests to our host", [len(page.before.responses) for page in pages], count),
        ("with the figure", [page.with_figure.size() for page in pages], _kb),
        ("  requests to our host", [len(page.with_figure.responses) for page in pages], count),
        ("requests to other hosts", [len(page.with_figure.elsewhere) for page in pages], count),
    ]
    if not pages[0].runs:
        return rows
    medians = [scores.median(page.runs) for page in pages]
    for name in medians[0].categories:
        rows.append((f"Lighthouse {name.replace('-', ' ')}", [each.categories[name] for each in medians], count))
    for name in medians[0].timings:
        show = "{:.3f}".format if name == "CLS" else "{:,.0f} ms".format
        rows.append((f"  {name}", [each.timings[name] for each in medians], show))
    return [*rows, ("  speed of the machine then", [each.machine for each in medians], count)]


def _print_table(pages: Sequence[Measured]) -> None:
    """Print the table, its last column the inlined default divided by ours."""
    print(f"\n{'':30}" + "".join(f"{page.name:>18}" for page in pages) + f"{'inlined ÷ ours':>18}")
    for label, figures, show in _rows(pages):
        ratio = f"{figures[1] / figures[0]:.2f}" if figures[0] else "–"
        print(f"{label:30}" + "".join(f"{show(figure):>18}" for figure in figures) + f"{ratio:>18}")
    if pages[0].runs:
        print(f"Lighthouse: the median of {len(pages[0].runs)} runs of its phone; the pages took turns.")


def _print_notes(pages: Sequence[Measured]) -> None:
    """Print what the table leaves out of the variant whose library comes from a CDN."""
    for page in pages:
        if page.draws:
            continue
        hosts = sorted({url.split("/")[2] for url in page.with_figure.elsewhere})
        library = len(gzip.compress(get_plotlyjs().encode("utf-8"), compresslevel=6))
        print(
            f"{page.name}: the figure could not be drawn without {', '.join(hosts)}, which the benchmark never asks; "
            f"so about {_kb(library)} of plotly.js and its running time are missing from that column."
        )


def _print_heaviest(page: Measured) -> None:
    """Print each response that our page needs before its figure, the heaviest first."""
    print("\nOurs, before the figure is needed:")
    for response in sorted(page.before.responses, key=lambda response: -response.size):
        print(f"{response.size / 1000:9.1f} kB  {response.path}")


def _shortfalls(ours: Measured) -> list[str]:
    """Return a message for each aim that our page misses."""
    aims = (
        (ours.before, AIM_BEFORE, "before the figure is needed"),
        (ours.with_figure, AIM_WITH, "with it"),
    )
    missed = []
    for load, aim, when in aims:
        if load.size() > aim:
            missed.append(f"our page loads {_kb(load.size())} {when}; the aim is at most {_kb(aim)}")
    if ours.with_figure.elsewhere:
        missed.append(f"our page asks other hosts: {', '.join(ours.with_figure.elsewhere)}")
    return missed


def _run_lighthouse(pages: Sequence[Measured], sites: Sequence[traffic.Site], chromium: str, runs: int) -> None:
    """Add the runs to each page. The pages take turns, so that a busy moment does not fall on one alone."""
    if runs:
        scores.install()
    for number in range(runs):
        for page, site in zip(pages, sites, strict=True):
            print(f"Lighthouse, run {number + 1} of {runs}: {page.name} …", flush=True)
            page.runs.append(scores.run(f"{site.url}/{_PAGE}", chromium))


def measure(scratch: Path, chromium: str, runs: int) -> list[Measured]:
    """Return ours, the default with plotly.js in the page, and the default with plotly.js from a CDN."""
    # A copy, so that a build in the meantime does not change what is measured.
    folders = [Path(shutil.copytree(SITE, scratch / "ours"))]
    for renderer in ("notebook", "notebook_connected"):
        print(f"Building the chapter under the default set-up (renderer {renderer}) …", flush=True)
        folders.append(default_book.build(scratch / renderer, renderer))
    with ExitStack() as stack:
        sites = [stack.enter_context(traffic.serve(folder)) for folder in folders]
        print("Measuring what each page loads …", flush=True)
        pages = [
            _measure("ours", sites[0], chromium, _use_our_figure),
            _measure("default, inlined", sites[1], chromium, _use_plain_figure),
            _measure("default, CDN", sites[2], chromium, _use_plain_figure),
        ]
        for page in pages[:2]:
            if not page.draws:
                sys.exit(f"The figure of {page.name!r} did not draw, so nothing can be compared.")
        _run_lighthouse(pages, sites, chromium, runs)
    return pages


def main() -> None:
    """Measure, print, and exit with 1 if our page misses an aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="runs of Lighthouse for each page; 0 leaves it out")
    runs = parser.parse_args().runs
    chromium = find_chromium()
    if not chromium:
        sys.exit("The benchmark needs Chromium: install it, or set CHROMIUM to the path of a Chrome or Chromium.")
    if not (SITE / _PAGE).exists():
        sys.exit(f"{SITE / _PAGE} is not there; run ketamine-course benchmark-page, which builds it first.")
    with tempfile.TemporaryDirectory() as scratch:
        pages = measure(Path(scratch), chromium, runs)
    _print_table(pages)
    _print_notes(pages)
    _print_heaviest(pages[0])
    if missed := _shortfalls(pages[0]):
        sys.exit("\nMissed: " + "; ".join(missed) + ".")
    print(f"\nOurs keeps its aims: {_kb(AIM_BEFORE)} before the figure, {_kb(AIM_WITH)} with it, no other host.")


if __name__ == "__main__":
    main()
