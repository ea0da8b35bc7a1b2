"""A course in a folder of its own, driven by nbgrader's commands as an instructor drives it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from nbgrader.api import Gradebook

from ketamine_course.answers import embed, new_record, save_answer, submit
from ketamine_course.items import Bank, load_bank

ROOT = Path(__file__).resolve().parents[2]
QUIZ = "onset"
SAMPLE = ROOT / "quizzes" / "banks" / f"{QUIZ}.graded.yaml"

CHOICES = ("onset-response", "onset-control", "onset-true", "onset-null", "onset-nnt", "onset-difference")
FREE_TEXT = "onset-explain"

#: What a learner may type: markup of three kinds, and what ends an indented block.
TEXT = 'Some people <b>feel</b> better.\n\n<script>alert("x")</script>\n# Not a heading\n![x](http://x.test/x.png)'

RIGHT: dict[str, Any] = {
    "onset-response": "a",
    "onset-control": "b",
    "onset-true": ["a", "c", "e"],
    "onset-null": ["e", "c", "a"],
    "onset-nnt": {"value": 8, "unit": "people"},
    "onset-difference": {"value": 7.9, "unit": "percentage points"},
    FREE_TEXT: TEXT,
}
WRONG: dict[str, Any] = {
    "onset-response": "b",
    "onset-control": "a",
    "onset-true": ["b"],
    "onset-null": ["b"],
    "onset-nnt": {"value": 8, "unit": "per cent"},
    "onset-difference": {"value": 79, "unit": "percentage points"},
    FREE_TEXT: "I do not know.",
}
#: One right, one not answered, two of three with one wrong one, all with a wrong one, right, form of another item.
MIXED: dict[str, Any] = {
    "onset-response": "a",
    "onset-true": ["a", "b", "c"],
    "onset-null": ["a", "b", "c", "e"],
    "onset-nnt": {"value": 8, "unit": "people"},
    "onset-difference": "a",
}
POINTS_RIGHT: dict[str, float] = {
    "onset-response": 1, "onset-control": 1, "onset-true": 3, "onset-null": 3, "onset-nnt": 2, "onset-difference": 2,
}  # fmt: skip
POINTS_WRONG: dict[str, float] = dict.fromkeys(CHOICES, 0.0)
#: Plus/minus: (2 − 1) of 3 and (3 − 1) of 3, of 3 points each.
POINTS_MIXED: dict[str, float] = {
    "onset-response": 1, "onset-control": 0, "onset-true": 1, "onset-null": 2, "onset-nnt": 2,
    "onset-difference": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Grade:
    """What the gradebook holds of one item of one student."""

    auto: float | None
    manual: float | None
    needs_manual: bool


@dataclass(frozen=True)
class Run:
    """How a command ended, and all that it said."""

    code: int
    said: str


def raw_bank() -> dict[str, Any]:
    """Return the sample bank as its file holds it, with the items that the tests answer and no others."""
    content: dict[str, Any] = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    content["items"] = [item for item in content["items"] if item["id"] in (*CHOICES, FREE_TEXT)]
    content.pop("blueprint", None)
    return content


def write_bank(folder: Path, content: dict[str, Any]) -> Bank:
    """Write a bank's file into a folder of banks, and return the bank."""
    path = folder / f"{QUIZ}.graded.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_bank(path)


class Course:
    """A copy of ``quizzes/`` with its own gradebook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def new(cls, folder: Path) -> Course:
        """Return a course with the sample bank and its source, as after ``ketamine-course quiz``."""
        from ketamine_course.items.release import write_source

        folder.mkdir(parents=True)
        shutil.copy(ROOT / "quizzes" / "nbgrader_config.py", folder)
        write_source(write_bank(folder / "banks", raw_bank()), folder / "source")
        return cls(folder)

    def copy(self, folder: Path) -> Course:
        """Return a course in the same state."""
        shutil.copytree(self.folder, folder)
        return Course(folder)

    def nbgrader(self, *arguments: str) -> Run:
        """Run a command of nbgrader in the course's folder, in a home folder of its own."""
        home = self.folder.parent / "home"
        home.mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("JUPYTER_")}
            | {
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
                "HOME": str(home),
                "IPYTHONDIR": str(home / "ipython"),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return Run(done.returncode, done.stdout + done.stderr)

    def release(self) -> None:
        """Make the release of the quiz."""
        run = self.nbgrader("generate_assignment", QUIZ, "--create")
        assert run.code == 0, run.said

    def submission(self, student: str) -> Path:
        """Return a student's folder of submission, with the release in it."""
        folder = self.folder / "submitted" / student / QUIZ
        shutil.copytree(self.folder / "release" / QUIZ, folder, dirs_exist_ok=True)
        return folder

    def hand_in(self, student: str, answers: dict[str, Any]) -> Path:
        """Answer, save and submit as the quiz does; return the student's folder."""
        folder = self.submission(student)
        for item, answer in answers.items():
            save_answer(folder, QUIZ, item, answer)
        submit(folder, QUIZ)
        return folder

    def grades(self) -> dict[str, dict[str, Grade]]:
        """Return what the gradebook holds, by student and item, of every submission of the sample quiz."""
        return self.grades_of(QUIZ)

    def grades_of(self, quiz: str) -> dict[str, dict[str, Grade]]:
        """Return what the gradebook holds, by student and item, of every submission of a quiz."""
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            return {
                submission.student.id: {
                    grade.name: Grade(grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                }
                for submission in gradebook.assignment_submissions(quiz)
            }

    def totals(self) -> dict[str, float]:
        """Return the score of every submission."""
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            return {each.student.id: each.score for each in gradebook.assignment_submissions(QUIZ)}

    def grade_by_hand(self, student: str, points: float) -> None:
        """Give points for the free text, as formgrader does."""
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            grade = gradebook.find_grade(FREE_TEXT, QUIZ, QUIZ, student)
            grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.db.commit()

    def flagged(self) -> list[tuple[str, str, str]]:
        """Return what is flagged: student, item and why."""
        import csv

        path = self.folder / "flagged" / f"{QUIZ}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return [(row["student"], row["item"], row["why"]) for row in csv.DictReader(file)]

    def refused(self) -> dict[str, str]:
        """Return why submissions were refused, by student."""
        import csv

        path = self.folder / "refused" / f"{QUIZ}.csv"
        if not path.exists():
            return {}
        with path.open(encoding="utf-8", newline="") as file:
            return {row["student"]: row["why"] for row in csv.DictReader(file)}

    def autograded(self, student: str) -> dict[str, Any]:
        """Return a student's autograded notebook."""
        return load(self.folder / "autograded" / student / QUIZ / f"{QUIZ}.ipynb")


def load(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def edit(folder: Path, change: Any) -> None:
    """Change the notebook in a folder: ``change`` is called with its content."""
    path = folder / f"{QUIZ}.ipynb"
    notebook = load(path)
    change(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def cell(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """Return the cell of an item."""
    found: dict[str, Any] = next(
        each for each in notebook["cells"] if each["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found


def hand_in_file(release: Path, answers: dict[str, Any], at: str = "2026-03-01T10:00:00+01:00") -> dict[str, Any]:
    """Return the notebook that *Download to hand in* gives."""
    record = new_record(QUIZ) | {"answers": answers, "saved_at": at}
    return embed(load(release / f"{QUIZ}.ipynb"), record)


def auto(grades: dict[str, Grade]) -> dict[str, float | None]:
    """Return the automatic points of the items that are not free text."""
    return {item: grades[item].auto for item in CHOICES}
