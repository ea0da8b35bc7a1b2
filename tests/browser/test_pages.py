"""Every page of the built book as readers use it: by mouse, by keyboard, on a phone, on paper, without scripts."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ElementHandle, Page, expect

from ketamine_course import cli

from ..surfaces import contrast, watched_page

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

#: The keyboard stops at every link of a table. Instead of the 1,800 of the longest: one whose rows name others.
WALKED = [*THOROUGH[:-1], "book/tables/acute_effects.html"]

CHAPTER = "book/onset.html"

PHONE_PX = 320
DESK_PX = 1280

AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

Theme = Literal["light", "dark"]


def _open(page: Page, address: str) -> None:
    """Open a page, and follow a redirect to its end: a page that only leads on has no heading."""
    page.goto(address)
    page.locator("h1:visible").first.wait_for()
    page.wait_for_load_state()


# ---------------------------------------------------------------- every control, used once

#: Returns the next control that a reader can use and that was not used, with its kind and its name.
#: While a dialog is open, only what is in it can be used.
_NEXT_CONTROL = """used => {
    const scope = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document;
    const controls = 'button, input, select, textarea, summary, '
        + '[role=button], [role=switch], [role=tab], [role=slider], [role=checkbox], [contenteditable=true]';
    const seen = {};
    for (const control of scope.querySelectorAll(controls)) {
        const near = control.closest('figure, form, nav, dialog, details');
        const place = near?.getAttribute('aria-labelledby') || near?.id || near?.className || '';
        const own = control.id || [control.name, control.getAttribute('aria-label'), control.className].join(' ');
        const plain = `${place} ${control.localName} ${own}`.replaceAll(/\\s+/g, ' ');
        seen[plain] = (seen[plain] ?? 0) + 1;
        const name = `${plain} ${seen[plain]}`;
        if (used.includes(name) || control.matches(':disabled, [aria-disabled=true]')) continue;
        if (!control.checkVisibility({visibilityProperty: true})) continue;
        return {control, name, kind: control.localName === 'input' ? control.type : control.localName};
    }
    return null;
}"""

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


def _assert_sound(page: Page, after: str) -> None:
    wrong = page.evaluate(_UNSOUND)
    assert not wrong, f"after {after}: {'; '.join(wrong)}"


def _use(page: Page, control: ElementHandle, kind: str) -> None:
    """Use a control as its kind is used, with every value that it offers."""
    if kind == "select":
        for index in range(control.evaluate("select => select.options.length")):
            control.select_option(index=index)
            _assert_sound(page, f"option {index}")
        control.select_option(index=0)
    elif kind == "range":
        control.focus()
        for key in ("Home", "ArrowRight", "End", "ArrowLeft"):
            control.press(key)
    elif kind in ("search", "text", "textarea"):
        control.fill("ketamine")
    elif kind in ("checkbox", "radio"):
        control.click()
        _assert_sound(page, "ticking")
        control.click()
    else:
        control.click()


def _use_every_control(page: Page) -> list[str]:
    """Use each control that is or becomes visible, once; return their names in that order.

    A control that opens a dialog is followed into it; Escape must close it again.
    """
    address = page.url
    used: list[str] = []
    while True:
        found = page.evaluate_handle(_NEXT_CONTROL, used)
        control = found.get_property("control").as_element() if found.evaluate("found => found !== null") else None
        if control is None:
            dialogs = page.locator("dialog:modal")
            count = dialogs.count()
            if not count:
                return used
            page.keyboard.press("Escape")
            expect(dialogs).to_have_count(count - 1)
            continue
        name, kind = found.get_property("name").json_value(), found.get_property("kind").json_value()
        _use(page, control, kind)
        used.append(name)
        if page.url.partition("#")[0] != address.partition("#")[0]:
            page.goto(address)
        _assert_sound(page, name)


@pytest.mark.parametrize(("theme", "width"), [("light", DESK_PX), ("dark", PHONE_PX)])
@pytest.mark.parametrize("path", THOROUGH)
def test_every_control_can_be_used(browser: Browser, site: str, path: str, theme: Theme, width: int) -> None:
    """Each select, check box, slider, button, summary and search field works, and the page stays sound."""
    with watched_page(browser, site, width=width, theme=theme) as page:
        _open(page, f"{site}/{path}")
        _assert_sound(page, "opening")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        used = _use_every_control(page)
        kinds = " ".join(used)
        for expected in ("theme-switch-button", "primary-toggle", "search-button__button", "form-control"):
            assert expected in kinds, f"nobody could use {expected}; used: {used}"
        page.wait_for_load_state("networkidle")
        _assert_sound(page, "everything")
        if path == CHAPTER:
            for control in ("reveal", "skip", "again", "measure", "highlight", "axis", "predict-ketamine", "summary"):
                assert control in kinds, f"nobody could use {control}; used: {used}"


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


# ---------------------------------------------------------------- accessibility


def _open_everything(page: Page) -> None:
    """Reveal each figure without a prediction, open each table, and wait until every figure is alive."""
    for button in page.locator("button[name=skip]").element_handles():
        button.click()
    for summary in page.locator("details:not([open]) > summary").locator("visible=true").element_handles():
        summary.click()
    for figure in page.locator(".kc-figure").all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_class(re.compile(r"\bkc-awake\b"))


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
        _open(page, f"{site}/{path}")
        _assert_accessible(page, axe_source, "as opened")
        if page.locator(".kc-figure, details").count():
            _open_everything(page)
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
        _open(page, f"{site}/{path}")
        _assert_sound(page, "opening")
        _open_everything(page)
        _assert_sound(page, "opening figures and tables")
        clipped = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter((node) => {
                const {overflowX} = getComputedStyle(node);
                return node.scrollWidth > node.clientWidth + 1 && ['auto', 'scroll'].includes(overflowX)
                    && node.tabIndex < 0 && node.checkVisibility();
            }).map((node) => node.outerHTML.slice(0, 120))"""
        )
        assert not clipped, f"these scroll sideways but no key reaches them: {clipped}"


# ---------------------------------------------------------------- keyboard

#: Notes every visible control and how it looks without focus; starts the walk at the top of the page.
_PREPARE_WALK = """() => {
    const look = (node) => {
        const {outlineStyle, outlineWidth, boxShadow, backgroundColor, borderColor} = getComputedStyle(node);
        return {outlineStyle, outlineWidth, boxShadow, backgroundColor, borderColor};
    };
    document.activeElement?.blur();
    // Of radio buttons in a group, Tab stops at one; arrows go on from there.
    const group = (node) => [...document.querySelectorAll(`input[type=radio][name="${node.name}"]`)];
    const isStop = (node) => node.type !== 'radio'
        || node === (group(node).find((each) => each.checked) ?? group(node)[0]);
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter((node) => !node.matches(':disabled') && node.type !== 'hidden' && isStop(node)
            && node.checkVisibility({visibilityProperty: true, opacityProperty: true})
            && node.getClientRects().length);
    window.kcWalk = {look, stops, before: new Map(stops.map((node) => [node, look(node)]))};
    const top = document.createElement('span');
    top.tabIndex = -1;
    document.body.prepend(top);
    top.focus();
    top.remove();
    window.scrollTo(0, 0);
    return stops.map((node) => node.outerHTML.replaceAll(/\\s+/g, ' ').slice(0, 160));
}"""

#: Says where the focus is now: its place among the noted controls, and what is wrong there.
_STOP = """async () => {
    const {look, stops, before} = window.kcWalk;
    const node = document.activeElement;
    if (!node || node === document.body || node === document.documentElement) return null;
    await Promise.all(document.getAnimations().map(({finished}) => finished.catch(() => {})));
    const now = look(node);
    const was = before.get(node);
    const outlined = now.outlineStyle !== 'none' && parseFloat(now.outlineWidth) >= 1;
    const changed = was && ['boxShadow', 'backgroundColor', 'borderColor'].some((key) => now[key] !== was[key]);
    // Not covered, by a sticky header for one: in the middle of what the window shows of it lies the control itself.
    const inSight = [...node.getClientRects()].some(({left, right, top, bottom}) => {
        const [west, east] = [Math.max(left, 0), Math.min(right, innerWidth)];
        const [north, south] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
        const hit = west < east && north < south && document.elementFromPoint((west + east) / 2, (north + south) / 2);
        return hit && (node.contains(hit) || hit.contains(node));
    });
    return {
        index: stops.indexOf(node),
        html: node.outerHTML.replaceAll(/\\s+/g, ' ').slice(0, 160),
        wrong: [
            ...(outlined || changed ? [] : ['nothing shows the focus']),
            ...(inSight ? [] : ['the focus is out of sight']),
            ...(node.checkVisibility({visibilityProperty: true}) ? [] : ['invisible']),
        ],
    };
}"""


def _walk(page: Page, state: str) -> None:
    """Press Tab from the top to the end of the page, and assert that every visible control had the focus once."""
    expected: list[str] = page.evaluate(_PREPARE_WALK)
    reached: Counter[int] = Counter()
    wrong: list[str] = []
    for _ in range(len(expected) + 20):
        page.keyboard.down("Tab")  # held down, it moves on at each repeat
        stop = page.evaluate(_STOP)
        if stop is None:
            break
        reached[stop["index"]] += 1
        wrong += [f"{each}: {stop['html']}" for each in stop["wrong"]]
        assert stop["index"] < 0 or reached[stop["index"]] == 1, f"{state}: the focus does not get past {stop['html']}"
    else:
        pytest.fail(f"{state}: the focus does not reach the end of the page")
    page.keyboard.up("Tab")
    missed = [html for index, html in enumerate(expected) if not reached[index]]
    assert not missed, f"{state}: Tab never reaches {missed}"
    assert not wrong, f"{state}:\n" + "\n".join(wrong)


def _assert_names(page: Page, state: str) -> None:
    """Assert that the browser computes a name for everything that can have the focus."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    nameless = [
        node["role"]["value"]
        for node in nodes
        if not node["ignored"]
        and node["role"]["value"] != "RootWebArea"
        and any(each["name"] == "focusable" and each["value"].get("value") for each in node.get("properties", ()))
        and not node.get("name", {}).get("value", "").strip()
    ]
    assert not nameless, f"{state}: no name for {nameless}"


@pytest.mark.parametrize("path", WALKED)
def test_the_keyboard_reaches_every_control(browser: Browser, site: str, path: str) -> None:
    """Tab alone gives each visible control the focus, shows it, keeps it nowhere; each control has a name."""
    with watched_page(browser, site) as page:
        _open(page, f"{site}/{path}")
        _walk(page, "as opened")
        _assert_names(page, "as opened")
        if not page.locator(".kc-figure, details").count():
            return
        for selector in ("button[name=skip]", "details:not([open]) > summary"):
            for control in page.locator(selector).locator("visible=true").element_handles():
                control.focus()
                page.keyboard.press("Enter")
            expect(page.locator(selector).locator("visible=true")).to_have_count(0)
        _open_everything(page)
        _walk(page, "with figures revealed and tables open")
        _assert_names(page, "with figures revealed and tables open")


# ---------------------------------------------------------------- without scripts, and on paper


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
            _open(page, f"{site}/{path}")
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
        _open(page, f"{site}/{CHAPTER}")
        page.emulate_media(media="print")
        for state in ("as opened", "revealed"):
            if state == "revealed":
                page.emulate_media(media="screen")
                _open_everything(page)
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
        _open(page, f"{site}/{CHAPTER}")
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
