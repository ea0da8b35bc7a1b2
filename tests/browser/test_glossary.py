"""The meaning of a term: by pointer and keyboard (WCAG 2.2, 1.4.13), on a phone, on paper, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ..surfaces import contrast, watched_page

CHAPTER = "book/onset.html"

Theme = Literal["light", "dark"]


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The onset chapter as a reader opens it."""
    with watched_page(browser, site) as page:
        page.goto(f"{site}/{CHAPTER}")
        page.wait_for_load_state()
        yield page


def _term(page: Page, index: int = 1) -> tuple[Locator, Locator]:
    """Return a term's link and its meaning, in the middle of the window."""
    term = page.locator(".kc-term").nth(index)
    term.evaluate("node => node.scrollIntoView({block: 'center'})")
    page.mouse.move(0, 0)
    return term.locator("a"), term.locator(".kc-meaning")


def test_no_meaning_shows_by_itself_and_each_describes_its_link(page: Page) -> None:
    terms = page.locator(".kc-term")
    assert terms.count() >= 8
    expect(page.locator(".kc-meaning:visible")).to_have_count(0)
    for term in terms.all():
        link = term.locator("a")
        assert link.get_attribute("aria-describedby") == term.locator("[role=tooltip]").get_attribute("id")
        assert "glossary.html#term-" in str(link.get_attribute("href"))
    said = terms.locator(".kc-meaning").all_text_contents()
    assert len(set(said)) == len(said), "a term has its meaning twice"
    assert [each for each in said if not 15 <= len(each) <= 400] == []


def test_hover_shows_the_meaning_and_the_pointer_can_go_onto_it(page: Page) -> None:
    """Hoverable and persistent: it stays while the pointer is on term, way or meaning, and goes when it leaves."""
    link, meaning = _term(page)
    link.hover()
    expect(meaning).to_be_visible()
    start, end = link.bounding_box(), meaning.locator("span").bounding_box()
    assert start is not None
    assert end is not None
    # Straight down, and then to the far end, pixel by pixel as a hand moves.
    x = start["x"] + start["width"] / 2
    page.mouse.move(x, start["y"] + start["height"] / 2)
    page.mouse.move(x, end["y"] + end["height"] / 2, steps=40)
    expect(meaning).to_be_visible()
    page.mouse.move(end["x"] + 5, end["y"] + 5, steps=40)
    page.wait_for_timeout(300)
    expect(meaning).to_be_visible()
    page.mouse.move(0, 0)
    expect(meaning).to_be_hidden()


def test_keyboard_focus_shows_the_meaning_and_tab_puts_it_away(page: Page) -> None:
    link, meaning = _term(page)
    link.focus()
    expect(meaning).to_be_visible()
    page.keyboard.press("Tab")
    expect(meaning).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    expect(link).to_be_focused()
    expect(meaning).to_be_visible()


def test_escape_dismisses_without_moving_pointer_or_focus(page: Page) -> None:
    link, meaning = _term(page)
    link.focus()
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    expect(link).to_be_focused()
    link.evaluate("node => node.blur()")
    link.hover()
    expect(meaning).to_be_visible()
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    # Left and met again, it shows again.
    page.mouse.move(0, 0)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    link.hover()
    expect(meaning).to_be_visible()


def test_the_link_leads_to_the_term(page: Page) -> None:
    link, meaning = _term(page)
    said = str(meaning.text_content())
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dt:target")).to_be_visible()
    expect(page.locator("dt:target ~ dd").first).to_contain_text(said[:30])


def test_at_the_end_of_the_window_the_meaning_opens_upwards(page: Page) -> None:
    link, meaning = _term(page, 3)
    link.evaluate("node => node.scrollIntoView({block: 'end'})")
    link.focus()
    expect(meaning).to_be_visible()
    box, at = meaning.locator("span").bounding_box(), link.bounding_box()
    assert box is not None
    assert at is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= at["y"] + 1
    # The way between is bridged there too.
    x = at["x"] + at["width"] / 2
    link.evaluate("node => node.blur()")
    page.mouse.move(x, at["y"] + at["height"] / 2)
    expect(meaning).to_be_visible()
    page.mouse.move(x, box["y"] + box["height"] / 2, steps=40)
    expect(meaning).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_meaning_fits_the_window_and_can_be_read(browser: Browser, site: str, theme: Theme, width: int) -> None:
    with watched_page(browser, site, width=width, theme=theme) as page:
        page.goto(f"{site}/{CHAPTER}")
        page.wait_for_load_state()
        for index in range(page.locator(".kc-term").count()):
            link, meaning = _term(page, index)
            link.focus()
            expect(meaning).to_be_visible()
            text = meaning.locator("span")
            box = text.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            # Nothing lies over it.
            assert text.evaluate(
                """node => {
                    const {left, right, top, bottom} = node.getBoundingClientRect();
                    return [[left + 4, top + 4], [right - 4, bottom - 4], [(left + right) / 2, (top + bottom) / 2]]
                        .every(([x, y]) => node.contains(document.elementFromPoint(x, y)));
                }"""
            ), f"term {index} is covered"
            ink, ground = text.evaluate(
                "node => { const s = getComputedStyle(node); return [s.color, s.backgroundColor]; }"
            )
            assert contrast(ink, ground) >= 7


def test_axe_finds_no_violation_in_a_meaning(page: Page, axe_source: str) -> None:
    link, meaning = _term(page)
    link.focus()
    expect(meaning).to_be_visible()
    page.evaluate(axe_source)
    found = page.evaluate("axe.run('.kc-term').then(({violations}) => violations.map(({id}) => id))")
    assert found == []


def test_without_javascript_hover_and_focus_still_show_it(browser: Browser, site: str) -> None:
    with watched_page(browser, site, javascript=False) as page:
        page.goto(f"{site}/{CHAPTER}")
        term = page.locator(".kc-term").nth(1)
        link, meaning = term.locator("a"), term.locator(".kc-meaning")
        expect(meaning).to_be_hidden()
        link.hover()
        expect(meaning).to_be_visible()
        page.mouse.move(0, 0)
        expect(meaning).to_be_hidden()
        link.focus()
        expect(meaning).to_be_visible()


def test_paper_shows_the_term_alone(page: Page) -> None:
    link, meaning = _term(page)
    link.focus()
    page.emulate_media(media="print")
    expect(meaning).to_be_hidden()
    expect(link).to_be_visible()
    ink = link.evaluate("node => getComputedStyle(node).color")
    assert contrast(ink, "rgb(255, 255, 255)") >= 4.5
