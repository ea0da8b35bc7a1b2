"""A person grades the free text in nbgrader's formgrader, as ``ketamine-course lab --quizzes`` opens it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from .quiz_course import RIGHT, Course
from .quiz_lab import Lab, serve, watched_page
from .test_quiz_cycle_in_lab import FULL

SCORE = 3.0


@pytest.fixture(scope="module")
def office(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab in the instructor's folder, where nbgrader finds its configuration."""
    with serve(tmp_path_factory.mktemp("office"), course.folder, course.release) as office:
        yield office


def _free_text(course: Course) -> dict[str, Any]:
    with course.gradebook() as gradebook:
        (notebook,) = gradebook.find_submission("onset", "ann").notebooks
        (grade,) = [grade for grade in notebook.grades if grade.name == "onset-explain"]
        return {"id": notebook.id, "manual": grade.manual_score, "score": grade.score}


@pytest.mark.usefixtures("graded")
def test_a_mark_given_by_hand_is_kept_when_everything_is_graded_again(
    browser: Browser, course: Course, office: Lab
) -> None:
    page_of_ann = f"{office.url}/formgrader/submissions/{_free_text(course)['id']}/"
    # nbgrader's page takes what draws formulas from another host; grading must do without.
    with watched_page(browser, office.url, known=r"cdnjs\.cloudflare\.com|MathJax is not defined") as page:
        page.goto(f"{office.url}/lab?token={office.token}", wait_until="commit")
        page.goto(page_of_ann)
        cell = page.locator(".nbgrader_cell", has=page.locator("input.score#onset-explain"))
        for line in RIGHT["onset-explain"].splitlines():
            # As it was typed: nothing of it became markup.
            expect(cell).to_contain_text(line)
        expect(cell).to_contain_text("Rubric, points for:")
        field = cell.locator("input.score")
        expect(field).to_contain_class("needs_manual_grade")
        with page.expect_response(lambda it: "/formgrader/api/grade/" in it.url and it.request.method == "PUT") as put:
            field.fill(f"{SCORE:g}")
            field.press("Tab")
        assert put.value.ok
        expect(field).not_to_contain_class("needs_manual_grade")
    assert _free_text(course)["manual"] == SCORE

    course.nbgrader("autograde", "onset", "--force")
    after = _free_text(course)
    assert (after["manual"], after["score"]) == (SCORE, SCORE)
    with course.gradebook() as gradebook:
        assert gradebook.find_submission("onset", "ann").score == sum(FULL.values()) + SCORE
