"""Every page as axe sees it, in both themes, and on the narrowest phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ..surfaces import watched_page
from .pages import PAGES, PHONE_PX, THOROUGH, Theme, assert_sound, open_everything, open_page

AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def _assert_accessible(page: Page, axe_source: str, state: str) -> None:
    page.evaluate(axe_source)
    violations: list[dict[str, Any]] = page.evaluate(
        """tags => axe.run({runOnly: tags, resultTypes: ['violations']}).then(({violations}) => violations.map(
            ({id, help, nodes}) => ({id, help, nodes: nodes.map(({html, failureSummary}) => html + failureSummary)})
        ))""",
        list(AXE_TAGS),
    )
    said = [f"{each['id']} ({each['help']}), {len(each['nodes'])} times: {each['nodes'][0]}" for each in violations]
    assert not said, f"{state}:\n" + "\n".join(said)


@pytest.mark.parametrize(
    ("path", "theme"), [*((path, "light") for path in PAGES), *((path, "dark") for path in THOROUGH)]
)
def test_axe_finds_no_violation(browser: Browser, site: str, axe_source: str, path: str, theme: Theme) -> None:
    """No rule of WCAG 2.2 A and AA that axe can check is broken, before and after figures and tables are opened."""
    with watched_page(browser, site, theme=theme) as page:
        open_page(page, f"{site}/{path}")
        _assert_accessible(page, axe_source, "as opened")
        if page.locator(".kc-figure, details").count():
            open_everything(page)
            for select in page.locator("select:visible").all():
                select.select_option(index=1)  # a view that has notes, and a highlighted study
            _assert_accessible(page, axe_source, "with figures revealed and tables open")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_dialogs(browser: Browser, site: str, axe_source: str, theme: Theme) -> None:
    """The search dialog and the menu of a phone keep the same rules."""
    with watched_page(browser, site, width=PHONE_PX, theme=theme) as page:
        page.goto(f"{site}/book/index.html")
        for opener in ("button.primary-toggle", "button.search-button"):
            page.locator(opener).locator("visible=true").first.click()
            expect(page.locator("dialog:modal")).to_have_count(1)
            _assert_accessible(page, axe_source, opener)
            page.keyboard.press("Escape")
            expect(page.locator("dialog:modal")).to_have_count(0)


@pytest.mark.parametrize("path", THOROUGH)
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, site: str, path: str) -> None:
    """At 320 px nothing widens the page, with figures and tables open too; what scrolls by itself takes the focus."""
    with watched_page(browser, site, width=PHONE_PX) as page:
        open_page(page, f"{site}/{path}")
        assert_sound(page, "opening")
        open_everything(page)
        assert_sound(page, "opening figures and tables")
        clipped = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter((node) => {
                const {overflowX} = getComputedStyle(node);
                return node.scrollWidth > node.clientWidth + 1 && ['auto', 'scroll'].includes(overflowX)
                    && node.tabIndex < 0 && node.checkVisibility();
            }).map((node) => node.outerHTML.slice(0, 120))"""
        )
        assert not clipped, f"these scroll sideways but no key reaches them: {clipped}"
