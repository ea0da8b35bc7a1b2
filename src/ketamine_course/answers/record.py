"""Reading, checking and writing an answer record, so that nothing saved is lost.

A record is JSON: ``schema``, ``quiz``, ``answers`` (item id to answer), ``saved_at``, ``submitted``
(time and receipt number, once it was handed in) and, since schema 2, what the learner had in front
of them: ``version`` of the bank, ``content`` (SHA-256 of the quiz's public content, hexadecimal) and
``shown`` (item id to the values of its parameters). Times are ISO 8601 with offset.

An answer is an option id (single), a list of option ids (multiple, ordered, highlight), an object from
part to option id or list of option ids (matrix, cloze, rationale, bow-tie), ``{"value", "unit"}``
(numeric) or a text (free text). Whether it fits its item is asked in `shape`: a record knows no items.
It names no learner either; the folder that it is handed in from does.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RECORD_FILE = "answers.json"

#: In the metadata of a notebook that was downloaded to hand in.
METADATA_KEY = "ketamine_course_answers"

#: As the answer that a window last saw: it did not say.
MISSING: Any = object()

_SCHEMA = 2
MAX_BYTES = 1_000_000
MAX_ANSWERS = 500
#: Characters of a free text.
MAX_TEXT = 20_000
#: Options in a list, rows or gaps in an object, parameters of an item.
MAX_PARTS = 100
#: Characters of a unit, and of a parameter's value that is text.
MAX_LABEL = 200
#: Numbers of this size and above are refused: a float could not hold what is worked out from them.
MAX_NUMBER = 1e300
#: Objects and lists in one another. What the quiz writes has four: record, answers, rows, columns.
MAX_DEPTH = 6

_REQUIRED = ("schema", "quiz", "answers", "saved_at", "submitted")
_SINCE_2 = ("version", "content", "shown")

# No slash, dot, blank or NUL in any of them, so that none can lead out of a folder.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_CONTENT = re.compile(r"[0-9a-f]{64}")
_RECEIPT = re.compile(r"[0-9a-f]{12}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
# A string without end is taken to the end of the text, so that the time this takes grows with the length alone.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)

_REMEDY = "hand in the file that the quiz wrote"
_TOO_LARGE = f"the record is larger than {MAX_BYTES} bytes; {_REMEDY}"


class RecordError(ValueError):
    """A record that cannot be used or written: says in words what is wrong and what to do."""


class Saved(dict[str, Any]):
    """The record as it is on disk once an answer was saved.

    ``changed_elsewhere`` says that the save replaced an answer which this window had not seen.
    """

    changed_elsewhere = False


def new_record(quiz: str, version: int | None = None, content: str | None = None) -> dict[str, Any]:
    """Return the empty record of a quiz.

    Args:
        quiz: its name.
        version: version of the bank that it is from.
        content: SHA-256 of its public content, hexadecimal.
    """
    return {
        "schema": _SCHEMA,
        "quiz": quiz,
        "version": version,
        "content": content,
        "answers": {},
        "shown": {},
        "saved_at": None,
        "submitted": None,
    }


def is_number(value: Any) -> bool:
    """Return whether a JSON value is a number that can be worked with: finite, below `MAX_NUMBER`, no bool."""
    # Not math.isfinite, which a whole number of hundreds of digits makes raise. NaN is below nothing.
    return type(value) in (int, float) and abs(value) < MAX_NUMBER


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _quoted(*values: Any) -> str:
    """Return values as a message may show them: without control characters, and not too many or too long."""
    texts = [repr(value) for value in values[:5]]
    return ", ".join(text if len(text) <= 40 else f"{text[:36]} …" for text in texts) + (", …" if values[5:] else "")


def _kind(value: Any) -> str:
    kinds = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return "null" if value is None else kinds.get(type(value), "a number")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise RecordError(f"the name {_quoted(name)} stands twice in one object; {_REMEDY}")
        found[name] = value
    return found


def _refuse_constant(name: str) -> Any:
    raise RecordError(f"{name} is not a number; {_REMEDY}")


def _whole(digits: str) -> int:
    # Longer ones are refused in any place, and Python would refuse those of thousands of digits in its own words.
    if len(digits) > 310:
        raise RecordError(f"the record holds a number of {len(digits)} digits; {_REMEDY}")
    return int(digits)


def _is_too_deep(text: str) -> bool:
    """Return whether objects and lists are more than `MAX_DEPTH` in one another; reads the text once."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        first = text[match.start()]
        depth += (first in "[{") - (first in "]}")
        if depth > MAX_DEPTH:
            return True
    return False


def parse_record(text: str) -> dict[str, Any]:
    """Return a record from its JSON text; one of schema 1 as if it were of schema 2.

    Raises RecordError if it is no record: larger than `MAX_BYTES`, not JSON, deeper than `MAX_DEPTH`, a name
    twice in one object, a newer schema, other fields, an answer of no known form.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise RecordError(_TOO_LARGE)
    if not text.strip():
        raise RecordError(f"the record is empty; {_REMEDY}")
    if text.startswith("\ufeff"):
        raise RecordError(f"the record starts with a byte order mark, so another program has changed it; {_REMEDY}")
    # Before it is read, since reading and all that follows go down as deep as it is.
    if _is_too_deep(text):
        raise RecordError(f"the record is nested more than {MAX_DEPTH} deep; {_REMEDY}")
    try:
        record = json.loads(
            text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        place = f"damaged or cut off at line {error.lineno}, character {error.colno}"
        raise RecordError(f"the record is no complete JSON ({place}); {_REMEDY}") from None
    if not isinstance(record, dict):
        raise RecordError(f"the record is {_kind(record)}, not an object; {_REMEDY}")
    _check_fields(record)
    record = {**new_record(record["quiz"]), **record, "schema": _SCHEMA}
    _check(record)
    if len(_as_text(record)) > MAX_BYTES:
        raise RecordError(_TOO_LARGE)
    return record


def _check_fields(record: dict[str, Any]) -> None:
    """Raise RecordError unless the fields are those of a schema that this course reads."""
    missing = [name for name in _REQUIRED if name not in record]
    if len(missing) == len(_REQUIRED):
        raise RecordError(f"the record has not the fields of an answer record; {_REMEDY}")
    schema = record.get("schema", _SCHEMA)
    if type(schema) is not int or schema < 1:
        raise RecordError(f"the record's schema is {_quoted(schema)}, not a whole number from 1 on; {_REMEDY}")
    if schema > _SCHEMA:  # first, since a newer record may well have other fields
        raise RecordError(
            f"the record's schema is {_quoted(schema)}, newer than {_SCHEMA}, the newest that this course reads; "
            "install the newest version of the course and try again"
        )
    if missing:
        raise RecordError(f"the record lacks the field {_quoted(*missing)}; {_REMEDY}")
    known = {*_REQUIRED, *(_SINCE_2 if schema >= 2 else ())}
    if unknown := sorted(set(record) - known):
        raise RecordError(f"the record has a field that schema {schema} does not know: {_quoted(*unknown)}; {_REMEDY}")


def _check(record: dict[str, Any]) -> None:
    """Raise RecordError unless every field of a record holds what belongs there."""
    if not _is_id(record["quiz"]):
        raise RecordError(f"the record's quiz is {_quoted(record['quiz'])}, which is no name of a quiz; {_REMEDY}")
    version, content = record["version"], record["content"]
    if version is not None and not (type(version) is int and 1 <= version < 1_000_000):
        raise RecordError(f"the record's version is {_quoted(version)}, not a whole number from 1 on; {_REMEDY}")
    if content is not None and not (isinstance(content, str) and _CONTENT.fullmatch(content)):
        raise RecordError(f"the record's content is {_quoted(content)}, not 64 hexadecimal digits; {_REMEDY}")
    for field in ("answers", "shown"):
        if not isinstance(record[field], dict):
            raise RecordError(f"the record's {field} are {_kind(record[field])}, not an object by item; {_REMEDY}")
        if len(record[field]) > MAX_ANSWERS:
            raise RecordError(f"the record's {field} are for more than {MAX_ANSWERS} items; {_REMEDY}")
    for item_id, answer in record["answers"].items():
        check_answer(item_id, answer)
    for item_id, values in record["shown"].items():
        _check_shown(item_id, values)
    _check_times(record)


def _check_times(record: dict[str, Any]) -> None:
    saved_at, submitted = record["saved_at"], record["submitted"]
    if saved_at is not None and not _is_time(saved_at):
        raise RecordError(f"the record's saved_at is {_quoted(saved_at)}, not a time as the quiz writes it; {_REMEDY}")
    if submitted is None:
        return
    if not isinstance(submitted, dict) or set(submitted) != {"at", "hash"}:
        raise RecordError(f"the record's submitted is not a time with a receipt number; {_REMEDY}")
    if not _is_time(submitted["at"]):
        at = _quoted(submitted["at"])
        raise RecordError(f"the record's submitted at is {at}, not a time as the quiz writes it; {_REMEDY}")
    # Its form only: whether it fits the answers is for a dispute about a receipt, and no mark depends on it.
    # JupyterLab writes 8.0 in a notebook as 8, so a record that nobody touched may not fit either.
    if not (isinstance(submitted["hash"], str) and _RECEIPT.fullmatch(submitted["hash"])):
        number = _quoted(submitted["hash"])
        raise RecordError(f"the record's submitted hash is {number}, not 12 hexadecimal digits; {_REMEDY}")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_time(value: Any) -> bool:
    """Return whether a value is a time as the quiz writes it: ISO 8601 with offset."""
    if not (isinstance(value, str) and _TIME.fullmatch(value)):
        return False
    try:
        # nbgrader turns it into universal time, which neither end of the calendar survives.
        return 1900 <= datetime.datetime.fromisoformat(value).year < 9999
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
    """Raise RecordError unless the item's id can be one and the answer has one of the forms of an answer."""
    if not _is_id(item_id):
        raise RecordError(f"{_quoted(item_id)} is no id of an item: letters, digits, - and _, up to 64; {_REMEDY}")
    if wrong := _wrong_with(answer):
        raise RecordError(f"the answer to {_quoted(item_id)} {wrong}")


def _wrong_with(answer: Any) -> str:
    """Return what is wrong with an answer and what to do, as the end of a sentence; nothing if all is well."""
    again = "answer the item again in the quiz"
    if isinstance(answer, str):
        return f"has more than {MAX_TEXT} characters; shorten it" if len(answer) > MAX_TEXT else ""
    if not isinstance(answer, list | dict):
        return f"is {_kind(answer)}, which is the answer to no kind of item; {again}"
    if len(answer) > MAX_PARTS:
        return f"has more than {MAX_PARTS} parts; {again}"
    if isinstance(answer, list):
        return "" if all(map(_is_id, answer)) else f"lists what is no id of an option; {again}"
    # A cloze may well have the gaps value and unit.
    if set(answer) == {"value", "unit"} and not isinstance(answer["value"], str | list):
        if not is_number(answer["value"]):
            return f"has a value that is no number, or one too large to use; {again}"
        unit = answer["unit"]
        return "" if isinstance(unit, str) and len(unit) <= MAX_LABEL else f"has no unit that could be one; {again}"
    if not answer:
        return f"is an empty object; {again}"
    for part, chosen in answer.items():
        if not _is_id(part):
            return f"has a part {_quoted(part)}, which is no id; {again}"
        if isinstance(chosen, list) and len(chosen) > MAX_PARTS:
            return f"has more than {MAX_PARTS} options in {_quoted(part)}; {again}"
        if not all(map(_is_id, chosen if isinstance(chosen, list) else [chosen])):
            return f"has in {_quoted(part)} what is no id of an option; {again}"
    return ""


def _check_shown(item_id: str, values: Any) -> None:
    """Raise RecordError unless these can be the parameters that an item was shown with."""
    where = f"what was shown of {_quoted(item_id)}"
    if not _is_id(item_id):
        raise RecordError(f"{where}: this is no id of an item; {_REMEDY}")
    if not isinstance(values, dict) or len(values) > MAX_PARTS:
        raise RecordError(f"{where} is no object of at most {MAX_PARTS} parameters; {_REMEDY}")
    for name, value in values.items():
        if not (isinstance(name, str) and _PARAMETER.fullmatch(name)):
            raise RecordError(f"{where} has a parameter {_quoted(name)}, which is no name of one; {_REMEDY}")
        if not (is_number(value) or (isinstance(value, str) and len(value) <= MAX_LABEL)):
            raise RecordError(
                f"{where} has a value of {_quoted(name)} that is no number and no text of up to {MAX_LABEL} "
                f"characters; {_REMEDY}"
            )


def read_record(folder: Path) -> dict[str, Any] | None:
    """Return the record in a folder, ``None`` if there is none.

    Raises RecordError, naming the file, if there is one that cannot be used.
    """
    path = folder / RECORD_FILE
    try:
        status = path.lstat()
        # Not followed: a link could lead to somebody else's record, and a pipe would never end.
        if not stat.S_ISREG(status.st_mode):
            raise RecordError(f"{RECORD_FILE} is a link or no file; {_REMEDY}")
        if status.st_size > MAX_BYTES:
            raise RecordError(f"{RECORD_FILE}: {_TOO_LARGE}")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # it may have grown since
        return parse_record(content.decode("utf-8"))
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise RecordError(f"{RECORD_FILE}: the record is no text in UTF-8; {_REMEDY}") from None
    except OSError as error:
        why = f"the record cannot be read ({error.strerror})"
        raise RecordError(f"{RECORD_FILE}: {why}; ask for help before you go on") from None
    except RecordError as error:
        said = str(error)
        raise RecordError(said if said.startswith(RECORD_FILE) else f"{RECORD_FILE}: {said}") from None


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
    """Replace the record in one step: it is the old one or the new one, never a part, and can be read again."""
    _check(record)
    content = _as_text(record)
    if len(content) > MAX_BYTES:
        raise RecordError(
            f"Not saved: all answers together have more than {MAX_BYTES} bytes. Shorten the longest text."
        )
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


def changed_elsewhere(record: dict[str, Any], item_id: str, seen: Any) -> bool:
    """Return whether a record holds another answer to an item than the one that a window last saw.

    ``seen`` is that answer, ``None`` if the item was unanswered, `MISSING` if the window does not say.
    """
    return seen is not MISSING and bool(record["answers"].get(item_id) != seen)


def save_answer(
    folder: Path,
    quiz: str,
    item_id: str,
    answer: Any,
    shown: dict[str, Any] | None = None,
    *,
    seen: Any = MISSING,
    version: int | None = None,
    content: str | None = None,
) -> Saved:
    """Save one answer beside the others and return the record as it now is on disk.

    The record is read again first, so that a second tab never undoes what the first saved in other
    items; of one item the last save wins. An answer of ``None`` takes the item's answer away.
    A later change takes back the hand-in.

    Args:
        folder: where the record is.
        quiz: the quiz that it belongs to.
        item_id: the item.
        answer: its answer, in one of the forms that the module names.
        shown: the values of the item's parameters that it was shown with; ``None`` leaves what is there.
        seen: the answer that this window last saw saved, ``None`` for no answer. If another one was there
            that is not the one saved now, the returned record's ``changed_elsewhere`` is true.
        version: version of the bank; ``None`` leaves what is there.
        content: SHA-256 of the quiz's public content; ``None`` leaves what is there.

    Raises RecordError, in words for the learner, if it could not be saved; what was saved before stays.
    """
    check_answer(item_id, "" if answer is None else answer)
    if shown is not None:
        _check_shown(item_id, shown)
    try:
        with _locked(folder):
            record = Saved(read_record(folder) or new_record(quiz))
            if record["quiz"] != quiz:
                raise RecordError(f"{RECORD_FILE} belongs to the quiz {record['quiz']!r}; move it out of this folder")
            # A save that is sent again, because its reply was lost, finds its own answer.
            found = record["answers"].get(item_id)
            record.changed_elsewhere = changed_elsewhere(record, item_id, seen) and found != answer
            if answer is None:
                record["answers"].pop(item_id, None)
            else:
                record["answers"][item_id] = answer
            if shown is not None:
                record["shown"][item_id] = dict(shown)
            if version is not None:
                record["version"] = version
            if content is not None:
                record["content"] = content
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
    metadata = {**(notebook.get("metadata") or {}), METADATA_KEY: dict(record)}
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
        # As compact as it can be, so that what fits into the file is not too large here.
        text = json.dumps(carried, ensure_ascii=False)
    except RecursionError:
        raise RecordError(f"the record is nested more than {MAX_DEPTH} deep; {_REMEDY}") from None
    except (ValueError, TypeError):
        raise RecordError(f"the record holds what is no JSON; {_REMEDY}") from None
    return parse_record(text)
