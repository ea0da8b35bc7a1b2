"""The instructor's folder, the answers that the learners give, and what they hand in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from ketamine_course import cli
from ketamine_course.answers import read_record
from ketamine_course.items.release import write_source

from ..cycle import raw_bank, write_bank
from .quiz_lab import environment

RIGHT: dict[str, Any] = {
    "onset-response": "a",
    "onset-control": "b",
    "onset-true": ["a", "c", "e"],
    "onset-null": ["a", "c", "e"],
    "onset-nnt": {"value": 8, "unit": "people"},
    "onset-difference": {"value": 7.9, "unit": "percentage points"},
    "onset-explain": "Perhaps: <b>some</b> people feel better.\nMany do not, and it may fade.",
}
WRONG: dict[str, Any] = {
    "onset-response": "b",
    "onset-control": "a",
    "onset-true": ["b"],
    "onset-null": ["b"],
    "onset-nnt": {"value": 8, "unit": "per cent"},
    "onset-difference": {"value": 79, "unit": "percentage points"},
    "onset-explain": "No.",
}
#: The second question is left out.
MIXED: dict[str, Any] = {
    "onset-response": "a",
    "onset-true": ["a", "b", "c"],
    "onset-null": ["a", "c"],
    "onset-nnt": {"value": 8, "unit": "people"},
    "onset-difference": {"value": 7.9, "unit": "per cent"},
    "onset-explain": "I would say that nobody can promise it.",
}


@dataclass(frozen=True)
class Course:
    """A copy of ``quizzes/`` with its own gradebook."""

    folder: Path
    home: Path

    @property
    def release(self) -> Path:
        """What is handed out."""
        return self.folder / "release" / "onset"

    @property
    def submitted(self) -> Path:
        """Where nbgrader looks for what was handed in."""
        return self.folder / "submitted"

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run nbgrader as an instructor does, in this folder."""
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder, env=environment(self.home), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def take_in(self, student: str, folder: Path) -> None:
        """Put a learner's folder where the exchange would put it."""
        shutil.copytree(folder, self.submitted / student / "onset", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))

    def gradebook(self) -> Gradebook:
        """Open the gradebook."""
        return Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}")

    def points(self, student: str) -> dict[str, float | None]:
        """Return what nbgrader gave each item by itself; ``None`` waits for a person."""
        with self.gradebook() as gradebook:
            (notebook,) = gradebook.find_submission("onset", student).notebooks
            return {grade.name: None if grade.needs_manual_grade else grade.auto_score for grade in notebook.grades}


def make_course(folder: Path, home: Path) -> Course:
    shutil.copy(cli.QUIZZES / "nbgrader_config.py", folder)
    write_source(write_bank(folder / "banks", raw_bank()), folder / "source")
    course = Course(folder, home)
    done = course.nbgrader("generate_assignment", "onset", "--create")
    assert done.returncode == 0, done.stderr
    return course


@dataclass(frozen=True)
class HandedIn:
    """What a learner left behind: the folder, what the receipt said, and the downloaded file."""

    folder: Path
    receipt: str
    said: str = ""
    file: Path | None = None

    @property
    def record(self) -> dict[str, Any]:
        """The record on disk."""
        found = read_record(self.folder)
        assert found is not None
        return found
