"""The pages of the built book, and what tests of them share: opening one, opening all that is in it, its soundness."""

from __future__ import annotations

import re
from typing import Literal

from playwright.sync_api import Page, expect

from ketamine_course import cli

#: Every page there is. The theme copies two files of Jinja macros among its static files: they are no pages.
PAGES = sorted(
    path.relative_to(cli.SITE).as_posix()
    for path in cli.SITE.rglob("*.html")
    if "_static" not in path.relative_to(cli.SITE).parts
) or ["index.html"]

#: The pages of tables are alike: what takes long is tried on the two widest, the rest on each of them.
THOROUGH = [path for path in PAGES if not path.startswith("book/tables/")] + [
    "book/tables/onset_points.html",
    "book/tables/practice.html",
]

CHAPTER = "book/onset.html"

PHONE_PX = 320
DESK_PX = 1280

Theme = Literal["light", "dark"]


def open_page(page: Page, address: str) -> None:
    """Open a page, and follow a redirect to its end: a page that only leads on has no heading."""
    page.goto(address)
    page.locator("h1:visible").first.wait_for()
    page.wait_for_load_state()


#: Says what is wrong with a page as it stands now.
_UNSOUND = """() => {
    // Chromium calls an SVG group visible that has no box.
    const shown = (node) => node?.checkVisibility({visibilityProperty: true}) && node.getClientRects().length > 0;
    const wrong = [];
    const headings = [...document.querySelectorAll('h1')].filter((node) => shown(node) && node.innerText.trim());
    if (!headings.length) wrong.push('no heading');
    for (const figure of document.querySelectorAll('.kc-figure')) {
        const name = figure.querySelector('.kc-title').innerText;
        const picture = shown(figure.querySelector('.kc-picture'));
        const live = shown(figure.querySelector('.kc-live .main-svg'));
        if (picture === live) wrong.push(`${name}: ${picture ? 'two pictures' : 'no picture'}`);
        if (figure.querySelector('.kc-predict')) {
            for (const part of figure.querySelectorAll('.kc-marks, .kc-finding, .kc-data')) {
                if (shown(part)) wrong.push(`${name}: an unanswered prediction gives ${part.classList} away`);
            }
        } else if (!figure.querySelector('.kc-finding span').innerText.trim()) wrong.push(`${name}: no finding`);
        const words = figure.innerText.match(/\\b(undefined|NaN|null|Infinity)\\b|\\[object|kc-row/);
        if (words) wrong.push(`${name}: says ${words[0]}`);
    }
    const {scrollWidth, clientWidth} = document.documentElement;
    if (scrollWidth > clientWidth) {
        const wide = [...document.querySelectorAll('body *')]
            .filter((node) => shown(node) && node.getBoundingClientRect().right > clientWidth + 0.5)
            .map((node) => node.outerHTML.slice(0, 80)).slice(0, 3);
        wrong.push(`the page is ${scrollWidth} px wide in a window of ${clientWidth} px: ${wide.join(' | ')}`);
    }
    return wrong;
}"""


def assert_sound(page: Page, after: str) -> None:
    wrong = page.evaluate(_UNSOUND)
    assert not wrong, f"after {after}: {'; '.join(wrong)}"


def open_everything(page: Page) -> None:
    """Reveal each figure without a prediction, open each table, and wait until every figure is alive."""
    for button in page.locator("button[name=skip]").element_handles():
        button.click()
    for summary in page.locator("details:not([open]) > summary").locator("visible=true").element_handles():
        summary.click()
    for figure in page.locator(".kc-figure").all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_class(re.compile(r"\bkc-awake\b"))
