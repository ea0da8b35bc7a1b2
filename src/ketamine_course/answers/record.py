"""Reading, checking and writing an answer record, so that nothing saved is lost.

A record is JSON: ``schema``, ``quiz``, ``answers`` (item id to answer), ``saved_at``, and
``submitted`` (time and content hash) once it was handed in. Times are ISO 8601 with offset.
An answer is an option id (single), a list of option ids (multiple), ``{"value", "unit"}``
(numeric) or a text (free text).
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import math
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RECORD_FILE = "answers.json"

#: In the metadata of a notebook that was downloaded to hand in.
METADATA_KEY = "ketamine_course_answers"

_SCHEMA = 1
_MAX_BYTES = 1_000_000
_MAX_TEXT = 20_000
_TOO_LARGE = f"the record is larger than {_MAX_BYTES} bytes; no quiz writes so much"


class RecordError(ValueError):
    """A record that cannot be used or written: says in words what is wrong and what to do."""


def new_record(quiz: str) -> dict[str, Any]:
    """Return the empty record of a quiz."""
    return {"schema": _SCHEMA, "quiz": quiz, "answers": {}, "saved_at": None, "submitted": None}


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise RecordError(f"the name {name!r} stands twice in one object; hand in the file that the quiz wrote")
        found[name] = value
    return found


def _refuse_constant(name: str) -> Any:
    raise RecordError(f"{name} is not a number; hand in the file that the quiz wrote")


def parse_record(text: str) -> dict[str, Any]:
    """Return a record from its JSON text.

    Raises RecordError if it is no record: too large, not JSON, other fields, an answer of no known form.
    """
    if len(text) > _MAX_BYTES or len(text.encode("utf-8", "replace")) > _MAX_BYTES:
        raise RecordError(_TOO_LARGE)
    try:
        record = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except RecordError:
        raise
    except (ValueError, RecursionError):  # ValueError also for a number of thousands of digits
        raise RecordError("the record is no complete JSON; hand in the file that the quiz wrote") from None
    if not isinstance(record, dict) or set(record) != {"schema", "quiz", "answers", "saved_at", "submitted"}:
        raise RecordError("the record has not the fields of an answer record; hand in the file that the quiz wrote")
    if record["schema"] != _SCHEMA or type(record["schema"]) is not int:
        raise RecordError(f"the record's schema is {record['schema']!r}, this course reads {_SCHEMA}")
    if not isinstance(record["quiz"], str) or not isinstance(record["answers"], dict):
        raise RecordError("the record names no quiz or holds no answers; hand in the file that the quiz wrote")
    for item_id, answer in record["answers"].items():
        check_answer(item_id, answer)
    submitted = record["submitted"]
    if not (
        (record["saved_at"] is None or _is_time(record["saved_at"]))
        and (submitted is None or (isinstance(submitted, dict) and set(submitted) == {"at", "hash"}))
        and (submitted is None or (_is_time(submitted["at"]) and isinstance(submitted["hash"], str)))
    ):
        raise RecordError("the record's times are not those that the quiz writes; hand in the file that the quiz wrote")
    _as_text(record)
    return record


def _is_time(value: Any) -> bool:
    """Return whether a value is a time as the quiz writes it: ISO 8601 with offset."""
    try:
        return isinstance(value, str) and datetime.datetime.fromisoformat(value).utcoffset() is not None
    except ValueError:
        return False


def _as_text(record: dict[str, Any]) -> bytes:
    """Return a record as it stands in its file.

    Raises RecordError if a text holds half a character (a lone surrogate), which no file can hold.
    """
    text = json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise RecordError("an answer holds half a character; delete what shows as � or □ and type it again") from None


def check_answer(item_id: str, answer: Any) -> None:
    """Raise RecordError unless the answer has one of the four forms."""
    if isinstance(answer, str):
        if len(answer) > _MAX_TEXT:
            raise RecordError(f"the text in {item_id!r} has more than {_MAX_TEXT} characters; shorten it")
        return
    if isinstance(answer, list) and len(answer) <= 100 and all(isinstance(each, str) for each in answer):
        return
    if isinstance(answer, dict) and set(answer) == {"value", "unit"} and isinstance(answer["unit"], str):
        value = answer["value"]
        # The bound comes first: a whole number of hundreds of digits cannot even be asked whether it is finite.
        if type(value) in (int, float) and abs(value) < 1e300 and math.isfinite(value):
            return
    raise RecordError(f"the answer to {item_id!r} has no known form; answer the item again in the quiz")


def read_record(folder: Path) -> dict[str, Any] | None:
    """Return the record in a folder, ``None`` if there is none.

    Raises RecordError if there is one that cannot be used.
    """
    path = folder / RECORD_FILE
    try:
        status = path.lstat()
        # Not followed: a link could lead to somebody else's record, and a pipe would never end.
        if not stat.S_ISREG(status.st_mode):
            raise RecordError(f"{RECORD_FILE} is a link or no file; hand in the file that the quiz wrote")
        if status.st_size > _MAX_BYTES:
            raise RecordError(_TOO_LARGE)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise RecordError("the record is no text; hand in the file that the quiz wrote") from None
    except OSError as error:
        raise RecordError(f"the record cannot be read ({error.strerror}); ask for help before you go on") from None
    return parse_record(text)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other kernels out while a record is read, changed and written."""
    if os.name == "nt":  # one kernel serves all tabs of a notebook there, so a lock is not needed
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(folder: Path, record: dict[str, Any]) -> None:
    """Replace the record in one step: it is the old one or the new one, never a part."""
    content = _as_text(record)
    try:
        descriptor, scratch = tempfile.mkstemp(prefix=f".{RECORD_FILE}.", dir=folder)
    except OSError as error:
        raise RecordError(_not_saved(error)) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp lets only its owner read; the person who grades must read too.
        Path(scratch).chmod(0o644)
        Path(scratch).replace(folder / RECORD_FILE)
    except OSError as error:
        Path(scratch).unlink(missing_ok=True)
        raise RecordError(_not_saved(error)) from None


def _not_saved(error: OSError) -> str:
    return (
        f"Not saved: {error.strerror}. Your answer stays in this window. "
        'Press "Download to hand in" now, or make room or ask for help, then answer again.'
    )


def save_answer(folder: Path, quiz: str, item_id: str, answer: Any) -> dict[str, Any]:
    """Save one answer beside the others and return the record as it now is on disk.

    The record is read again first, so that a second tab never undoes what the first saved.
    An answer of ``None`` takes the item's answer away. A later change takes back the hand-in.

    Raises RecordError, in words for the learner, if it could not be saved; what was saved before stays.
    """
    if answer is not None:
        check_answer(item_id, answer)
    try:
        with _locked(folder):
            record = read_record(folder) or new_record(quiz)
            if record["quiz"] != quiz:
                raise RecordError(f"{RECORD_FILE} belongs to the quiz {record['quiz']!r}; move it out of this folder")
            if answer is None:
                record["answers"].pop(item_id, None)
            else:
                record["answers"][item_id] = answer
            record["saved_at"] = _now()
            record["submitted"] = None
            _write(folder, record)
    except OSError as error:
        raise RecordError(_not_saved(error)) from None
    return record


def content_hash(record: dict[str, Any]) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of quiz and answers: the receipt's number."""
    content = json.dumps([record["quiz"], record["answers"]], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:12]


def submit(folder: Path, quiz: str) -> dict[str, Any]:
    """Mark the record as handed in, with time and content hash, and return it.

    Raises RecordError if there is nothing to hand in or it could not be written.
    """
    try:
        with _locked(folder):
            record = read_record(folder)
            if record is None or record["quiz"] != quiz or not record["answers"]:
                raise RecordError("There is no saved answer yet. Answer an item first.")
            record["submitted"] = {"at": _now(), "hash": content_hash(record)}
            _write(folder, record)
    except OSError as error:
        raise RecordError(_not_saved(error)) from None
    return record


def embed(notebook: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook with the record in its metadata: the one file to hand in."""
    metadata = {**notebook.get("metadata", {}), METADATA_KEY: record}
    return {**notebook, "metadata": metadata}


def adopt(notebook: dict[str, Any]) -> dict[str, Any] | None:
    """Return the record that a handed-in notebook carries, ``None`` if it carries none.

    Raises RecordError if it carries one that cannot be used.
    """
    metadata = notebook.get("metadata")
    carried = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    if carried is None:
        return None
    try:
        text = json.dumps(carried)
    except (ValueError, TypeError, RecursionError):
        raise RecordError("the record is no complete JSON; hand in the file that the quiz wrote") from None
    return parse_record(text)
