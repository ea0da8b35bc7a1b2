"""What must hold wherever items are shown: sound to axe, named controls, nothing wider than the window."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

#: Roles of what a learner can operate.
_CONTROLS = {"button", "checkbox", "combobox", "radio", "textbox", "listbox", "DisclosureTriangle", "link"}


def assert_axe_clean(root: Locator, axe_source: str, state: str) -> None:
    """Axe finds no violation in this part of the page, and looked at something."""
    root.page.evaluate(axe_source)
    found: dict[str, Any] = root.evaluate(
        "(root, tags) => axe.run(root, {runOnly: {type: 'tag', values: tags}})", list(AXE_TAGS)
    )
    said = [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    assert not said, f"{state}:\n" + "\n".join(said)
    assert len(found["passes"]) > 5, "axe looked at nothing"


def named_controls(page: Page, root: Locator) -> list[str]:
    """Return the names of all controls as the accessibility tree has them; each must have one."""
    session = page.context.new_cdp_session(page)
    root.evaluate("node => { window.itemsUnderTest = node; }")
    found = session.send("Runtime.evaluate", {"expression": "window.itemsUnderTest"})
    tree = session.send("Accessibility.queryAXTree", {"objectId": found["result"]["objectId"]})
    session.detach()
    controls = [
        node for node in tree["nodes"] if node.get("role", {}).get("value") in _CONTROLS and not node["ignored"]
    ]
    nameless = [node["role"]["value"] for node in controls if not node.get("name", {}).get("value", "").strip()]
    assert not nameless, f"controls without a name: {nameless}"
    return [node["name"]["value"] for node in controls]


def assert_fits(page: Page, root: Locator) -> None:
    """Nothing is wider than the window, and every target is at least 24 CSS pixels high and wide."""
    too_wide = root.evaluate(
        """root => [...root.querySelectorAll('*')].filter((node) => {
            const {right, width} = node.getBoundingClientRect();
            return width > 1 && !node.closest('.kq-scroll, svg') && right > root.getBoundingClientRect().right + 1;
        }).map((node) => node.outerHTML.slice(0, 120))"""
    )
    assert too_wide == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"the page is {overflow} px too wide"
    # Marked words are text in a line, which the rule excepts.
    small = root.evaluate(
        """root => [...root.querySelectorAll('button, select, input, textarea, summary')].filter((node) => {
            const {width, height} = node.getBoundingClientRect();
            return node.checkVisibility() && (width < 23.9 || height < 23.9);
        }).map((node) => node.outerHTML.slice(0, 120))"""
    )
    assert small == []
