"""Whatever happens while a learner answers, what was saved stays saved, and what was not is said in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from ketamine_course.answers import RECORD_FILE, adopt

from .quiz_course import RIGHT
from .quiz_lab import Lab, OpenQuiz, watched_page
from .trouble import own_disk


def _some(*items: str) -> dict[str, Any]:
    return {f"onset-{item}": RIGHT[f"onset-{item}"] for item in items}


def _downloaded(quiz: OpenQuiz) -> dict[str, Any]:
    record = adopt(json.loads(Path(quiz.download().path()).read_text(encoding="utf-8")))
    assert record is not None
    answers: dict[str, Any] = record["answers"]
    return answers


def test_after_a_reload_and_after_a_restart_everything_saved_is_there(browser: Browser, lab: Lab) -> None:
    """Between the restart and ▶ nothing can be saved, and the learner is told so."""
    answers = _some("response", "true", "nnt", "explain")
    with lab.quiz(browser, lab.hand_out("eve")) as quiz:
        for item, answer in answers.items():
            quiz.answer(item, answer)
        quiz.page.reload()
        quiz.ready()
        quiz.run()
        quiz.shows(answers)
        expect(quiz.status("onset-response")).to_contain_text("Saved")

        quiz.restart_kernel()
        before = quiz.record()
        quiz.enter("onset-control", "b")
        expect(quiz.status("onset-control")).to_contain_text("Not saved: Python does not answer.")
        expect(quiz.notice).to_contain_text("Question 2: Not saved: Python does not answer.")
        expect(quiz.notice).to_contain_text("press ▶ again")
        quiz.shows(answers | _some("control"))
        assert quiz.record() == before

        quiz.run()
        expect(quiz.notice).to_be_empty()
        quiz.shows(answers)
        quiz.answer("onset-control", "b")
        assert quiz.record()["answers"] == answers | _some("control")


def test_two_tabs_and_two_views_lose_nothing_of_each_other(browser: Browser, lab: Lab) -> None:
    folder = lab.hand_out("gil")
    with lab.quiz(browser, folder) as one, watched_page(browser, lab.url) as second:
        # The second view follows the first by the kernel's own message.
        one.page.locator(".jp-OutputArea-child .kq").click(button="right", position={"x": 5, "y": 5})
        one.page.get_by_role("menuitem", name="Create New View for Cell Output").click()
        view = OpenQuiz(one.page, folder, ".jp-LinkedOutputView")
        expect(view.root).to_be_visible()
        two = lab.open(second, folder, "gil-second")
        two.run()

        one.answer("onset-response", "a")
        view.shows(_some("response"))
        two.answer("onset-control", "b")
        view.answer("onset-true", ["a", "c", "e"])
        one.shows(_some("response", "control", "true"))
        two.enter("onset-null", ["a", "b"])
        one.answer("onset-nnt", RIGHT["onset-nnt"])
        two.is_saved("onset-null", ["a", "b"])
        one.answer("onset-explain", RIGHT["onset-explain"])

        all_answers = _some("response", "control", "true", "nnt", "explain") | {"onset-null": ["a", "b"]}
        assert one.record()["answers"] == all_answers
        # The second tab has not seen the last of them; its file holds them all the same.
        assert _downloaded(two) == all_answers


def test_a_change_that_is_not_saved_yet_is_never_called_saved(browser: Browser, lab: Lab) -> None:
    with lab.quiz(browser, lab.hand_out("hal")) as quiz:
        quiz.answer("onset-nnt", {"value": 8, "unit": "people"})
        number = quiz.item("onset-nnt").get_by_label("Number")
        number.press_sequentially("x")
        expect(quiz.status("onset-nnt")).to_have_text(
            "Write a number, such as 7.9. Until then your earlier answer counts."
        )
        number.fill("9")
        # At once, without waiting for the pause in the typing.
        assert quiz.status("onset-nnt").inner_text() == "Saving …"
        quiz.is_saved("onset-nnt", {"value": 9, "unit": "people"})
        quiz.answer("onset-response", "c")
        quiz.answer("onset-null", ["a"])
        quiz.item("onset-null").locator("input[value=a]").click()
        expect(quiz.status("onset-null")).to_contain_text("Answer removed")
        assert "onset-null" not in quiz.record()["answers"]
        quiz.press("Check and submit")
        expect(quiz.receipt).to_contain_text("5 of 7 questions are not answered")
        quiz.press("Submit without them")
        expect(quiz.receipt).to_contain_text("Receipt number")
        # A change takes the hand-in back, in the window and on disk.
        quiz.answer("onset-response", "a")
        expect(quiz.receipt).to_be_empty()
        assert quiz.record()["submitted"] is None


@pytest.mark.parametrize(
    ("what", "words"), [("full", "No space left on device"), ("read_only", "Read-only file system")]
)
def test_a_disk_that_takes_nothing_costs_no_answer(browser: Browser, lab: Lab, what: str, words: str) -> None:
    """Full or read-only: told in words, kept in the window, in the one file, and saved as soon as it can be."""
    student = f"ida-{what}"
    with own_disk(lab.root / student / "onset") as disk, lab.quiz(browser, lab.hand_out(student)) as quiz:
        trouble = getattr(disk, what)
        quiz.answer("onset-response", "a")
        before = (quiz.folder / RECORD_FILE).read_bytes()
        trouble.begin()
        quiz.enter("onset-control", "b")
        expect(quiz.status("onset-control")).to_contain_text(f"Not saved: {words}. Your answer stays in this window.")
        quiz.enter("onset-explain", RIGHT["onset-explain"])
        expect(quiz.status("onset-explain")).to_contain_text(f"Not saved: {words}")
        expect(quiz.notice).to_contain_text(f"Questions 2, 7: Not saved: {words}")

        unsaved = _some("response", "control", "explain")
        quiz.shows(unsaved)
        assert (quiz.folder / RECORD_FILE).read_bytes() == before
        quiz.press("Check and submit")
        expect(quiz.status("onset-control")).to_contain_text("Not saved")
        expect(quiz.receipt).to_be_empty()
        assert _downloaded(quiz) == unsaved
        assert (quiz.folder / RECORD_FILE).read_bytes() == before
        assert sorted(path.name for path in quiz.folder.glob(".answers*")) == []

        trouble.end()
        quiz.answer("onset-nnt", RIGHT["onset-nnt"])
        for item in ("onset-control", "onset-explain"):
            quiz.is_saved(item, RIGHT[item])
        expect(quiz.notice).to_be_empty()
        assert quiz.record()["answers"] == unsaved | _some("nnt")
