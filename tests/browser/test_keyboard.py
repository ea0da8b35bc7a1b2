"""Every page by keyboard alone."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.sync_api import Browser, Page, expect

from ..surfaces import watched_page
from .pages import THOROUGH, open_everything, open_page

#: The keyboard stops at every link of a table. Instead of the 1,800 of the longest: one whose rows name others.
WALKED = [*THOROUGH[:-1], "book/tables/acute_effects.html"]

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
        open_page(page, f"{site}/{path}")
        # A figure that wakes while somebody walks past moves what stands below it: the walk waits for those that can.
        for figure in page.locator(".kc-figure:not(:has(.kc-predict))").all():
            figure.scroll_into_view_if_needed()
            expect(figure).to_have_class(re.compile(r"\bkc-awake\b"))
        _walk(page, "as opened")
        _assert_names(page, "as opened")
        if not page.locator(".kc-figure, details").count():
            return
        for selector in ("button[name=skip]", "details:not([open]) > summary"):
            for control in page.locator(selector).locator("visible=true").element_handles():
                control.focus()
                page.keyboard.press("Enter")
            expect(page.locator(selector).locator("visible=true")).to_have_count(0)
        open_everything(page)
        _walk(page, "with figures revealed and tables open")
        _assert_names(page, "with figures revealed and tables open")
