"""The answer record: written whole or not at all, merged, and refused in words when it is malformed."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ketamine_course.answers import (
    RECORD_FILE,
    RecordError,
    adopt,
    embed,
    new_record,
    read_record,
    save_answer,
    submit,
)
from ketamine_course.answers.record import METADATA_KEY, content_hash, parse_record

AT = "2026-03-01T10:00:00+01:00"


def record(**changes: Any) -> dict[str, Any]:
    return {**new_record("onset"), "answers": {"one": "a"}, "saved_at": AT, **changes}


def answered(answer: Any) -> str:
    return json.dumps(record(answers={"one": answer}))


def raising(number: int) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize(
    ("owner", "call"), [(tempfile, "mkstemp"), (os, "fsync"), (Path, "replace"), (Path, "chmod"), (os, "open")]
)
def test_a_write_that_fails_leaves_the_old_record_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, call: str, number: int
) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    before = (tmp_path / RECORD_FILE).read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(owner, call, raising(number))
        for write in (lambda: save_answer(tmp_path, "onset", "one", "b"), lambda: submit(tmp_path, "onset")):
            with pytest.raises(RecordError, match=f"Not saved: {os.strerror(number)}.*Download to hand in"):
                write()
    assert (tmp_path / RECORD_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [RECORD_FILE]
    # As soon as there is room again, saving works.
    assert save_answer(tmp_path, "onset", "one", "b")["answers"] == {"one": "b"}


def test_a_process_killed_while_it_writes_leaves_the_old_record(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    before = (tmp_path / RECORD_FILE).read_bytes()
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_die_at_fsync, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    assert (tmp_path / RECORD_FILE).read_bytes() == before
    assert save_answer(tmp_path, "onset", "two", "b")["answers"] == {"one": "a", "two": "b"}


def _die_at_fsync(folder: Path) -> None:
    os.fsync = lambda _: os._exit(9)
    save_answer(folder, "onset", "one", "b" * 10_000)


def test_two_writers_lose_nothing_of_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_save_fifty, args=(tmp_path, name)) for name in ("left", "right")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    saved = read_record(tmp_path)
    assert saved is not None
    assert saved["answers"] == {f"{name}-{number}": "a" for name in ("left", "right") for number in range(50)}
    assert [path.name for path in tmp_path.iterdir()] == [RECORD_FILE]


def _save_fifty(folder: Path, name: str) -> None:
    for number in range(50):
        save_answer(folder, "onset", f"{name}-{number}", "a")


def test_the_record_can_be_read_by_the_person_who_grades(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    assert (tmp_path / RECORD_FILE).stat().st_mode & 0o777 == 0o644


def test_a_change_after_handing_in_takes_the_hand_in_back(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    receipt = submit(tmp_path, "onset")["submitted"]
    assert set(receipt) == {"at", "hash"}
    saved = read_record(tmp_path)
    assert saved is not None
    assert saved["submitted"] == receipt
    assert save_answer(tmp_path, "onset", "one", "b")["submitted"] is None


def test_an_answer_of_none_takes_the_answer_away(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    assert save_answer(tmp_path, "onset", "two", ["a", "b"])["answers"] == {"one": "a", "two": ["a", "b"]}
    assert save_answer(tmp_path, "onset", "one", None)["answers"] == {"two": ["a", "b"]}


def test_nothing_can_be_handed_in_before_an_answer(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no saved answer"):
        submit(tmp_path, "onset")
    save_answer(tmp_path, "onset", "one", "a")
    save_answer(tmp_path, "onset", "one", None)
    with pytest.raises(RecordError, match="no saved answer"):
        submit(tmp_path, "onset")


def test_the_record_of_another_quiz_is_never_overwritten(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    before = (tmp_path / RECORD_FILE).read_bytes()
    with pytest.raises(RecordError, match="belongs to the quiz 'onset'; move it out"):
        save_answer(tmp_path, "dosing", "one", "a")
    with pytest.raises(RecordError):
        submit(tmp_path, "dosing")
    assert (tmp_path / RECORD_FILE).read_bytes() == before


def test_a_record_that_cannot_be_read_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / RECORD_FILE).write_text('{"schema": 1, "quiz": "on')
    with pytest.raises(RecordError, match="no complete JSON"):
        save_answer(tmp_path, "onset", "one", "a")
    assert (tmp_path / RECORD_FILE).read_text() == '{"schema": 1, "quiz": "on'


def test_the_hash_is_that_of_the_content_and_of_nothing_else() -> None:
    # A literal: the number on a receipt must mean the same in every later version.
    assert content_hash(record()) == "0c67348eb277"
    assert content_hash(record(saved_at=None, submitted={"at": AT, "hash": "0"})) == content_hash(record())
    both = {"one": "a", "two": {"value": 1, "unit": "h"}}
    turned = {"two": {"unit": "h", "value": 1}, "one": "a"}
    assert content_hash(record(answers=both)) == content_hash(record(answers=turned))
    others = [record(quiz="dosing"), record(answers={"one": "b"}), record(answers={"two": "a"}), record(answers={})]
    assert len({content_hash(each) for each in [record(), *others]}) == 5


MALFORMED: dict[str, str | bytes] = {
    "empty": "",
    "blank": "  \n",
    "truncated": json.dumps(record())[:-9],
    "something after it": json.dumps(record()) + "{}",
    "binary": bytes(range(256)),
    "UTF-16": json.dumps(record()).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(record()).encode(),
    "a ZIP file": b"PK\x03\x04\x14\x00\x00\x00",
    "null": "null",
    "a number": "1",
    "a list": "[]",
    "a text": '"onset"',
    "an empty object": "{}",
    "a notebook": json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}),
    "an unknown field": json.dumps(record(score=11)),
    "a missing field": json.dumps({k: v for k, v in record().items() if k != "saved_at"}),
    "a later schema": json.dumps(record(schema=3)),
    "the schema as text": json.dumps(record(schema="1")),
    "the schema as bool": json.dumps(record(schema=True)),
    "the schema as float": json.dumps(record(schema=1.0)),
    "the schema as object": json.dumps(record(schema={})),
    "a quiz of null": json.dumps(record(quiz=None)),
    "a quiz of list": json.dumps(record(quiz=["onset"])),
    "answers as list": json.dumps(record(answers=[["one", "a"]])),
    "answers as null": json.dumps(record(answers=None)),
    "saved_at as number": json.dumps(record(saved_at=1_700_000_000)),
    "saved_at as prose": json.dumps(record(saved_at="yesterday")),
    "saved_at without offset": json.dumps(record(saved_at="2026-03-01T10:00:00")),
    "saved_at with a line more": json.dumps(record(saved_at=f"{AT}\n2020-01-01")),
    "submitted as text": json.dumps(record(submitted=AT)),
    "submitted as bool": json.dumps(record(submitted=True)),
    "submitted without hash": json.dumps(record(submitted={"at": AT})),
    "submitted at no time": json.dumps(record(submitted={"at": None, "hash": "0"})),
    "submitted with a number as hash": json.dumps(record(submitted={"at": AT, "hash": 0})),
    "an answer of null": answered(None),
    "an answer of bool": answered(True),
    "an answer of number": answered(8),
    "options of numbers": answered([1, 2]),
    "options in options": answered([["a"]]),
    "a thousand options": answered(["a"] * 1000),
    "a text of a million": answered("x" * 900_000),
    "a text that is too long": answered("x" * 20_001),
    "a value of bool": answered({"value": True, "unit": "people"}),
    "a value of text, with a unit that is no id": answered({"value": "8", "unit": "percentage points"}),
    "a value of null": answered({"value": None, "unit": "people"}),
    "a value of NaN": answered({"value": float("nan"), "unit": "people"}),
    "a value of Infinity": answered({"value": float("inf"), "unit": "people"}),
    "a value of minus Infinity": answered({"value": float("-inf"), "unit": "people"}),
    "a value beyond floats": answered({"value": 0, "unit": "people"}).replace('"value": 0', '"value": 1e999'),
    "a value of 400 digits": answered({"value": 10**400, "unit": "people"}),
    "a value of 5000 digits": answered({"value": 0, "unit": "people"}).replace(": 0", ": " + "9" * 5000),
    "a unit of number": answered({"value": 8, "unit": 1}),
    "no unit": answered({"value": 8}),
    "a field more": answered({"value": 8, "unit": "people", "points": 2}),
    "an object": answered({}),
    "a duplicate field": json.dumps(record())[:-1] + ', "quiz": "onset"}',
    "a duplicate item": json.dumps(record()).replace('"one": "a"', '"one": "a", "one": "b"'),
    "deep nesting": answered("@").replace('"@"', "[" * 100_000 + "]" * 100_000),
    "deep nesting of objects": answered("@").replace('"@"', '{"a":' * 50_000 + "1" + "}" * 50_000),
    "huge": json.dumps(record()) + " " * 1_000_001,
    "half a character": answered("x\ud800"),
    "half a character as item": json.dumps(record(answers={"\udfff": "a"})),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_record_is_refused_in_words(tmp_path: Path, name: str) -> None:
    content = MALFORMED[name]
    path = tmp_path / RECORD_FILE
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(RecordError) as refused:
        read_record(tmp_path)
    said = str(refused.value)
    assert 20 < len(said) < 400
    assert "Traceback" not in said


@pytest.mark.parametrize("name", [name for name, content in MALFORMED.items() if isinstance(content, str)])
def test_what_is_refused_as_a_file_is_refused_in_a_notebook(name: str) -> None:
    try:
        carried = json.loads(MALFORMED[name])
    except (ValueError, RecursionError):
        return  # no notebook can carry it
    if carried is None or "duplicate" in name or name in ("huge", "a value beyond floats"):
        return  # reading the notebook has already made something else of it
    with pytest.raises(RecordError):
        adopt({"metadata": {METADATA_KEY: carried}})


def test_a_link_a_pipe_and_a_folder_are_not_read(tmp_path: Path) -> None:
    private = tmp_path / "private.json"
    private.write_text(json.dumps(record()))
    for name, make in (
        ("link", lambda path: path.symlink_to(private)),
        ("dangling", lambda path: path.symlink_to(tmp_path / "nowhere")),
        ("pipe", lambda path: os.mkfifo(path)),
        ("folder", lambda path: path.mkdir()),
    ):
        folder = tmp_path / name
        folder.mkdir()
        make(folder / RECORD_FILE)
        with pytest.raises(RecordError, match="is a link or no file"):
            read_record(folder)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / RECORD_FILE).open("wb") as file:
        file.truncate(50 * 10**9)  # a file with a hole: it takes no room on the disk, but would in memory
    with pytest.raises(RecordError, match="larger than"):
        read_record(tmp_path)


def test_a_folder_without_record_has_none(tmp_path: Path) -> None:
    assert read_record(tmp_path) is None


TEXTS = [
    "ketamine 0.5 mg/kg – ‘better’ tomorrow? 王芳 😀 e\u0301 \u202e\u2028\x85\x00 end",
    "<script>alert(1)</script> & \"quotes\" 'single' </textarea> ```\n# no heading\n$x^2$ {{jinja}} \\ ",
    "x" * 20_000,
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_survives_the_record_and_the_notebook(tmp_path: Path, text: str) -> None:
    save_answer(tmp_path, "onset", "one", text)
    saved = read_record(tmp_path)
    assert saved is not None
    assert saved["answers"] == {"one": text}
    notebook = {"cells": [{"cell_type": "code"}], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4}
    whole = embed(notebook, saved)
    assert METADATA_KEY not in notebook["metadata"]  # the notebook in hand is not changed
    assert {**whole, "metadata": {"kernelspec": {"name": "python3"}}} == notebook
    for ascii_only in (True, False):
        assert adopt(json.loads(json.dumps(whole, ensure_ascii=ascii_only))) == saved
    assert content_hash(saved) == content_hash(parse_record(json.dumps(saved)))


def test_an_answer_with_half_a_character_is_refused_and_the_others_stay(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    with pytest.raises(RecordError, match="half a character"):
        save_answer(tmp_path, "onset", "two", "\ud83d")
    assert (read_record(tmp_path) or {})["answers"] == {"one": "a"}
    assert [path.name for path in tmp_path.iterdir()] == [RECORD_FILE]


def test_a_text_that_is_too_long_is_refused_with_its_limit(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="more than 20000 characters; shorten it"):
        save_answer(tmp_path, "onset", "one", "x" * 20_001)


@pytest.mark.parametrize("notebook", [{}, {"metadata": None}, {"metadata": []}, {"metadata": {}}])
def test_a_notebook_that_carries_nothing_has_no_record(notebook: dict[str, Any]) -> None:
    assert adopt(notebook) is None
