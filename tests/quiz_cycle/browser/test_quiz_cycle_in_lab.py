"""A quiz from the release through JupyterLab and nbgrader to points, with four learners."""

from __future__ import annotations

import csv
import datetime
import json
import subprocess
from pathlib import Path

import pytest

from ketamine_course.answers import adopt
from ketamine_course.answers.record import content_hash

from .quiz_course import MIXED, RIGHT, WRONG, Course, HandedIn

FULL = {
    "onset-response": 1,
    "onset-control": 1,
    "onset-true": 3,
    "onset-null": 3,
    "onset-nnt": 2,
    "onset-difference": 2,
}
WAITING = {"onset-explain": None}


@pytest.mark.parametrize(("learner", "answers"), [("ann", RIGHT), ("bob", WRONG), ("cy", MIXED)])
def test_what_was_answered_is_in_the_record(
    request: pytest.FixtureRequest, learner: str, answers: dict[str, object]
) -> None:
    """With the mouse, and with the keyboard alone."""
    handed_in: HandedIn = request.getfixturevalue(learner)
    assert handed_in.record["answers"] == answers


@pytest.mark.parametrize("learner", ["ann", "bob", "cy"])
def test_the_receipt_gives_time_and_number_of_the_record(request: pytest.FixtureRequest, learner: str) -> None:
    handed_in: HandedIn = request.getfixturevalue(learner)
    submitted = handed_in.record["submitted"]
    assert submitted["hash"] == content_hash(handed_in.record)
    assert f"Receipt number {submitted['hash']}." in handed_in.receipt
    at = datetime.datetime.fromisoformat(submitted["at"])
    assert at.strftime("%I:%M %p") in handed_in.receipt.replace("\u202f", " ")


def test_the_check_names_the_question_that_is_not_answered(cy: HandedIn) -> None:
    assert "1 of 7 questions is not answered" in cy.said
    assert "Question 2" in cy.said


def test_opening_a_quiz_writes_no_record(dan: Path) -> None:
    assert not (dan / "answers.json").exists()


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize(
    ("student", "points"),
    [
        ("ann", FULL | WAITING),
        ("bob", dict.fromkeys(FULL, 0) | WAITING),
        # Two right and one wrong of three; two of three; the wrong unit.
        (
            "cy",
            FULL | {"onset-control": 0, "onset-true": 1, "onset-null": 2, "onset-difference": 0} | WAITING,
        ),
        ("annecanvas-101", FULL | WAITING),
        ("anne-moodle-102", FULL | WAITING),
    ],
)
def test_the_gradebook_holds_the_points(course: Course, student: str, points: dict[str, float | None]) -> None:
    """Ann's are the same by the folder and by the one file that Canvas or Moodle gives back."""
    assert course.points(student) == points


def test_who_never_answered_is_refused_and_listed(course: Course, graded: subprocess.CompletedProcess[str]) -> None:
    with (course.folder / "refused" / "onset.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student"], row["why"]) for row in rows] == [
        ("dan", "there is no answer record; nothing was saved in the quiz")
    ]
    assert graded.returncode != 0
    with course.gradebook() as gradebook:
        students = {submission.student.id for submission in gradebook.assignment_submissions("onset")}
    assert students == {"ann", "bob", "cy", "annecanvas-101", "anne-moodle-102"}


def test_the_one_file_holds_the_record_that_is_on_disk(ann: HandedIn) -> None:
    assert ann.file is not None
    notebook = json.loads(ann.file.read_text(encoding="utf-8"))
    assert adopt(notebook) == ann.record
    assert [cell["id"] for cell in notebook["cells"]] == [
        cell["id"] for cell in json.loads((ann.folder / "onset.ipynb").read_text(encoding="utf-8"))["cells"]
    ]
