"""The quiz can be used by everybody: axe finds nothing, keys stay in it, focus is seen, it fits a narrow window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect

from .quiz_lab import Lab, OpenQuiz
from .trouble import own_disk

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def _no_violation(quiz: OpenQuiz, axe_source: str, state: str) -> None:
    quiz.page.evaluate(axe_source)
    found: dict[str, Any] = quiz.root.evaluate(
        "(root, rules) => axe.run(root, {runOnly: {type: 'tag', values: rules}})", list(RULES)
    )
    said = [
        f"{kind}: {rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for kind in ("violations", "incomplete")
        for rule in found[kind]
        for node in rule["nodes"]
    ]
    assert not said, f"{state}:\n" + "\n".join(said)
    assert found["passes"], "axe looked at nothing"


@pytest.fixture(scope="module")
def quiz(browser: Browser, lab: Lab) -> Iterator[OpenQuiz]:
    """A quiz in a page that all tests here look at, one after the other."""
    with lab.quiz(browser, lab.hand_out("kim")) as opened:
        yield opened


def test_the_header_says_whose_quiz_it_is_how_long_and_until_when(quiz: OpenQuiz) -> None:
    expect(quiz.root.get_by_role("heading", level=2)).to_have_text("Quiz: onset of effect")
    names, values = quiz.root.locator("dt").all_inner_texts(), quiz.root.locator("dd").all_inner_texts()
    said = dict(zip(names, values, strict=True))
    assert said == {"Name": "learner", "Questions": "7", "Due": "as your instructor says"}
    assert quiz.root.get_by_role("group").count() == 7


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    browser: Browser, lab: Lab, axe_source: str, theme: Literal["light", "dark"]
) -> None:
    student = f"joy-{theme}"
    with (
        own_disk(lab.root / student / "onset") as disk,
        lab.quiz(browser, lab.hand_out(student), theme=theme, height=3200) as quiz,
    ):
        expect(quiz.page.locator("body")).to_have_attribute("data-jp-theme-light", str(theme == "light").lower())
        _no_violation(quiz, axe_source, "before")
        quiz.answer("onset-response", "a")
        quiz.item("onset-nnt").get_by_label("Number").fill("8")
        expect(quiz.status("onset-nnt")).to_contain_text("Choose a unit")
        _no_violation(quiz, axe_source, "answered")
        disk.full.begin()
        quiz.enter("onset-control", "b")
        expect(quiz.notice).to_contain_text("Not saved")
        _no_violation(quiz, axe_source, "not saved")
        disk.full.end()
        quiz.answer("onset-explain", "Some do.")
        quiz.press("Check and submit")
        expect(quiz.receipt).to_contain_text("not answered")
        _no_violation(quiz, axe_source, "something is not answered")
        quiz.press("Submit without them")
        expect(quiz.receipt).to_contain_text("Receipt number")
        _no_violation(quiz, axe_source, "receipt")


#: Of the focused element: its outline, and whether JupyterLab's keys keep away from it.
_FOCUS = """() => {
    const node = document.activeElement, style = getComputedStyle(node);
    return { inside: Boolean(node.closest('.kq')), seen: node.matches(':focus-visible'), style: style.outlineStyle,
             width: parseFloat(style.outlineWidth), name: node.id || node.name };
}"""


def test_every_control_has_a_name_a_visible_focus_and_its_own_keys(quiz: OpenQuiz) -> None:
    page = quiz.page
    for role in ("radio", "checkbox", "textbox", "combobox", "button", "group"):
        controls = quiz.root.get_by_role(role)  # type: ignore[arg-type]
        assert controls.count()
        assert quiz.root.get_by_role(role, name=re.compile(r"\S")).count() == controls.count()  # type: ignore[arg-type]

    last = quiz.root.get_by_role("button", name="Download to hand in")
    quiz.item("onset-response").get_by_role("radio").first.focus()
    visited = 0
    while not last.evaluate("node => node === document.activeElement"):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        assert focus["inside"], f"Tab left the quiz at {focus}"
        assert focus["seen"], f"no visible focus: {focus}"
        assert focus["style"] == "solid", f"no visible focus: {focus}"
        assert focus["width"] >= 2, f"no visible focus: {focus}"
        visited += 1
    # 1 radio group, 5 + 4 checkboxes, 2 numbers, 2 units, 1 text, 2 buttons
    assert visited == 18

    # JupyterLab's keys: arrows choose another cell, D twice deletes one, A adds one.
    cells = page.locator(".jp-Notebook .jp-Cell")
    for target in (
        last, quiz.item("onset-response").get_by_role("radio").first,
        quiz.item("onset-true").get_by_role("checkbox").first, quiz.item("onset-nnt").get_by_label("Unit"),
        quiz.item("onset-explain"),
    ):  # fmt: skip
        target.focus()
        for key in ("ArrowDown", "ArrowUp", "d", "d", "a"):
            page.keyboard.press(key)
        expect(cells).to_have_count(9)
        expect(cells.first).to_contain_class("jp-mod-active")
    # In the first question the arrows moved among the options, and each choice was saved.
    quiz.is_saved("onset-response", "a")


def test_it_fits_a_window_of_400_pixels(quiz: OpenQuiz) -> None:
    quiz.page.set_viewport_size({"width": 400, "height": 900})
    # A second click on its tab closes the list of files, which takes half of the window.
    quiz.page.get_by_role("tab", name="File Browser").click()
    expect(quiz.page.locator("#jp-left-stack")).to_be_hidden()
    too_wide = quiz.root.evaluate(
        """root => [...root.querySelectorAll('*')].filter((node) =>
            node.getBoundingClientRect().right > root.getBoundingClientRect().right + 1
            || node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0
        ).map((node) => node.outerHTML.slice(0, 120))"""
    )
    assert too_wide == []
    assert quiz.root.evaluate("root => root.getBoundingClientRect().right") <= 400
