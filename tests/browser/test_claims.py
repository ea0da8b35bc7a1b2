"""The register of claims: it filters by mouse and keyboard, shows everything without scripts, and names nobody."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import combinations, product

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ketamine_course import cli, evidence

from ..surfaces import watched_page

FILTERS = ("verdict", "theme", "chapter")

with (cli.ROOT / "src" / "ketamine_course" / "evidence" / "tables" / "claims.csv").open(
    encoding="utf-8", newline=""
) as _file:
    CLAIMS = list(csv.DictReader(_file))


def _values(name: str) -> list[str]:
    return sorted({row[name] for row in CLAIMS})


def _anchor(row: dict[str, str]) -> str:
    return "row-" + re.sub(r"[._]", "-", row["claim_id"])


def _kept(**wanted: str) -> list[str]:
    """Return the ids of the claims that have these values."""
    return [_anchor(row) for row in CLAIMS if all(row[name] == value for name, value in wanted.items())]


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The page of claims as a reader opens it."""
    with watched_page(browser, site) as page:
        page.goto(f"{site}/book/claims.html")
        expect(page.get_by_role("form", name="Filter the claims")).to_be_visible()
        yield page


def _visible(page: Page) -> list[str]:
    """Return the ids of the claims that can be seen, in their order."""
    ids: list[str] = page.locator(".kc-claim").evaluate_all(
        "claims => claims.filter((claim) => claim.checkVisibility()).map(({id}) => id)"
    )
    return ids


def _select(page: Page, name: str) -> Locator:
    return page.get_by_role("form", name="Filter the claims").locator(f"select[name={name}]")


def _assert_shown(page: Page, expected: list[str]) -> None:
    assert _visible(page) == expected
    # A status is read out when its text changes.
    expect(page.get_by_role("form").get_by_role("status")).to_have_text(f"{len(expected)} of {len(CLAIMS)} claims")


def test_it_starts_with_every_claim(page: Page) -> None:
    _assert_shown(page, _kept())
    for name in FILTERS:
        options = _select(page, name).locator("option").evaluate_all("options => options.map(({value}) => value)")
        assert sorted(options) == ["", *_values(name)]


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_keeps_the_claims_of_its_value(page: Page, name: str) -> None:
    for value in _values(name):
        _select(page, name).select_option(value)
        expected = _kept(**{name: value})
        assert 0 < len(expected) < len(CLAIMS)
        _assert_shown(page, expected)
    _select(page, name).select_option("")
    _assert_shown(page, _kept())


@pytest.mark.parametrize(("one", "other"), list(combinations(FILTERS, 2)))
def test_two_filters_keep_the_claims_that_have_both(page: Page, one: str, other: str) -> None:
    """Every pair of values, those that leave no claim too."""
    sizes = set()
    for first, second in product(_values(one), _values(other)):
        _select(page, one).select_option(first)
        _select(page, other).select_option(second)
        expected = _kept(**{one: first, other: second})
        _assert_shown(page, expected)
        sizes.add(len(expected))
    assert 0 in sizes
    assert max(sizes) > 1


def test_three_filters_keep_the_claims_that_have_all(page: Page) -> None:
    row = CLAIMS[-1]
    for name in FILTERS:
        _select(page, name).select_option(row[name])
    expected = _kept(**{name: row[name] for name in FILTERS})
    assert _anchor(row) in expected
    _assert_shown(page, expected)


def test_a_link_to_a_claim_that_is_filtered_out_shows_it(page: Page) -> None:
    _select(page, "verdict").select_option(CLAIMS[0]["verdict"])
    hidden = next(row for row in reversed(CLAIMS) if row["verdict"] != CLAIMS[0]["verdict"])
    target = page.locator(f"#{_anchor(hidden)}")
    expect(target).to_be_hidden()
    page.evaluate("id => { location.hash = id; }", _anchor(hidden))
    expect(target).to_be_in_viewport()
    for name in FILTERS:
        expect(_select(page, name)).to_have_value("")
    _assert_shown(page, _kept())


def test_a_link_from_another_page_leads_to_the_claim(browser: Browser, site: str) -> None:
    with watched_page(browser, site) as page:
        page.goto(f"{site}/book/claims.html#{_anchor(CLAIMS[-1])}")
        expect(page.locator(f"#{_anchor(CLAIMS[-1])}")).to_be_in_viewport()
        _assert_shown(page, _kept())


def test_a_link_to_a_claim_that_is_shown_keeps_the_filters(page: Page) -> None:
    value = CLAIMS[0]["verdict"]
    _select(page, "verdict").select_option(value)
    page.evaluate("id => { location.hash = id; }", _kept(verdict=value)[-1])
    expect(page.locator(f"#{_kept(verdict=value)[-1]}")).to_be_in_viewport()
    _assert_shown(page, _kept(verdict=value))


def test_the_keyboard_alone_filters(page: Page) -> None:
    """Tab goes from filter to filter; an arrow chooses, and what is left is seen at once."""
    _select(page, "verdict").focus()
    page.keyboard.press("ArrowDown")
    verdict = _select(page, "verdict").input_value()
    assert verdict
    _assert_shown(page, _kept(verdict=verdict))
    page.keyboard.press("Tab")
    expect(_select(page, "theme")).to_be_focused()
    page.keyboard.press("ArrowDown")
    theme = _select(page, "theme").input_value()
    _assert_shown(page, _kept(verdict=verdict, theme=theme))
    page.keyboard.press("Home")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Home")
    _assert_shown(page, _kept())
    page.keyboard.press("Enter")
    _assert_shown(page, _kept())


def test_the_rows_behind_a_claim_open_by_keyboard_and_lead_to_the_tables(page: Page) -> None:
    claim = page.locator(f"#{_anchor(CLAIMS[0])}")
    claim.locator("summary").focus()
    page.keyboard.press("Enter")
    rows = CLAIMS[0]["row_ids"].split()
    links = claim.locator("details a")
    expect(links).to_have_count(len(rows))
    expect(links.first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/tables/\w+\.html#row-{re.escape(re.sub('[._]', '-', rows[0]))}$"))
    expect(page.locator(":target")).to_be_visible()


def test_without_javascript_every_claim_is_there_and_no_filter(browser: Browser, site: str) -> None:
    with watched_page(browser, site, javascript=False) as page:
        page.goto(f"{site}/book/claims.html")
        assert _visible(page) == _kept()
        expect(page.locator(".kc-claim-filters")).to_be_hidden()
        for row in (CLAIMS[0], CLAIMS[-1]):
            claim = page.locator(f"#{_anchor(row)}")
            for words in (row["claim"], row["evidence"]):
                expect(claim).to_contain_text(words)


#: Chains of clinics, sellers and publications for the public, none of which a claim may name.
NAMES = (
    "Actify", "Better U", "Business Insider", "Cleveland Clinic", "CNN", "Everyday Health", "Field Trip", "Forbes",
    "GoodRx", "Healthline", "Innerwell", "Joyous", "Klarity", "Mayo Clinic", "Medical News Today", "Mindbloom",
    "New York Times", "Novamind", "NPR", "Numinus", "Nushama", "Psychology Today", "Rolling Stone", "Stella",
    "The Guardian", "Verywell", "WebMD", "Wired", "Wikipedia", "Wondermed", "Yale Medicine",
)  # fmt: skip


def test_no_clinic_and_no_article_is_named(page: Page) -> None:
    """A claim has no address and no name of whoever made it; its links lead to our rows and to its references."""
    register = page.locator(".kc-claims")
    claims = register.locator(".kc-claim-said").all_inner_texts()
    assert claims == [row["claim"] for row in CLAIMS]
    text = str(register.text_content())
    assert [name for name in NAMES if re.search(rf"\b{re.escape(name)}\b", text)] == []
    for claim in claims:
        assert not re.search(r"https?:|www\.|\b[\w-]+\.(com|org|net|co|clinic|health|info)\b|[®™]", claim), claim
    outside: dict[str, list[str]] = register.evaluate(
        """register => Object.fromEntries([...register.querySelectorAll('.kc-claim')].map((claim) =>
            [claim.id, [...claim.querySelectorAll('a')].map((link) => link.getAttribute('href'))
                .filter((href) => /^(\\w+:|\\/\\/)/.test(href))]))"""
    )
    for row in CLAIMS:
        references = [evidence.reference(key)[1] for key in row["references"].split()]
        assert sorted(outside[_anchor(row)]) == sorted(filter(None, references)), row["claim_id"]


def test_a_phone_shows_the_filters_and_claims_without_sideways_scrolling(browser: Browser, site: str) -> None:
    with watched_page(browser, site, width=320) as page:
        page.goto(f"{site}/book/claims.html")
        for details in page.locator(".kc-claim summary").all():
            details.click()
        for name in FILTERS:
            for value in ("", *_values(name)):
                _select(page, name).select_option(value)
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= 320, f"{name} {value}: the page is {width} px wide"
            _select(page, name).select_option("")
            box = _select(page, name).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 320
            assert box["height"] >= 24


@pytest.mark.parametrize("right", [True, False])
def test_a_claim_is_judged_by_keyboard_before_its_verdict_opens(browser: Browser, site: str, right: bool) -> None:
    with watched_page(browser, site) as page:
        page.goto(f"{site}/book/access.html")
        judged = page.locator(".kc-claim:has(.kc-claim-judge)")
        assert judged.count() >= 4
        claim = judged.first
        verdict = str(claim.get_attribute("data-verdict"))
        answer = claim.locator(".kc-claim-answer")
        expect(answer).to_be_hidden()
        values = claim.locator("input").evaluate_all("inputs => inputs.map(({value}) => value)")
        chosen = verdict if right else next(value for value in values if value != verdict)
        claim.locator(f"input[value={chosen}]").focus()
        page.keyboard.press("Space")
        expect(answer).to_be_visible()
        expect(answer.locator(".kc-verdict")).to_be_visible()
        expect(claim.get_by_role("status")).to_contain_text("as this course does" if right else "this course says")
        expect(judged.nth(1).locator(".kc-claim-answer")).to_be_hidden()


def test_without_scripts_a_claim_to_be_judged_keeps_its_verdict_folded(browser: Browser, site: str) -> None:
    with watched_page(browser, site, javascript=False) as page:
        page.goto(f"{site}/book/access.html")
        answer = page.locator(".kc-claim-answer").first
        expect(answer.locator(".kc-verdict")).to_be_hidden()
        answer.locator("summary").first.click()
        expect(answer.locator(".kc-verdict")).to_be_visible()
