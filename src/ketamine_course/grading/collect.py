"""Taking an LMS bulk download apart: from one ZIP of Canvas or Moodle to nbgrader's folder of submissions."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..answers import RECORD_FILE, RecordError, adopt

#: Canvas: ``doejane_[LATE_]12345_67890_onset.ipynb``, with ``onset-1`` … for a file handed in again.
_CANVAS = re.compile(r"(?P<name>[^_/]+)_(?:LATE_)?(?P<user>\d+)_(?P<attempt>\d+)_(?P<file>[^/]+)\.ipynb")
#: Moodle: ``Jane Doe_12345_assignsubmission_file_/onset.ipynb``, or without folders, with the name in front.
_MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<user>\d+)_assignsubmission_file_?/?(?P<file>[^/]+)\.ipynb")

#: A notebook with its answers is far smaller; this keeps a harmful archive from filling the disk.
_MAX_BYTES = 20_000_000


class CollectError(ValueError):
    """A download that cannot be read at all: names the file and the remedy."""


@dataclass(frozen=True)
class Collected:
    """What became of one file: whose it is (``None`` if not known), and whether it was taken or why not."""

    file: str
    student: str | None
    taken: bool
    said: str


def _roster(path: Path | None) -> dict[str, str]:
    """Return nbgrader's student ids by the LMS's user numbers."""
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"lms_user", "student"} <= set(reader.fieldnames or ()):
            raise CollectError(f"{path.name}: the roster needs the columns lms_user and student")
        known = {}
        for row in reader:
            user, student = ((row[column] or "").strip() for column in ("lms_user", "student"))
            # It becomes the name of a folder.
            if not user or not re.fullmatch(r"[\w@][\w@. -]*", student):
                raise CollectError(f"{path.name}, line {reader.line_num}: needs an lms_user and a student id without /")
            known[user] = student
        return known


def _student(match: re.Match[str], roster: dict[str, str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", match["name"].rpartition("/")[2].lower()).strip("-")
    return roster.get(match["user"]) or f"{name or 'student'}-{match['user']}"


def collect(archive: Path, submitted: Path, quizzes: set[str], roster: Path | None = None) -> list[Collected]:
    """Put each notebook of a bulk download where nbgrader looks for it; return what became of each file.

    Of several files of one student the one handed in last is taken: by the attempt's number where
    the LMS gives one, else by the time in the archive. A file that cannot be used never stops the
    others, and one without answers takes the place of none that has some. A submission that is
    already there is replaced only by a complete new one.

    Args:
        archive: the ZIP file.
        submitted: nbgrader's folder of submissions, ``submitted/STUDENT/QUIZ/``.
        quizzes: the names of the quizzes that are known.
        roster: CSV with the columns ``lms_user`` and ``student``, if the ids differ.

    Raises CollectError if the archive or the roster cannot be read.
    """
    try:
        known = _roster(roster)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CollectError(f"{roster}: cannot be read as a CSV file in UTF-8 ({error})") from None
    results: list[Collected] = []
    latest: dict[tuple[str, str], tuple[tuple[Any, ...], str, dict[str, Any]]] = {}
    try:
        with zipfile.ZipFile(archive) as files:
            for entry in files.infolist():
                if entry.is_dir():
                    continue
                match = _MOODLE.fullmatch(entry.filename) or _CANVAS.fullmatch(entry.filename.rpartition("/")[2])
                if not match:
                    results.append(
                        Collected(entry.filename, None, False, "not named as Canvas or Moodle name a notebook")
                    )
                    continue
                student = _student(match, known)
                try:
                    notebook = _notebook(files, entry)
                    quiz = _quiz_of(notebook, match["file"], quizzes)
                except (RecordError, CollectError) as error:
                    results.append(Collected(entry.filename, student, False, str(error)))
                    continue
                order = (adopt(notebook) is not None, int(match.groupdict().get("attempt") or 0), entry.date_time)
                earlier = latest.get((student, quiz))
                if earlier and earlier[0] > order:
                    results.append(Collected(entry.filename, student, False, _left_for(earlier, order)))
                    continue
                if earlier:
                    left_for = _left_for((order, entry.filename), earlier[0])
                    results.append(Collected(earlier[1], student, False, left_for))
                latest[student, quiz] = (order, entry.filename, notebook)
    except (OSError, zipfile.BadZipFile) as error:
        raise CollectError(f"{archive}: cannot be read as a ZIP file ({error}); download it again") from None
    for (student, quiz), (_, name, notebook) in latest.items():
        try:
            results.append(Collected(name, student, True, _place(notebook, submitted / student / quiz, quiz)))
        except (OSError, CollectError) as error:
            results.append(Collected(name, student, False, str(error)))
    return sorted(results, key=lambda each: each.file)


def _left_for(better: tuple[Any, ...], order: tuple[Any, ...]) -> str:
    """Return why a file was left for another of the same student."""
    said = "handed in again later" if better[0][0] == order[0] else "carries no answers, but there is one that does"
    return f"{said}: {better[1]}"


def _notebook(files: zipfile.ZipFile, entry: zipfile.ZipInfo) -> dict[str, Any]:
    if entry.file_size > _MAX_BYTES:
        raise CollectError(f"larger than {_MAX_BYTES} bytes; ask for the file that the quiz wrote")
    try:
        notebook = json.loads(files.read(entry).decode("utf-8"))
        json.dumps(notebook, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError, RuntimeError, EOFError, zlib.error, zipfile.BadZipFile):
        raise CollectError("not a complete notebook; ask for the file that the quiz wrote") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise CollectError("not a notebook; ask for the file that the quiz wrote")
    return notebook


def _quiz_of(notebook: dict[str, Any], file_name: str, quizzes: set[str]) -> str:
    """Return which quiz a notebook is: its record says so, else its file's name."""
    record = adopt(notebook)
    quiz = record["quiz"] if record else file_name
    if quiz not in quizzes and not record:  # Canvas and browsers number a file that is handed in again
        quiz = re.sub(r"( ?\(\d+\)|-\d+)$", "", file_name)
    if quiz not in quizzes:
        raise CollectError(f"the quiz {quiz!r} is not known here; the quizzes are {', '.join(sorted(quizzes))}")
    return str(quiz)


def _place(notebook: dict[str, Any], folder: Path, quiz: str) -> str:
    """Write notebook, record and time of handing in; the folder appears complete or not at all."""
    record = adopt(notebook)
    if not record and (folder / RECORD_FILE).exists():
        raise CollectError("carries no answers; the submission that is there, which has some, stays")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".collect-") as scratch:
        new = Path(scratch) / "new"
        new.mkdir()
        (new / f"{quiz}.ipynb").write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")
        if record:
            (new / RECORD_FILE).write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
            if at := (record["submitted"] or {}).get("at") or record["saved_at"]:
                (new / "timestamp.txt").write_text(f"{at}\n", encoding="utf-8")
        old = Path(scratch) / "old"
        if folder.exists():
            os.replace(folder, old)
        try:
            os.replace(new, folder)
        except OSError:
            if old.exists():
                os.replace(old, folder)
            raise
    return f"{folder.parent.name}: taken" if record else f"{folder.parent.name}: taken, but it carries no answers"
