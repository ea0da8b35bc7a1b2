"""Items of every type in a real JupyterLab: the self-check and the graded quiz, by keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from ketamine_course.answers import shape, variant
from ketamine_course.items import load_bank, release_quiz

from ...surfaces import Lab, watched_page, write_notebook
from .conftest import FIXTURES
from .keys import Keys, right
from .surfaces_of_items import assert_axe_clean, assert_fits, named_controls

_SELF_CHECK = f"""
from pathlib import Path
from ketamine_course.items import load_bank
from ketamine_course.items.selfcheck import payload
from ketamine_course.widgets.selfcheck_widget import SelfCheck
SelfCheck(payload(load_bank(Path({str(FIXTURES / "types.formative.yaml")!r}))))
"""

_QUIZ = """
from pathlib import Path
from ketamine_course.widgets.quiz_widget import Quiz
Quiz(Path({folder!r}))
"""

SAVED = re.compile(r"Saved \d{1,2}:\d{2}")


@contextmanager
def opened(browser: Browser, lab: Lab, name: str, cells: list[str]) -> Iterator[Page]:
    notebook = write_notebook(lab.root / f"{name}.ipynb", cells)
    with watched_page(browser, lab.url) as page:
        lab.open_notebook(page, notebook)
        lab.run_all(page)
        yield page


def part_of(root: Locator, item: dict[str, Any]) -> Locator:
    return root.locator(f'fieldset[id$="-{item["id"]}"]')


def narrow(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    # A second click on its tab closes the list of files, which takes half of the window.
    page.get_by_role("tab", name="File Browser").click()
    expect(page.locator("#jp-left-stack")).to_be_hidden()


def test_the_self_check_works_by_keyboard_alone(
    browser: Browser, lab: Lab, items: list[dict[str, Any]], axe_source: str
) -> None:
    """JupyterLab's own keys (arrows, D, A, Enter) do nothing to the notebook."""
    with opened(browser, lab, "self-check", [_SELF_CHECK]) as page:
        root = page.locator(".ks")
        expect(root).to_be_visible()
        keys = Keys(page)
        root.get_by_label("Show all questions").focus()
        for number, item in enumerate(items, start=1):
            part = part_of(root, item)
            keys.answer(part, item, right(item))
            keys.use(part.get_by_role("button", name="Check", exact=True))
            result = part.get_by_role("group", name="Result")
            expect(result).to_be_focused()
            if item["type"] != "free_text":
                expect(result).to_contain_text("✓ Right: ")
            if number < len(items):
                keys.use(root.get_by_role("button", name="Next"))
        expect(root.locator(".ks-reached")).to_contain_text(f"Checked {len(items)} of {len(items)} questions")
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)
        root.get_by_label("Show all questions").check()
        named_controls(page, root)
        assert_axe_clean(root, axe_source, "checked")


def test_the_graded_quiz_saves_every_type_by_keyboard_alone_and_shows_it_again(
    browser: Browser, lab: Lab, items: list[dict[str, Any]], axe_source: str
) -> None:
    bank = load_bank(FIXTURES / "types.graded.yaml")
    quiz = release_quiz(bank)
    folder = lab.root / "graded"
    folder.mkdir()
    (folder / "quiz.json").write_text(json.dumps(quiz), encoding="utf-8")
    with opened(browser, lab, "graded-quiz", [_QUIZ.format(folder=str(folder))]) as page:
        root = page.locator(".kq-quiz")
        expect(root).to_be_visible()
        learner = root.locator("dd").first.inner_text()
        keys = Keys(page)
        part_of(root, {"id": quiz["items"][0]["id"]}).focus()
        answers, drawn = {}, {}
        for item, public in zip(bank.items, quiz["items"], strict=True):
            part = part_of(root, public)
            values = variant.parameters(item.parameters, learner, quiz["quiz"], item.id, quiz["salt"])
            filled = item.filled(values)
            if item.parameters:
                drawn[item.id] = values
                expect(part.locator(".kq-stem")).to_contain_text(filled.public["stem"])
            keyed = {"type": item.kind, **filled.public, "key": filled.key}
            answers[item.id] = right(keyed)
            keys.answer(part, keyed, answers[item.id])
            expect(part.get_by_role("status")).to_contain_text(SAVED)
            assert shape.problem(public, answers[item.id]) == ""
        record = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
        assert {name: _unordered(each) for name, each in record["answers"].items()} == {
            name: _unordered(each) for name, each in answers.items()
        }
        assert record["shown"] == drawn
        assert (record["version"], record["content"]) == (quiz["version"], quiz["content"])
        named_controls(page, root)
        assert_axe_clean(root, axe_source, "answered")
        keys.use(root.get_by_role("button", name="Check and submit"))
        expect(root.locator(".kq-receipt")).to_contain_text("Receipt number")
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)

        # Shown again from the record: the window holds what was saved, so that nothing changes by itself.
        lab.run_all(page)
        expect(root.locator(".kq-receipt")).to_contain_text("Receipt number")
        for public in quiz["items"]:
            expect(part_of(root, public).get_by_role("status")).to_contain_text(SAVED)
        assert json.loads((folder / "answers.json").read_text(encoding="utf-8")) | {"submitted": None} == record | {
            "submitted": None
        }
        narrow(page)
        assert_fits(page, root)


def _unordered(answer: Any) -> Any:
    """Return an answer with its sets of choices sorted; an order has no sorted form that could equal another."""
    if isinstance(answer, dict):
        return {name: _unordered(each) for name, each in answer.items()}
    return sorted(answer) if isinstance(answer, list) else answer


def _small_quiz(folder: Path) -> Path:
    folder.mkdir()
    options = [{"id": each, "text": each.upper()} for each in ("a", "b", "c")]
    gaps = {"one": options, "two": options}
    quiz = {
        "schema": 1, "quiz": "small", "title": "Small", "due": "", "items": [
            {"id": "choice", "type": "single", "points": 1, "stem": "Choose.", "options": options},
            {"id": "gaps", "type": "cloze", "points": 2, "stem": "Fill.", "text": "[[one]] and [[two]].", "gaps": gaps},
        ],
    }  # fmt: skip
    (folder / "quiz.json").write_text(json.dumps(quiz), encoding="utf-8")
    return folder


def test_a_change_in_another_window_is_told_and_the_later_answer_counts(browser: Browser, lab: Lab) -> None:
    """Each call has a record of its own, as a second tab has."""
    folder = _small_quiz(lab.root / "two-windows")
    cell = _QUIZ.format(folder=str(folder)).strip()
    imports, _, call = cell.rpartition("\n")
    with opened(browser, lab, "two-windows", [f"{imports}\nfor _ in range(2):\n    display({call})"]) as page:
        one, two = (page.locator(".kq-quiz").nth(number) for number in (0, 1))
        expect(two).to_be_visible()
        choice = {"id": "choice"}
        part_of(one, choice).get_by_role("radio", name="A").check()
        expect(part_of(one, choice).get_by_role("status")).to_have_text(SAVED)
        part_of(two, choice).get_by_role("radio", name="B").check()
        expect(part_of(two, choice).get_by_role("status")).to_have_text(
            re.compile(r"^Saved .{4,9}\. Another window had changed it; this later answer counts\.$")
        )
        assert json.loads((folder / "answers.json").read_text(encoding="utf-8"))["answers"] == {"choice": "b"}
        # Back in the first window.
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(part_of(one, choice).get_by_role("status")).to_have_text(
            re.compile(r"^Changed in another window at .{4,9}; the later answer counts$")
        )
        expect(part_of(one, choice).get_by_role("radio", name="B")).to_be_checked()


def test_an_unfinished_answer_is_kept_and_said_to_be_unfinished(browser: Browser, lab: Lab) -> None:
    folder = _small_quiz(lab.root / "unfinished")
    with opened(browser, lab, "unfinished", [_QUIZ.format(folder=str(folder))]) as page:
        root = page.locator(".kq-quiz")
        part = part_of(root, {"id": "gaps"})
        part.get_by_role("combobox", name="Gap 1 of 2: ").select_option("a")
        expect(part.get_by_role("status")).to_have_text(
            re.compile(r"^Saved .{4,9}\. Fill all gaps \(1 of 2 so far\)\.$")
        )
        root.get_by_role("button", name="Check and submit").click()
        expect(root.locator(".kq-receipt")).to_contain_text("2 of 2 questions are not answered completely:")
        assert json.loads((folder / "answers.json").read_text(encoding="utf-8"))["answers"] == {"gaps": {"one": "a"}}
