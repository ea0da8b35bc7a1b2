"""One course folder, one Chromium, one JupyterLab of learners, and what four learners did in it."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ketamine_course.grading.collect import collect

from ...surfaces import chromium, read_axe
from .quiz_course import MIXED, RIGHT, WRONG, Course, HandedIn, make_course
from .quiz_lab import TIMEOUT_MS, Lab, serve, watched_page


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium; each page has a context of its own."""
    with chromium(TIMEOUT_MS) as running:
        yield running


@pytest.fixture(scope="package")
def axe_source() -> str:
    """The source of axe-core."""
    return read_axe()


@pytest.fixture(scope="package")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The instructor's folder, with the release made from the public bank."""
    return make_course(tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("instructor"))


@pytest.fixture(scope="package")
def lab(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A real JupyterLab whose folder holds one folder for each student."""
    with serve(tmp_path_factory.mktemp("lab-home"), tmp_path_factory.mktemp("students"), course.release) as lab:
        yield lab


@pytest.fixture(scope="package")
def ann(browser: Browser, lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> HandedIn:
    """Answers everything right with the mouse, submits, and downloads the file to hand in."""
    with lab.quiz(browser, lab.hand_out("ann")) as quiz:
        for item, answer in RIGHT.items():
            quiz.answer(item, answer)
        quiz.press("Check and submit")
        expect(quiz.receipt).to_contain_text("Receipt number")
        file = tmp_path_factory.mktemp("downloads") / "onset.ipynb"
        download = quiz.download()
        assert download.suggested_filename == file.name
        download.save_as(file)
        return HandedIn(quiz.folder, quiz.receipt.inner_text(), file=file)


@pytest.fixture(scope="package")
def bob(browser: Browser, lab: Lab) -> HandedIn:
    """Answers everything wrong, without a mouse, from the opened notebook on."""
    folder = lab.hand_out("bob")
    with watched_page(browser, lab.url) as page:
        quiz = lab.open(page, folder, "bob")
        press = page.keyboard.press
        press("Control+Enter")
        expect(quiz.root).to_be_visible()
        first = quiz.item("onset-response").get_by_role("radio").first
        quiz.tab_to(first)
        press("ArrowDown")
        quiz.is_saved("onset-response", "b")
        press("Tab")
        press("Space")
        quiz.is_saved("onset-control", "a")
        for item, steps in (("onset-true", 2), ("onset-null", 2)):
            quiz.tab_to(quiz.item(item).get_by_role("checkbox").first)
            for _ in range(steps - 1):
                press("Tab")
            press("Space")
            quiz.is_saved(item, WRONG[item])
        for item, steps in (("onset-nnt", 3), ("onset-difference", 2)):
            quiz.tab_to(quiz.item(item).get_by_label("Number"))
            page.keyboard.type(f"{WRONG[item]['value']}")
            press("Tab")
            for _ in range(steps):
                press("ArrowDown")
            quiz.is_saved(item, WRONG[item])
        press("Tab")
        page.keyboard.type(WRONG["onset-explain"])
        quiz.is_saved("onset-explain", WRONG["onset-explain"])
        quiz.tab_to(quiz.root.get_by_role("button", name="Check and submit"))
        press("Enter")
        expect(quiz.receipt).to_contain_text("Receipt number")
        # All those keys were the quiz's, not the notebook's.
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(9)
        expect(page.locator(".jp-Notebook .jp-Cell").first).to_contain_class("jp-mod-active")
        return HandedIn(folder, quiz.receipt.inner_text())


@pytest.fixture(scope="package")
def cy(browser: Browser, lab: Lab) -> HandedIn:
    """Answers most, is told what is missing, and submits without it."""
    with lab.quiz(browser, lab.hand_out("cy")) as quiz:
        for item, answer in MIXED.items():
            quiz.answer(item, answer)
        quiz.press("Check and submit")
        expect(quiz.receipt).to_contain_text("not answered")
        said = quiz.receipt.inner_text()
        quiz.press("Question 2")
        expect(quiz.item("onset-control")).to_be_focused()
        expect(quiz.item("onset-control")).to_be_in_viewport()
        assert quiz.record()["submitted"] is None
        quiz.press("Submit without them")
        expect(quiz.receipt).to_contain_text("Receipt number")
        return HandedIn(quiz.folder, quiz.receipt.inner_text(), said)


@pytest.fixture(scope="package")
def dan(browser: Browser, lab: Lab) -> Path:
    """Opens the quiz, tries to submit, and never answers."""
    with lab.quiz(browser, lab.hand_out("dan")) as quiz:
        quiz.press("Check and submit")
        quiz.press("Submit without them")
        expect(quiz.notice).to_contain_text("There is no saved answer yet")
        expect(quiz.root.get_by_role("heading", name="Receipt")).to_have_count(0)
        return quiz.folder


@pytest.fixture(scope="package")
def graded(
    course: Course, ann: HandedIn, bob: HandedIn, cy: HandedIn, dan: Path, tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    """The four folders taken in, and Ann's one file as Canvas and as Moodle give it back; all graded once."""
    for name, folder in (("ann", ann.folder), ("bob", bob.folder), ("cy", cy.folder), ("dan", dan)):
        course.take_in(name, folder)
    assert ann.file is not None
    folder = tmp_path_factory.mktemp("lms")
    for name in ("annecanvas_101_5501_onset.ipynb", "Anne Moodle_102_assignsubmission_file_/onset.ipynb"):
        with zipfile.ZipFile(folder / "download.zip", "w") as archive:
            archive.write(ann.file, name)
        (taken,) = collect(folder / "download.zip", course.submitted, {"onset"})
        assert taken.taken, taken.said
    return course.nbgrader("autograde", "onset")
