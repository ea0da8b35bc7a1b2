"""nbgrader preprocessors that grade from the answer record and fail closed.

nbgrader gives full marks to a locked grade cell that was not executed, and nothing to an
untouched free-text cell. So `AdoptRecord` puts into every graded cell an output that
nbgrader refuses to read as a score, and only `GradeFromRecord` takes it away. If one of
them is missing from the configuration, `stop_unless_from_record` stops with a message, and
without that hook nothing is scored.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked
from traitlets import Unicode

from ..answers import RECORD_FILE, RecordError, adopt, read_record, variant
from ..items import Bank, Item, load_bank
from ..items.release import content_hash, source_notebook
from .score import Variant, score, variant_of

#: Where the sanitizing step leaves word for the grading step, in the notebook's metadata.
_WORD = "ketamine_course_record"

#: Shows that the word is from this run of nbgrader, and not from a learner's notebook.
_TOKEN = secrets.token_hex()

_CLOSED = (
    "This quiz is graded from its answer record: GradeFromRecord is missing from Autograde.autograde_preprocessors"
)


def _named(config: Any, step: str) -> list[str]:
    """Return the names of the preprocessors that a configuration lists for a step of Autograde."""
    listed = config.Autograde.get(step, ())
    return [each.rpartition(".")[2] if isinstance(each, str) else each.__name__ for each in listed]


def stop_unless_from_record(config: Any) -> Callable[..., None]:
    """Return a hook for ``Autograde.pre_convert_hook`` that ends nbgrader unless records are what is graded.

    Args:
        config: nbgrader's configuration, as ``nbgrader_config.py`` leaves it.
    """

    def hook(**_: Any) -> None:
        sanitize, grade = _named(config, "sanitize_preprocessors"), _named(config, "autograde_preprocessors")
        wrong = [
            text
            for text, here in (
                ("AdoptRecord is missing from Autograde.sanitize_preprocessors", "AdoptRecord" not in sanitize),
                ("GradeFromRecord is missing from Autograde.autograde_preprocessors", "GradeFromRecord" not in grade),
                ("Execute must not be in Autograde.autograde_preprocessors", "Execute" in grade),
            )
            if here
        ]
        if wrong:  # nbgrader goes on after any exception in a hook; this ends it before a submission is touched
            raise SystemExit(f"Nothing was graded. Correct nbgrader_config.py: {'; '.join(wrong)}.")

    return hook


def stop_if_source_holds_answers(source: Path) -> Callable[..., None]:
    """Return a hook for ``GenerateAssignment.pre_convert_hook``: the answers of a trial must not be released.

    Args:
        source: nbgrader's folder of sources.
    """

    def hook(assignment: str, **_: Any) -> None:
        path = source / assignment / RECORD_FILE
        if path.exists():
            raise SystemExit(f"Nothing was released. {path} holds the answers of whoever tried the quiz: delete it.")

    return hook


class _FromRecord(NbGraderPreprocessor):
    """What both steps share: the banks, and refusing or flagging a submission."""

    banks = Unicode(help="Folder of the item banks, with their keys.").tag(config=True)
    overlay = Unicode(help="Folder of private banks that replace items and add some; may be empty.").tag(config=True)
    refused = Unicode(help="Folder for the lists of refused submissions.").tag(config=True)
    flagged = Unicode(help="Folder for the lists of flagged submissions; beside `refused` if empty.").tag(config=True)

    def bank(self, resources: dict[str, Any]) -> Bank:
        """Return the bank of the assignment that is being graded."""
        path = Path(self.banks) / f"{resources['nbgrader']['assignment']}.graded.yaml"
        return load_bank(path, Path(self.overlay) if self.overlay else None)

    def refuse(self, resources: dict[str, Any], why: str) -> NbGraderException:
        """List the submission as refused, take its empty entry out of the gradebook, and return the error.

        An entry that a person has already graded stays.
        """
        names = resources["nbgrader"]
        student, assignment = names["student"], names["assignment"]
        with Gradebook(names["db_url"]) as gradebook:
            try:
                submission = gradebook.find_submission(assignment, student)
                if not any(_by_hand(notebook) for notebook in submission.notebooks):
                    gradebook.remove_submission(assignment, student)
            except MissingEntry:
                pass
        folder = Path(self.refused)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{assignment}.csv"
        rows = {row["student"]: row for row in _rows(path)}
        rows[student] = {"student": student, "why": why, "at": _now()}
        _write_rows(path, _REFUSED, list(rows.values()))
        message = f"{student}, {assignment}: refused, not graded: {why}. Listed in {path}."
        self.log.error(message)
        return NbGraderException(message)

    def admit(self, resources: dict[str, Any]) -> None:
        """Take a submission off the list of refused ones."""
        path = Path(self.refused) / f"{resources['nbgrader']['assignment']}.csv"
        rows = _rows(path)
        kept = [row for row in rows if row["student"] != resources["nbgrader"]["student"]]
        if len(kept) < len(rows):
            _write_rows(path, _REFUSED, kept)

    def flag(self, resources: dict[str, Any], flags: list[tuple[str, str]]) -> None:
        """List what a person should look at in a submission that is graded all the same.

        What an earlier grading listed of the same student is replaced.

        Args:
            resources: nbgrader's.
            flags: item (empty for the whole submission) and why.
        """
        names = resources["nbgrader"]
        student, assignment = names["student"], names["assignment"]
        folder = Path(self.flagged) if self.flagged else Path(self.refused).with_name("flagged")
        path = folder / f"{assignment}.csv"
        rows = _rows(path)
        others = [row for row in rows if row["student"] != student]
        now = _now()
        new = [{"student": student, "item": item, "why": why, "at": now} for item, why in flags]
        if not new and len(others) == len(rows):
            return
        folder.mkdir(parents=True, exist_ok=True)
        _write_rows(path, _FLAGGED, [*others, *new])
        for item, why in flags:
            self.log.warning(f"{student}, {assignment}{f', {item}' if item else ''}: flagged: {why}. Listed in {path}.")


#: Columns of the lists.
_REFUSED = ("student", "why", "at")
_FLAGGED = ("student", "item", "why", "at")


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _by_hand(notebook: Any) -> bool:
    """Return whether a person has graded or commented anything in a submitted notebook."""
    return any(grade.manual_score is not None or grade.extra_credit for grade in notebook.grades) or any(
        comment.manual_comment for comment in notebook.comments
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write_rows(path: Path, columns: Sequence[str], rows: list[dict[str, str]]) -> None:
    """Replace a list in one step: it is the old one or the new one, never a part."""
    scratch = path.with_suffix(".tmp")
    with scratch.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    os.replace(scratch, path)


def _closed_output(points: float) -> Any:
    # More than the cell's points: nbgrader raises on it instead of taking it for a score.
    return nbformat.v4.new_output("execute_result", {"text/plain": str(points + 1e6), "text/html": _CLOSED})


class AdoptRecord(_FromRecord):
    """Sanitizing: take the answers from the record, and nothing else that a learner wrote.

    The cells that are graded are made anew from the bank, so that no code, markup or metadata of
    a submission reaches whoever grades it. Belongs after ClearOutput and before OverwriteCells in
    ``Autograde.sanitize_preprocessors``.
    """

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return a notebook of the graded cells: the free texts in their cells, the others closed."""
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
        if missing := [item.id for item in bank.items if item.id not in _grade_ids(nb)]:
            raise self.refuse(resources, f"graded cells were deleted from the notebook: {', '.join(missing)}")
        student = resources["nbgrader"]["student"]
        variants = {
            item.id: variant_of(item, _drawn(bank, item, student), record["shown"].get(item.id))
            for item in bank.items
            if item.parameters and item.id in record["answers"]
        }
        graded = source_notebook(bank)
        graded.cells = [cell for cell in graded.cells if is_grade(cell)]
        for cell, item in zip(graded.cells, bank.items, strict=True):
            if item.kind == "free_text":
                values = variants[item.id].values if item.id in variants else _drawn(bank, item, student)
                cell.source = _for_the_grader(item.filled(values), record["answers"].get(item.id))
            else:
                cell.outputs = [_closed_output(item.points)]
        graded.metadata[_WORD] = {
            "token": _TOKEN,
            "answers": record["answers"],
            "variants": {item: dataclasses.asdict(each) for item, each in variants.items()},
        }
        self.admit(resources)
        self.flag(resources, [*_other_quiz(bank, record), *((item, v.flag) for item, v in variants.items() if v.flag)])
        return graded, resources


def _drawn(bank: Bank, item: Item, student: str) -> dict[str, Any]:
    """Return the values that an item's parameters have for a student of the gradebook."""
    return variant.parameters(item.parameters, student, bank.quiz, item.id, bank.salt)


def _other_quiz(bank: Bank, record: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what differs between the quiz that was answered and the one that is graded, as flags."""
    # A record of the first schema says nothing of either.
    version, content = record.get("version"), record.get("content")
    if content is not None and content != content_hash(bank):
        return [("", f"other questions were answered (version {version}) than this bank has (version {bank.version})")]
    if version is not None and version != bank.version:
        return [("", f"version {version} of the quiz was answered, this bank is version {bank.version}")]
    return []


def _grade_ids(nb: Any) -> set[str]:
    """Return the ids of the graded cells in a notebook, however its metadata were changed."""
    marks = [cell.get("metadata", {}).get("nbgrader") for cell in nb.cells]
    return {str(mark.get("grade_id")) for mark in marks if isinstance(mark, dict)}


def _for_the_grader(item: Item, text: Any) -> str:
    """Return what stands in a free-text cell when a person grades it: question, answer, rubric."""
    answered = isinstance(text, str) and text.strip()
    # Indented, so that nothing which a learner typed becomes markup for the one who grades.
    answer = "\n".join(f"    {line}" for line in text.splitlines()) if answered else "(left unanswered)"
    rubric = "\n".join(f"- {line['points']:g}: {line['for']}" for line in item.key["rubric"])
    return (
        f"**{item.public['stem']}**\n\n{answer}\n\nRubric, points for:\n\n{rubric}\n\n"
        f"Why: {item.key['why']}\n\nRead again: {item.key['where']}"
    )


class GradeFromRecord(_FromRecord):
    """Grading: write each item's points into its cell, from the record and the bank alone.

    Belongs first in ``Autograde.autograde_preprocessors``, which holds no ``Execute``.
    """

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Replace what `AdoptRecord` closed by scores and feedback."""
        word = nb.metadata.pop(_WORD, None)
        if word is None or word.get("token") != _TOKEN:
            raise self.refuse(
                resources, "AdoptRecord is missing from Autograde.sanitize_preprocessors, so nothing can be graded"
            )
        bank, student = self.bank(resources), resources["nbgrader"]["student"]
        items = {item.id: item for item in bank.items}
        for cell in nb.cells:
            if is_grade(cell) and is_locked(cell):
                item = items[cell.metadata.nbgrader["grade_id"]]
                which = word["variants"].get(item.id)
                which = Variant(**which) if which else Variant(_drawn(bank, item, student))
                outcome = score(item, word["answers"].get(item.id), which)
                cell.source = ""  # tells a learner nothing
                cell.outputs = [
                    nbformat.v4.new_output(
                        "execute_result", {"text/plain": f"{outcome.points:g}", "text/html": outcome.feedback}
                    )
                ]
        return nb, resources
