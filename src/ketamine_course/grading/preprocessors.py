"""nbgrader preprocessors that grade from the answer record and fail closed.

nbgrader gives full marks to a locked grade cell that was not executed, and nothing to an
untouched free-text cell. So `AdoptRecord` puts into every graded cell an output that
nbgrader refuses to read as a score, and only `GradeFromRecord` takes it away: if one of
them is missing from the configuration, grading stops with a message.
"""

from __future__ import annotations

import csv
import datetime
import os
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets import Unicode

from ..answers import RecordError, read_record
from ..answers.record import adopt
from ..items import Bank, Item, load_bank
from .score import score

#: Where the sanitizing step leaves word for the grading step, in the notebook's metadata.
_WORD = "ketamine_course_record"

_CLOSED = (
    "This quiz is graded from its answer record: GradeFromRecord is missing from Autograde.autograde_preprocessors"
)


class _FromRecord(NbGraderPreprocessor):
    """What both steps share: the banks, and refusing a submission."""

    banks = Unicode(help="Folder of the item banks, with their keys.").tag(config=True)
    refused = Unicode(help="Folder for the lists of refused submissions.").tag(config=True)

    def bank(self, resources: dict[str, Any]) -> Bank:
        """Return the bank of the assignment that is being graded."""
        return load_bank(Path(self.banks) / f"{resources['nbgrader']['assignment']}.yaml")

    def refuse(self, resources: dict[str, Any], why: str) -> NbGraderException:
        """List the submission as refused, take its empty entry out of the gradebook, and return the error.

        An entry that a person has already graded stays.
        """
        names = resources["nbgrader"]
        student, assignment = names["student"], names["assignment"]
        with Gradebook(names["db_url"]) as gradebook:
            try:
                submission = gradebook.find_submission(assignment, student)
                by_hand = any(grade.manual_score is not None for book in submission.notebooks for grade in book.grades)
                if not by_hand:
                    gradebook.remove_submission(assignment, student)
            except MissingEntry:
                pass
        folder = Path(self.refused)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{assignment}.csv"
        rows = {row["student"]: row for row in _rows(path)}
        now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        rows[student] = {"student": student, "why": why, "at": now}
        _write_rows(path, list(rows.values()))
        message = f"{student}, {assignment}: refused, not graded: {why}. Listed in {path}."
        self.log.error(message)
        return NbGraderException(message)

    def admit(self, resources: dict[str, Any]) -> None:
        """Take a submission off the list of refused ones."""
        path = Path(self.refused) / f"{resources['nbgrader']['assignment']}.csv"
        rows = _rows(path)
        kept = [row for row in rows if row["student"] != resources["nbgrader"]["student"]]
        if len(kept) < len(rows):
            _write_rows(path, kept)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    scratch = path.with_suffix(".tmp")
    with scratch.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["student", "why", "at"])
        writer.writeheader()
        writer.writerows(rows)
    os.replace(scratch, path)


def _closed_output(points: float) -> Any:
    # More than the cell's points: nbgrader raises on it instead of taking it for a score.
    return nbformat.v4.new_output("execute_result", {"text/plain": str(points + 1e6), "text/html": _CLOSED})


class AdoptRecord(_FromRecord):
    """Sanitizing: take the answers from the record, and make every cell of the submission inert.

    Belongs after OverwriteCells in ``Autograde.sanitize_preprocessors``.
    """

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Put the free texts into their cells, close the graded cells, and turn other code to raw text."""
        folder = Path(resources["metadata"]["path"])
        try:
            record = read_record(folder) or adopt(nb)
        except RecordError as error:
            raise self.refuse(resources, str(error)) from None
        bank = self.bank(resources)
        if record is None:
            raise self.refuse(resources, "there is no answer record; nothing was saved in the quiz")
        if record["quiz"] != bank.quiz:
            raise self.refuse(resources, f"the answer record belongs to the quiz {record['quiz']!r}")
        self._complete(nb, resources, bank)
        for cell in nb.cells:
            if is_grade(cell) and is_solution(cell):
                text = record["answers"].get(cell.metadata.nbgrader["grade_id"])
                item = next(item for item in bank.items if item.id == cell.metadata.nbgrader["grade_id"])
                cell.source = _for_the_grader(item, text)
            elif is_grade(cell) and is_locked(cell):
                cell.outputs = [_closed_output(cell.metadata.nbgrader["points"])]
            elif cell.cell_type == "code":
                cell.cell_type = "raw"
                for name in ("outputs", "execution_count"):
                    cell.pop(name, None)
        nb.metadata[_WORD] = {"answers": record["answers"], "submitted": record["submitted"]}
        self.admit(resources)
        return nb, resources

    def _complete(self, nb: Any, resources: dict[str, Any], bank: Bank) -> None:
        """Refuse a notebook from which graded cells were taken, or in which they were doubled."""
        present = [cell.metadata.nbgrader.get("grade_id") for cell in nb.cells if is_grade(cell)]
        wanted = [item.id for item in bank.items]
        if sorted(filter(None, present)) != sorted(wanted) or len(present) != len(wanted):
            raise self.refuse(resources, "the notebook's graded cells are not those of the release")


def _for_the_grader(item: Item, text: Any) -> str:
    """Return what stands in a free-text cell when a person grades it: question, answer, rubric."""
    answered = isinstance(text, str) and text.strip()
    # Indented, so that nothing which a learner typed becomes markup for the one who grades.
    answer = "\n".join(f"    {line}" for line in text.splitlines()) if answered else "(left unanswered)"
    rubric = "\n".join(f"- {line['points']:g}: {line['for']}" for line in item.key["rubric"])
    return (
        f"**{item.public['stem']}**\n\n{answer}\n\nRubric, points for:\n\n{rubric}\n\nRead again: {item.key['where']}"
    )


class GradeFromRecord(_FromRecord):
    """Grading: write each item's points into its cell, from the record and the bank alone.

    Belongs first in ``Autograde.autograde_preprocessors``, which holds no ``Execute``.
    """

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Replace what `AdoptRecord` closed by scores and feedback."""
        word = nb.metadata.pop(_WORD, None)
        if word is None:
            raise self.refuse(
                resources, "AdoptRecord is missing from Autograde.sanitize_preprocessors, so nothing can be graded"
            )
        items = {item.id: item for item in self.bank(resources).items}
        for cell in nb.cells:
            if is_grade(cell) and is_locked(cell):
                item = items[cell.metadata.nbgrader["grade_id"]]
                outcome = score(item, word["answers"].get(item.id))
                cell.outputs = [
                    nbformat.v4.new_output(
                        "execute_result", {"text/plain": f"{outcome.points:g}", "text/html": outcome.feedback}
                    )
                ]
        return nb, resources
