"""Answering by keyboard alone: Tab, arrows, Space, Enter and letters, never a pointer and never a script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

#: 1: Tab leads there; -1: Shift+Tab does; 0: it has the focus.
_WAY = """node => node === document.activeElement ? 0
    : node.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1"""

_OUTLINE = """() => {
    const style = getComputedStyle(document.activeElement);
    return [document.activeElement.matches(':focus-visible'), style.outlineStyle, parseFloat(style.outlineWidth)];
}"""


class Keys:
    """The keyboard of a page; whatever it reaches must show that it has the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.press = page.keyboard.press

    def to(self, target: Locator) -> None:
        """Press Tab, or Shift+Tab, until the target has the focus."""
        for _ in range(400):
            way = target.evaluate(_WAY)
            if way == 0:
                seen, style, width = self.page.evaluate(_OUTLINE)
                assert (seen, style) == (True, "solid"), f"no visible focus on {target}"
                assert width >= 2, f"no visible focus on {target}"
                return
            self.press("Tab" if way > 0 else "Shift+Tab")
        pytest.fail(f"Tab does not lead to {target}", pytrace=False)

    def use(self, target: Locator, key: str = "Enter") -> None:
        """Go to a button or a box and press a key."""
        self.to(target)
        self.press(key)

    def choose(self, select: Locator, value: str) -> None:
        """Go to a list and choose a value with the arrow down."""
        self.to(select)
        values = select.evaluate("select => [...select.options].map((option) => option.value)")
        for _ in range(values.index(value)):
            self.press("ArrowDown")
        expect(select).to_have_value(value)

    def radio(self, group: Locator, value: str) -> None:
        """Go to a group of radio buttons and choose one with the arrows."""
        values = group.evaluate_all("nodes => nodes.map((node) => node.value)")
        self.to(group.first)
        self.press("Space")
        for _ in range(values.index(value)):
            self.press("ArrowDown")
        expect(group.nth(values.index(value))).to_be_checked()

    def answer(self, part: Locator, item: dict[str, Any], answer: Any) -> None:
        """Give an answer to an item that shows none."""
        asked = item.get("ask", item)
        getattr(self, f"_{'cloze' if asked['type'] == 'rationale' else asked['type']}")(part, asked, answer)

    def _single(self, part: Locator, _item: dict[str, Any], answer: str) -> None:
        self.radio(part.locator("input[type=radio]"), answer)

    def _multiple(self, part: Locator, _item: dict[str, Any], answer: list[str]) -> None:
        for value in answer:
            self.use(part.locator(f'input[value="{value}"]'), "Space")

    def _matrix(self, part: Locator, item: dict[str, Any], answer: dict[str, Any]) -> None:
        for row, chosen in answer.items():
            cells = part.locator(f'input[name$="-{row}"]')
            if item.get("several"):
                for value in chosen:
                    self.use(part.locator(f'input[name$="-{row}"][value="{value}"]'), "Space")
            else:
                self.radio(cells, chosen)

    def _cloze(self, part: Locator, _item: dict[str, Any], answer: dict[str, str]) -> None:
        for gap, value in answer.items():
            self.choose(part.locator(f'select[id$="-{gap}"]'), value)

    def _ordered(self, part: Locator, item: dict[str, Any], answer: list[str]) -> None:
        texts = {option["id"]: option["text"] for option in item["options"]}
        for place, option in enumerate(answer):
            button = part.get_by_role("button", name=f"Move up: {texts[option]}", exact=True)
            while (now := self._order(part).index(texts[option])) > place:
                self.use(button)
                expect(part.locator(".kq-told")).to_have_text(f"“{texts[option]}” is now {now} of {len(answer)}.")
                expect(button).to_be_focused()
        keep = part.get_by_role("button", name="This order is my answer")
        if keep.get_attribute("aria-pressed") == "false":  # it stood in this order already
            self.use(keep, "Space")
        expect(keep).to_have_attribute("aria-pressed", "true")

    def _order(self, part: Locator) -> list[str]:
        return part.locator(".kq-order .kq-text").all_inner_texts()

    def _highlight(self, part: Locator, item: dict[str, Any], answer: list[str]) -> None:
        for number, span in enumerate(answer):
            button = part.locator(f'[role=button][id$="-{span}"]')
            self.use(button, "Space" if number % 2 else "Enter")
            expect(button).to_have_attribute("aria-pressed", "true")

    def _bow_tie(self, part: Locator, item: dict[str, Any], answer: dict[str, Any]) -> None:
        sides = (("actions", "actions", "Actions to take"), ("condition", "conditions", "Condition"),
                 ("monitor", "monitor", "Parameters to monitor"))  # fmt: skip
        for side, options, title in sides:
            texts = {option["id"]: option["text"] for option in item[options]}
            chosen = [answer[side]] if isinstance(answer[side], str) else answer[side]
            for number, option in enumerate(chosen, start=1):
                self.use(part.get_by_role("button", name=f"Put in: {texts[option]} ({title})", exact=True))
                expect(part.locator(".kq-told")).to_have_text(
                    f"“{texts[option]}” is in. {title}: {number} of {len(chosen)}."
                )
                out = part.get_by_role("button", name=f"Take out: {texts[option]} ({title})", exact=True)
                expect(out).to_be_focused()

    def _numeric(self, part: Locator, _item: dict[str, Any], answer: dict[str, Any]) -> None:
        self.to(part.get_by_label("Number"))
        self.page.keyboard.type(f"{answer['value']:g}")
        self.choose(part.get_by_label("Unit"), answer["unit"])

    def _free_text(self, part: Locator, _item: dict[str, Any], answer: str) -> None:
        self.to(part.get_by_role("textbox"))
        self.page.keyboard.type(answer)


def right(item: dict[str, Any]) -> Any:
    """Return the right answer, from the key."""
    asked, key = item.get("ask", item), item["key"]
    kind = asked["type"]
    if kind == "single":
        return key["correct"][0]
    if kind == "matrix" and not asked.get("several"):
        return {row: columns[0] for row, columns in key["correct"].items()}
    if kind == "numeric":
        return {"value": key["value"], "unit": key["unit"]}
    return "Two sentences. About my day." if kind == "free_text" else key["correct"]


def wrong(item: dict[str, Any]) -> Any:
    """Return an answer of which no part is right, and that is complete."""
    asked, key = item.get("ask", item), item["key"]
    kind = asked["type"]

    def others(options: list[dict[str, str]], correct: list[str]) -> list[str]:
        return [option["id"] for option in options if option["id"] not in correct]

    if kind == "single":
        return others(asked["options"], key["correct"])[0]
    if kind == "multiple":
        return others(asked["options"], key["correct"])[: asked.get("select", 1)]
    if kind == "matrix":
        rows = {row: others(asked["columns"], columns) for row, columns in key["correct"].items()}
        return {row: ids[:1] if asked.get("several") else ids[0] for row, ids in rows.items()}
    if kind in ("cloze", "rationale"):
        return {gap: others(options, [key["correct"][gap]])[0] for gap, options in asked["gaps"].items()}
    if kind == "ordered":
        return [*key["correct"][1:], key["correct"][0]]
    if kind == "highlight":
        return others([part for part in asked["passage"] if not isinstance(part, str)], key["correct"])[:1]
    if kind == "bow_tie":
        correct = key["correct"]
        return {
            "actions": others(asked["actions"], correct["actions"])[:2],
            "condition": others(asked["conditions"], [correct["condition"]])[0],
            "monitor": others(asked["monitor"], correct["monitor"])[:2],
        }
    if kind == "numeric":
        return {"value": key["value"] + 1000, "unit": key["unit"]}
    return "No."
