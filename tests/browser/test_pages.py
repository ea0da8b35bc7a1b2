"""Every page of the built book as readers use it: by search, without scripts, on paper."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from ketamine_course import cli

from ..surfaces import contrast, watched_page
from .pages import CHAPTER, PAGES, Theme, open_everything, open_page


def test_the_search_finds_a_page(browser: Browser, site: str) -> None:
    """A word typed into the search dialog leads to the pages that have it, without another host."""
    with watched_page(browser, site) as page:
        page.goto(f"{site}/{CHAPTER}")
        page.keyboard.press("Control+K")
        field = page.locator("dialog:modal input[type=search]")
        expect(field).to_be_focused()
        field.fill("ketamine")
        field.press("Enter")
        expect(page).to_have_url(re.compile(r"/search\.html\?q=ketamine"))
        expect(page.locator("#search-results li a").first).to_be_visible()


def test_a_page_runs_no_script_but_the_sites_own(browser: Browser, site: str) -> None:
    """The policy that each page carries stops planted scripts, handlers, ``eval``, and requests to another host."""
    with watched_page(browser, site, strict=False) as page:
        page.goto(f"{site}/{CHAPTER}")
        planted = page.evaluate(
            """async () => {
                const stopped = [];
                addEventListener('securitypolicyviolation', (event) => stopped.push(event.effectiveDirective));
                const script = document.createElement('script');
                script.textContent = 'window.kcPlanted = 1';
                document.body.append(script);
                document.body.insertAdjacentHTML('beforeend', '<button onclick="window.kcPlanted = 2">x</button>');
                document.body.lastElementChild.click();
                const answers = await Promise.allSettled([
                    fetch('https://example.org/'), import('https://example.org/x.js'),
                ]);
                const timer = setTimeout('window.kcPlanted = 3', 0);
                await new Promise((resolve) => setTimeout(resolve, 100));
                return {stopped, ran: window.kcPlanted ?? null, answers: answers.map(({status}) => status)};
            }"""
        )
    assert planted["ran"] is None
    assert planted["answers"] == ["rejected", "rejected"]
    assert {"script-src-elem", "script-src-attr", "connect-src", "script-src"} <= set(planted["stopped"])


def _row_ids(table: str) -> list[str]:
    path = cli.ROOT / "src" / "ketamine_course" / "evidence" / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(next(iter(row.values())) for row in csv.DictReader(file))


def test_the_chapter_stands_without_javascript(browser: Browser, site: str) -> None:
    """Without scripts each figure shows its picture, its finding in words, and every row of its table."""
    with watched_page(browser, site, javascript=False) as page:
        page.goto(f"{site}/{CHAPTER}")
        figures = page.locator(".kc-figure")
        expect(figures).to_have_count(2)
        for figure, table in zip(figures.all(), ("onset_points", "onset_events"), strict=True):
            finding = figure.locator(".kc-finding span")
            expect(finding).to_be_visible()
            picture = figure.locator("svg.kc-picture")
            expect(picture).to_be_visible()
            expect(picture).to_have_attribute("aria-label", finding.inner_text())
            expect(picture.locator(".kc-marks")).to_be_visible()
            expect(figure.locator("button, input, select")).to_have_count(0)
            figure.locator("summary").click()
            rows: list[dict[str, Any]] = figure.locator("tr[data-row]").evaluate_all(
                """rows => rows.map((row) => ({
                    id: row.dataset.row, shown: row.checkVisibility(), text: row.innerText.trim(),
                }))"""
            )
            assert sorted(row["id"] for row in rows) == _row_ids(table)
            assert [row["id"] for row in rows if not row["shown"] or len(row["text"]) < 20] == []


def test_every_page_reads_without_javascript(browser: Browser, site: str) -> None:
    """Without scripts every page has its heading and text, and asks for nothing that is not there."""
    with watched_page(browser, site, javascript=False) as page:
        for path in PAGES:
            open_page(page, f"{site}/{path}")
            expect(page.locator("h1:visible").first).not_to_be_empty()


_ON_PAPER = """() => {
    const shown = (node) => node.checkVisibility({visibilityProperty: true});
    const texts = '.bd-article :is(h1, h2, p, li, th, td), .kc-picture text:not(.kc-letter)';
    const ink = [...document.querySelectorAll(texts)].filter((node) => shown(node) && node.textContent.trim());
    return {
        controls: [...document.querySelectorAll('button, input, select')].filter(shown).map((node) => node.outerHTML),
        inks: [...new Set(ink.map((node) => {
            const {color, fill} = getComputedStyle(node);
            return node instanceof SVGElement ? fill : color;
        }))],
    };
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paper_gets_the_still_picture(browser: Browser, site: str, theme: Theme) -> None:
    """Printed before or after the reveal, a figure is its still picture and finding, in ink that paper shows."""
    with watched_page(browser, site, theme=theme) as page:
        open_page(page, f"{site}/{CHAPTER}")
        page.emulate_media(media="print")
        for state in ("as opened", "revealed"):
            if state == "revealed":
                page.emulate_media(media="screen")
                open_everything(page)
                page.emulate_media(media="print")
            for figure in page.locator(".kc-figure").all():
                expect(figure.locator("svg.kc-picture")).to_be_visible()
                expect(figure.locator(".kc-marks")).to_be_visible()
                expect(figure.locator(".kc-finding")).to_be_visible()
                expect(figure.locator(".kc-live")).to_be_hidden()
            paper = page.evaluate(_ON_PAPER)
            assert paper["controls"] == [], state
            pale = [ink for ink in paper["inks"] if contrast(ink, "rgb(255, 255, 255)") < 4.5]
            assert not pale, f"{state}: {pale} cannot be read on white paper"


def test_printing_opens_the_tables_of_what_is_drawn(browser: Browser, site: str) -> None:
    """While printing, the tables are open and the words are those of the still picture; then all is as before."""
    with watched_page(browser, site) as page:
        open_page(page, f"{site}/{CHAPTER}")
        figure = page.locator(".kc-figure").first
        figure.locator("button[name=skip]").click()
        figure.locator("select[name=measure]").select_option("gap")
        finding = figure.locator(".kc-finding span")
        picture = figure.locator("svg.kc-picture").get_attribute("aria-label")
        expect(finding).not_to_have_text(str(picture))
        chosen = finding.inner_text()
        page.evaluate(
            """() => addEventListener('beforeprint', () => {
                const figure = document.querySelector('.kc-figure');
                window.kcPrinted = {
                    open: [...document.querySelectorAll('.kc-data')].map(({open}) => open),
                    finding: figure.querySelector('.kc-finding span').textContent,
                    rows: figure.querySelectorAll('tr[data-row]:not(.kc-other)').length,
                    count: Number(figure.querySelector('.kc-count').textContent),
                };
            })"""
        )
        page.pdf()
        printed = page.evaluate("window.kcPrinted")
        assert printed["open"] == [True, True]
        assert printed["finding"] == picture
        assert printed["rows"] == printed["count"] > 0
        expect(finding).to_have_text(chosen)
        expect(figure.locator(".kc-data")).not_to_have_attribute("open", "")
