"""The one place that strips keys: from a bank to what a learner may hold.

A release holds what a learner sees and nothing that depends on a key: no correct option, no
tolerance or formula, no rationale, no rubric, no reference. It is built from the items'
public parts alone, so that changing any key leaves it byte for byte the same. Only `version`,
which whoever corrects a key raises, tells that something was changed, and not what.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import nbformat

from .bank import Bank
from .types import BankError, Item

#: The file beside the notebook that the quiz is shown from.
QUIZ_FILE = "quiz.json"

_SHOW = "# Press the ▶ button above, once. The quiz appears below.\nfrom ketamine_course.widgets import quiz\n\nquiz()"

# Never run by our configuration. Under any other the cell fails, instead of earning full marks by doing nothing.
_GRADED = (
    "# Graded from your saved answers: there is nothing to do here.\n"
    'raise RuntimeError("Grade this quiz with quizzes/nbgrader_config.py: it is never graded by running cells.")'
)

#: What stands in a free-text cell before it is graded; nbgrader_config.py sets it as nbgrader's stub.
FREE_TEXT_PLACE = "*Your text is written in the quiz above. It is copied here when the quiz is graded.*"


def release_quiz(bank: Bank) -> dict[str, Any]:
    """Return the quiz as a learner receives it: what the items show, no keys.

    ``content`` ties a record of answers to it (see `content_hash`), ``salt`` goes into the draw of variants.

    Raises BankError for a bank that is not graded: its keys are public, and no mark can rest on it.
    """
    if bank.pool != "graded":
        raise BankError(f"{bank.module}.{bank.pool}: only a graded bank is released as a quiz")
    return {
        "schema": 1,
        "quiz": bank.quiz,
        "title": bank.title,
        "due": bank.due,
        "version": bank.version,
        "salt": bank.salt,
        "content": content_hash(bank),
        "items": [item.released() for item in bank.items],
    }


def content_hash(bank: Bank) -> str:
    """Return the SHA-256 (hexadecimal) of what the items show, as canonical JSON: keys sorted, no blanks."""
    shown = [item.released() for item in bank.items]
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _grade_cell(item: Item) -> Any:
    grader = {"grade": True, "grade_id": item.id, "points": item.points, "schema_version": 3, "task": False}
    if item.kind == "free_text":
        # Graded by hand: the learner's text stands in the cell when a person grades it.
        cell = nbformat.v4.new_markdown_cell(FREE_TEXT_PLACE, id=item.id)
        cell.metadata["nbgrader"] = grader | {"solution": True, "locked": False}
    else:
        cell = nbformat.v4.new_code_cell(_GRADED, id=item.id)
        cell.metadata["nbgrader"] = grader | {"solution": False, "locked": True}
        cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def source_notebook(bank: Bank) -> Any:
    """Return the nbgrader source notebook of a quiz: the quiz to show, and a grade cell for each item."""
    show = nbformat.v4.new_code_cell(_SHOW, id="quiz")
    show.metadata["nbgrader"] = {
        "grade": False, "grade_id": "quiz", "locked": True, "schema_version": 3, "solution": False, "task": False,
    }  # fmt: skip
    note = nbformat.v4.new_markdown_cell(
        f"The quiz *{bank.title}* stands above, once you have pressed ▶. "
        "The cells below belong to the grading: there is nothing to do in them.",
        id="note",
    )
    notebook = nbformat.v4.new_notebook(cells=[show, note, *(_grade_cell(item) for item in bank.items)])
    # The cell to run comes first, because that is the one which the ▶ button runs.
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return notebook


def write_source(bank: Bank, source_directory: Path) -> Path:
    """Write the notebook and the quiz file of a bank into nbgrader's source folder; return that folder."""
    folder = source_directory / bank.quiz
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(source_notebook(bank), folder / f"{bank.quiz}.ipynb")
    content = json.dumps(release_quiz(bank), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / QUIZ_FILE).write_text(content, encoding="utf-8")
    return folder
