"""The quiz through nbgrader's exchange: the record travels with the notebook from the learner to the marks."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path

import pytest

from ketamine_course.answers import RECORD_FILE, read_record, save_answer, submit

from .cycle import MIXED, POINTS_MIXED, QUIZ, Course, auto


@pytest.fixture
def exchange(released: Course, tmp_path: Path) -> tuple[Course, str]:
    """A course with an exchange of its own, and the option that names it."""
    folder = tmp_path / "exchange"
    folder.mkdir()
    folder.chmod(0o777)  # nbgrader insists: every learner writes into it
    return released.copy(tmp_path / "quizzes"), f"--Exchange.root={folder}"


def test_answers_travel_through_the_exchange(exchange: tuple[Course, str], tmp_path: Path) -> None:
    course, root = exchange
    for command in ("release_assignment", "fetch_assignment"):
        run = course.nbgrader(command, QUIZ, root, f"--Exchange.assignment_dir={tmp_path / 'learner'}")
        assert run.code == 0, run.said
    # nbgrader fetches into the folder of whoever asks; here one person plays both parts.
    fetched = next(path.parent for path in [*tmp_path.rglob(f"{QUIZ}/quiz.json")] if path.parts[-3] == "learner")
    for item, answer in MIXED.items():
        save_answer(fetched, QUIZ, item, answer)
    submit(fetched, QUIZ)
    handed_in = read_record(fetched)
    for command in ("submit", "collect"):
        run = course.nbgrader(command, QUIZ, root, f"--Exchange.assignment_dir={tmp_path / 'learner'}")
        assert run.code == 0, run.said
    student = getpass.getuser()
    collected = course.folder / "submitted" / student / QUIZ
    assert (collected / RECORD_FILE).exists()
    assert read_record(collected) == handed_in
    run = course.nbgrader("autograde", QUIZ)
    assert run.code == 0, run.said
    assert auto(course.grades()[student]) == POINTS_MIXED


def test_a_link_planted_as_the_record_is_never_followed(released: Course, tmp_path: Path) -> None:
    """A learner who hands in a link to a file of the instructor's gets no mark, and the file stays private."""
    course = released.copy(tmp_path / "quizzes")
    folder = course.submission("mallory")
    (folder / RECORD_FILE).symlink_to(course.folder / "banks" / f"{QUIZ}.graded.yaml")
    run = course.nbgrader("autograde", QUIZ)
    assert run.code != 0
    assert "link" in course.refused()["mallory"]
    assert "mallory" not in course.grades()
    shutil.rmtree(course.folder)
