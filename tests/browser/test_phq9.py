"""The PHQ-9 scorer in the built page and in JupyterLab: totals, crisis help, the keyboard, and no trace left."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ketamine_course import evidence
from ketamine_course.core import phq9
from ketamine_course.widgets.phq9 import BAND_ROWS, payload

from ..surfaces import Lab, contrast, watched_page, write_notebook

Theme = Literal["light", "dark"]

BANDS = [
    (int(row["value"]), int(row["value_high"]), row["item"].removeprefix("severity band: "))
    for row in map(evidence.row, BAND_ROWS)
]
FIRST_LINE = evidence.table("crisis_lines")[0]

#: Everything that a page can keep, as one text.
_KEPT = """async () => JSON.stringify([
    Object.entries(localStorage).sort(), Object.entries(sessionStorage).sort(), document.cookie,
    (await indexedDB.databases()).map(({name}) => name), await caches.keys(), location.href, history.length,
])"""

_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def scorer(
    browser: Browser, site: str, width: int = 1280, theme: Theme = "light", javascript: bool = True
) -> Iterator[tuple[Page, Locator]]:
    with watched_page(browser, site, width=width, theme=theme, javascript=javascript) as page:
        page.goto(f"{site}/book/depression.html")
        root = page.locator(".kp")
        if javascript:
            expect(root.locator("fieldset")).to_have_count(9)
        yield page, root


def radio(root: Locator, item: int, answer: int) -> Locator:
    return root.locator("fieldset").nth(item - 1).get_by_role("radio").nth(answer)


def fill(root: Locator, answers: Sequence[int]) -> None:
    for item, answer in enumerate(answers, start=1):
        radio(root, item, answer).check()


def spread(total: int, chance: random.Random) -> list[int]:
    """Return nine answers with this sum."""
    answers = [0] * 9
    while sum(answers) < total:
        item = chance.randrange(9)
        answers[item] += answers[item] < 3
    return answers


def result(root: Locator) -> Locator:
    return root.locator(".kp-result")


def crisis(root: Locator) -> Locator:
    return root.locator(".kp-crisis")


def test_every_total_has_the_band_of_core_and_help_depends_on_item_9_alone(browser: Browser, site: str) -> None:
    chance = random.Random(9)
    with scorer(browser, site) as (_, root):
        for total in range(28):
            answers = spread(total, chance)
            fill(root, answers)
            band = phq9.band(phq9.total(answers), BANDS)
            expect(result(root)).to_have_text(f"Total {total} of 27: {band}. A total is not a diagnosis.")
            expect(crisis(root)).to_be_visible(visible=phq9.needs_crisis_help(answers))


@pytest.mark.parametrize("answer", [1, 2, 3])
def test_item_9_shows_help_at_once_and_before_any_score(browser: Browser, site: str, answer: int) -> None:
    with scorer(browser, site) as (_, root):
        expect(crisis(root)).to_be_hidden()
        expect(root.get_by_role("alert")).to_have_text("")
        radio(root, 9, answer).check()
        expect(crisis(root)).to_be_visible()
        expect(crisis(root)).to_contain_text(FIRST_LINE["service"])
        expect(crisis(root).get_by_role("link", name=FIRST_LINE["call"], exact=True)).to_have_attribute(
            "href", f"tel:{FIRST_LINE['call']}"
        )
        expect(root.get_by_role("alert")).to_contain_text("Please talk to somebody now")
        expect(result(root)).to_have_text("")
        expect(root.locator(".kp-progress")).to_have_text("1 of 9 items answered.")
        # In the page's order help comes before the place of the score.
        assert root.evaluate(
            """root => Boolean(root.querySelector('.kp-crisis').compareDocumentPosition(
                root.querySelector('.kp-result')) & Node.DOCUMENT_POSITION_FOLLOWING)"""
        )
        fill(root, [0] * 8)
        expect(crisis(root)).to_be_visible()
        radio(root, 9, 0).check()
        expect(crisis(root)).to_be_hidden()
        expect(root.get_by_role("alert")).to_have_text("")


def test_an_unanswered_item_gives_no_total(browser: Browser, site: str) -> None:
    with scorer(browser, site) as (_, root):
        for item in range(1, 9):
            radio(root, item, 3).check()
        expect(result(root)).to_have_text("")
        expect(root.locator(".kp-progress")).to_have_text("8 of 9 items answered.")
        radio(root, 9, 0).check()
        expect(result(root)).to_contain_text("Total 24 of 27: severe.")


def test_nothing_is_kept_and_nothing_is_sent(browser: Browser, site: str) -> None:
    """What the page keeps is the same after all answers as before; a reload and the back button forget them."""
    with scorer(browser, site) as (page, root):
        page.wait_for_load_state("networkidle")
        before = page.evaluate(_KEPT)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        root.get_by_role("radio").first.focus()
        fill(root, [1, 2, 3, 0, 1, 2, 3, 0, 1])
        expect(result(root)).to_contain_text("Total 13")
        assert page.evaluate(_KEPT) == before
        assert "phq" not in before.lower()
        assert page.context.cookies() == []
        # Figures further down wake when they are seen; whatever is asked is a file of the page's own, without a query.
        assert [url for url in asked if "?" in url or "/_static/" not in url] == []

        page.reload()
        expect(root.locator("fieldset")).to_have_count(9)
        expect(root.get_by_role("radio", checked=True)).to_have_count(0)
        expect(result(root)).to_have_text("")
        expect(crisis(root)).to_be_hidden()

        fill(root, [3] * 9)
        page.goto(f"{site}/book/index.html")
        page.go_back()
        expect(root.get_by_role("radio", checked=True)).to_have_count(0)
        expect(crisis(root)).to_be_hidden()
        local, session, *others = json.loads(page.evaluate(_KEPT))[:5]
        # The theme notes how far its sidebar was scrolled when a page is left; that is all.
        assert [each for each in session if each[0] != "sidebar-scroll-top"] == []
        assert [local, [], *others] == json.loads(before)[:5]


def test_clearing_forgets_and_leads_back_to_the_first_item(browser: Browser, site: str) -> None:
    with scorer(browser, site) as (_, root):
        fill(root, [3] * 9)
        root.get_by_role("button", name="Clear my answers").click()
        expect(root.get_by_role("radio", checked=True)).to_have_count(0)
        expect(crisis(root)).to_be_hidden()
        expect(radio(root, 1, 0)).to_be_focused()


def _fill_by_keyboard(page: Page, root: Locator) -> None:
    radio(root, 1, 0).focus()
    for item in range(1, 10):
        page.keyboard.press("Space")
        for _ in range(item % 4):
            page.keyboard.press("ArrowDown")
        expect(radio(root, item, item % 4)).to_be_checked()
        expect(radio(root, item, item % 4)).to_be_focused()
        page.keyboard.press("Tab")


def test_the_keyboard_alone_fills_it_in(browser: Browser, site: str) -> None:
    """Tab goes from item to item, arrows choose, and after the last item help is the next that takes the focus."""
    with scorer(browser, site) as (page, root):
        _fill_by_keyboard(page, root)
        total = sum(item % 4 for item in range(1, 10))
        expect(result(root)).to_contain_text(f"Total {total} of 27")
        expect(crisis(root).get_by_role("link").first).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_is_cut(
    browser: Browser, site: str, axe_source: str, width: int, theme: Theme
) -> None:
    with scorer(browser, site, width, theme) as (page, root):
        page.evaluate(axe_source)
        for answers in ([], [3] * 9):
            fill(root, answers)
            root.locator("details").evaluate("(details, open) => { details.open = open; }", bool(answers))
            violations = page.evaluate(
                """tags => axe.run('.kp', {runOnly: tags, resultTypes: ['violations']}).then(({violations}) =>
                    violations.map(({id, nodes}) => id + ': ' + nodes[0].html + nodes[0].failureSummary))""",
                _AXE_TAGS,
            )
            assert violations == []
            wide = root.evaluate(
                "root => [root, ...root.querySelectorAll('*')].filter((node) => !node.classList.contains('kp-hidden')"
                " && node.getBoundingClientRect().right > innerWidth + 1).map((node) => node.outerHTML.slice(0, 99))"
            )
            assert wide == []
        names = root.get_by_role("group").evaluate_all("groups => groups.length")
        assert names >= 9
        ink, ground = root.evaluate("root => [getComputedStyle(root).color, getComputedStyle(root).backgroundColor]")
        assert contrast(ink, ground) >= 4.5


def test_without_scripts_there_are_items_bands_and_help(browser: Browser, site: str) -> None:
    with scorer(browser, site, javascript=False) as (_, root):
        expect(root.get_by_role("radio")).to_have_count(0)
        for item in payload()["items"]:
            expect(root).to_contain_text(item)
        for low, high, name in BANDS:
            expect(root.get_by_role("row", name=f"{low} to {high} {name}", exact=True)).to_be_visible()
        expect(root).to_contain_text(FIRST_LINE["service"])
        expect(root).to_contain_text("add the 9 numbers up")


def test_on_paper_the_items_the_bands_and_the_help_stand(browser: Browser, site: str) -> None:
    with scorer(browser, site) as (page, root):
        fill(root, [1] * 9)
        page.emulate_media(media="print")
        expect(root.get_by_role("button", name="Clear my answers")).to_be_hidden()
        expect(crisis(root)).to_be_visible()
        expect(result(root)).to_be_visible()
        expect(root.locator(".kp-bands")).to_be_visible()


def test_in_jupyterlab_it_is_the_same_and_the_notebook_keeps_nothing(browser: Browser, lab: Lab) -> None:
    notebook = write_notebook(
        lab.root / "phq9.ipynb", ["from ketamine_course.widgets import phq9_scorer\n\nphq9_scorer()"]
    )
    with watched_page(browser, lab.url) as page:
        lab.open_notebook(page, notebook)
        lab.run_all(page)
        root = page.locator(".kp")
        expect(root.locator("fieldset")).to_have_count(9)
        radio(root, 9, 2).check()
        expect(crisis(root)).to_be_visible()
        expect(result(root)).to_have_text("")
        root.get_by_role("button", name="Clear my answers").click()
        _fill_by_keyboard(page, root)
        total = sum(item % 4 for item in range(1, 10))
        band = phq9.band(total, BANDS)
        expect(result(root)).to_have_text(f"Total {total} of 27: {band}. A total is not a diagnosis.")
        page.get_by_role("menuitem", name="File", exact=True).click()
        with page.expect_response(lambda answer: answer.request.method == "PUT" and "phq9.ipynb" in answer.url):
            page.get_by_role("menuitem", name=re.compile("^Save Notebook(?! As)")).click()
        kept = notebook.read_text(encoding="utf-8")
        assert "widget-view" in kept
        assert "Total " not in kept
        assert '"checked"' not in kept
