"""Every control of every page can be used, and the page stays sound: by mouse, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ElementHandle, Page, expect

from ..surfaces import watched_page
from .pages import CHAPTER, DESK_PX, PHONE_PX, THOROUGH, Theme, assert_sound, open_page

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


def _use(page: Page, control: ElementHandle, kind: str) -> None:
    """Use a control as its kind is used, with every value that it offers."""
    if kind == "select":
        for index in range(control.evaluate("select => select.options.length")):
            control.select_option(index=index)
            assert_sound(page, f"option {index}")
        control.select_option(index=0)
    elif kind == "range":
        control.focus()
        for key in ("Home", "ArrowRight", "End", "ArrowLeft"):
            control.press(key)
    elif kind in ("search", "text", "textarea"):
        control.fill("ketamine")
    elif kind in ("checkbox", "radio"):
        control.click()
        assert_sound(page, "ticking")
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
        assert_sound(page, name)


@pytest.mark.parametrize(("theme", "width"), [("light", DESK_PX), ("dark", PHONE_PX)])
@pytest.mark.parametrize("path", THOROUGH)
def test_every_control_can_be_used(browser: Browser, site: str, path: str, theme: Theme, width: int) -> None:
    """Each select, check box, slider, button, summary and search field works, and the page stays sound."""
    with watched_page(browser, site, width=width, theme=theme) as page:
        open_page(page, f"{site}/{path}")
        assert_sound(page, "opening")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        used = _use_every_control(page)
        kinds = " ".join(used)
        for expected in ("theme-switch-button", "primary-toggle", "search-button__button", "form-control"):
            assert expected in kinds, f"nobody could use {expected}; used: {used}"
        page.wait_for_load_state("networkidle")
        assert_sound(page, "everything")
        if path == CHAPTER:
            for control in ("reveal", "skip", "again", "measure", "highlight", "axis", "predict-ketamine", "summary"):
                assert control in kinds, f"nobody could use {control}; used: {used}"
