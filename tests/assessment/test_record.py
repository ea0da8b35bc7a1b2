"""An answer record survives every way that it travels, and whatever is no record is refused by name."""

from __future__ import annotations

import json
import random
import re
import tracemalloc
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbconvert.filters.markdown import markdown2html

from ketamine_course.answers import (
    MISSING,
    RECORD_FILE,
    RecordError,
    adopt,
    changed_elsewhere,
    embed,
    new_record,
    read_record,
    save_answer,
    submit,
)
from ketamine_course.answers import record as module
from ketamine_course.answers.record import METADATA_KEY, content_hash, parse_record
from ketamine_course.answers.variant import fits, parameters

AT = "2026-03-01T10:00:00+01:00"
CONTENT = "0123456789abcdef" * 4
NOTEBOOK = {"cells": [], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}

#: One answer of every form.
ANSWERS: dict[str, Any] = {
    "one": "a",
    "many": ["a", "c"],
    "grid": {"r1": "yes", "r2": ["yes", "no"]},
    "tie": {"actions": ["a", "b"], "condition": "c", "monitor": ["d", "e"]},
    "number": {"value": 7.9, "unit": "mg"},
    "text": 'So 😀 "quoted" \\ and 王芳',
}
WHOLE: dict[str, Any] = {
    "schema": 2,
    "quiz": "onset",
    "version": 3,
    "content": CONTENT,
    "answers": ANSWERS,
    "shown": {"number": {"weight_kg": 70, "bag": "red"}},
    "saved_at": AT,
    "submitted": {"at": AT, "hash": "0123456789ab"},
}
OLD = {"schema": 1, "quiz": "onset", "answers": {"one": "a"}, "saved_at": AT, "submitted": None}


def put(folder: Path, content: str | bytes) -> Path:
    path = folder / RECORD_FILE
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


# What is well formed


CHARACTERS = "aZ09 .,-–'\"\\/<>&{}[]$`#*|\t\n\r\x00\x85\u2028\u202e\ufeff王é😀e\u0301"


def random_id(chance: random.Random) -> str:
    return "".join(chance.choices("abcxyz019", k=1) + chance.choices("abcxyz019-_", k=chance.randrange(12)))


def random_text(chance: random.Random) -> str:
    return "".join(chance.choices(CHARACTERS, k=chance.choice([0, 1, 5, 40, 400])))


def random_number(chance: random.Random) -> int | float:
    return chance.choice(
        [chance.randrange(-1000, 1000), chance.uniform(-9, 9), 10**299, -1e299, 0.1, 5e-324, 0, chance.gauss(0, 1e20)]
    )


def random_answer(chance: random.Random) -> Any:
    ids = [random_id(chance) for _ in range(chance.randrange(1, 7))]
    return chance.choice(
        [
            ids[0],
            ids,
            [],
            {each: random_id(chance) for each in ids},
            {each: [random_id(chance) for _ in range(chance.randrange(4))] for each in ids},
            {"actions": ids[:2], "condition": random_id(chance), "monitor": ids[-2:]},
            {"value": random_number(chance), "unit": chance.choice(["mg", "mg/kg", "per cent", "µg", ""])},
            {"value": "v1", "unit": "u1"},  # gaps may be called so
            random_text(chance),
        ]
    )


def random_time(chance: random.Random) -> str:
    month, day, hour, minute, offset = (chance.randrange(1, most) for most in (13, 29, 24, 60, 14))
    zone = chance.choice(["Z", f"+{offset:02}:00", f"-{offset:02}:30"])
    return f"{chance.randrange(1970, 2100)}-{month:02}-{day:02}T{hour:02}:{minute:02}:00{zone}"


def random_record(chance: random.Random) -> dict[str, Any]:
    record = new_record(
        random_id(chance),
        chance.choice([None, 1, chance.randrange(1, 1000)]),
        chance.choice([None, f"{chance.getrandbits(256):064x}"]),
    )
    items = [random_id(chance) for _ in range(chance.randrange(12))]
    record["answers"] = {item: random_answer(chance) for item in items}
    record["shown"] = {
        item: {
            f"p_{random_id(chance).replace('-', '_')}": chance.choice(
                [random_number(chance), random_text(chance)[:200]]
            )
            for _ in range(chance.randrange(3))
        }
        for item in items[: chance.randrange(4)]
    }
    record["saved_at"] = chance.choice([None, random_time(chance)])
    if chance.random() < 0.5:
        record["submitted"] = {"at": random_time(chance), "hash": content_hash(record)}
    return record


def test_a_thousand_random_records_survive_the_file_and_the_notebook(tmp_path: Path) -> None:
    chance = random.Random(20261123)
    forms = set()
    for _ in range(1000):
        record = random_record(chance)
        forms |= {type(answer).__name__ for answer in record["answers"].values()}
        before = json.dumps(record, sort_keys=True)
        module._write(tmp_path, record)
        assert json.dumps(read_record(tmp_path), sort_keys=True) == before
        whole = embed(NOTEBOOK, record)
        for travelled in (whole, json.loads(json.dumps(whole)), json.loads(json.dumps(whole, ensure_ascii=False))):
            assert json.dumps(adopt(travelled), sort_keys=True) == before
        assert json.dumps(record, sort_keys=True) == before
    assert forms == {"str", "list", "dict"}
    assert METADATA_KEY not in NOTEBOOK["metadata"]


def test_random_records_that_are_saved_answer_by_answer_hold_each_of_them(tmp_path: Path) -> None:
    chance = random.Random(7)
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        wanted = random_record(chance)
        for item, answer in wanted["answers"].items():
            save_answer(folder, "onset", item, answer, wanted["shown"].get(item))
        saved = read_record(folder) or new_record("onset")
        assert saved["answers"] == wanted["answers"]
        assert saved["shown"] == wanted["shown"]


def test_a_record_of_schema_1_is_read_as_one_of_schema_2_and_saved_as_one(tmp_path: Path) -> None:
    put(tmp_path, json.dumps(OLD))
    upgraded = {**OLD, "schema": 2, "version": None, "content": None, "shown": {}}
    assert read_record(tmp_path) == upgraded
    assert adopt({"metadata": {METADATA_KEY: OLD}}) == upgraded
    assert content_hash(upgraded) == content_hash(OLD)  # the number on an old receipt still means the same
    save_answer(tmp_path, "onset", "two", "b", {"weight_kg": 70}, version=4, content=CONTENT)
    written = json.loads((tmp_path / RECORD_FILE).read_text())
    assert (written["schema"], written["version"], written["content"]) == (2, 4, CONTENT)
    assert written["answers"] == {"one": "a", "two": "b"}
    assert written["shown"] == {"two": {"weight_kg": 70}}


def test_the_fields_that_are_new_in_schema_2_may_be_absent() -> None:
    bare = {name: value for name, value in WHOLE.items() if name not in ("version", "content", "shown")}
    assert parse_record(json.dumps(bare)) == {**WHOLE, "version": None, "content": None, "shown": {}}


def test_what_was_shown_stays_until_something_else_is_shown(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "dose", "a", {"weight_kg": 70}, version=1)
    assert save_answer(tmp_path, "onset", "dose", "b")["shown"] == {"dose": {"weight_kg": 70}}
    assert save_answer(tmp_path, "onset", "dose", None)["shown"] == {"dose": {"weight_kg": 70}}
    last = save_answer(tmp_path, "onset", "dose", "b", {"weight_kg": 75})
    assert (last["shown"], last["version"]) == ({"dose": {"weight_kg": 75}}, 1)


# Two windows


def test_a_save_over_an_answer_that_this_window_had_not_seen_wins_and_says_so(tmp_path: Path) -> None:
    assert not save_answer(tmp_path, "onset", "one", "a", seen=None).changed_elsewhere
    other = save_answer(tmp_path, "onset", "one", "b", seen="a")  # another window, which had seen it
    assert not other.changed_elsewhere
    late = save_answer(tmp_path, "onset", "one", "c", seen="a")
    assert late.changed_elsewhere
    assert (read_record(tmp_path) or {})["answers"] == {"one": "c"}
    assert save_answer(tmp_path, "onset", "one", None, seen="a").changed_elsewhere
    assert save_answer(tmp_path, "onset", "one", "d", seen="c").changed_elsewhere  # it was taken away meanwhile


def test_nothing_is_said_of_another_item_or_of_the_same_answer_or_where_the_window_does_not_ask(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    assert not save_answer(tmp_path, "onset", "two", "b", seen=None).changed_elsewhere
    assert not save_answer(tmp_path, "onset", "one", "b").changed_elsewhere
    # The reply to a save was lost, and the window sends it again.
    assert not save_answer(tmp_path, "onset", "one", "b", seen="a").changed_elsewhere


def test_the_flag_is_in_no_file_and_in_no_message(tmp_path: Path) -> None:
    save_answer(tmp_path, "onset", "one", "a")
    saved = save_answer(tmp_path, "onset", "one", "b", seen=None)
    assert saved.changed_elsewhere
    assert json.loads(json.dumps(saved)) == saved == read_record(tmp_path)
    assert adopt(embed(NOTEBOOK, saved)) == saved


def test_a_window_can_ask_without_saving() -> None:
    record = {"answers": {"one": ["a"]}}
    asked = [changed_elsewhere(record, "one", seen) for seen in (["a"], ["b"], None, MISSING)]
    assert asked == [False, True, True, False]
    assert [changed_elsewhere(record, "two", seen) for seen in (None, "a", MISSING)] == [False, True, False]


# What is written can be read again


def test_an_answer_that_makes_the_record_too_large_is_not_saved_and_the_others_stay(tmp_path: Path) -> None:
    text = "王" * 20_000  # 60,000 bytes
    for number in range(16):
        save_answer(tmp_path, "onset", f"item-{number}", text)
    before = read_record(tmp_path) or {}
    with pytest.raises(RecordError, match=r"^Not saved: all answers together have more than 1000000 bytes\. Shorten"):
        save_answer(tmp_path, "onset", "item-16", text)
    assert read_record(tmp_path) == before
    assert adopt(json.loads(json.dumps(embed(NOTEBOOK, before)))) == before  # as \uXXXX it would be twice the size
    assert save_answer(tmp_path, "onset", "item-16", "short")["answers"]["item-16"] == "short"


def test_more_answers_than_a_quiz_has_items_are_not_saved(tmp_path: Path) -> None:
    put(tmp_path, json.dumps({**WHOLE, "answers": {f"i{number}": "a" for number in range(500)}}))
    save_answer(tmp_path, "onset", "i0", "b")
    with pytest.raises(RecordError, match="answers are for more than 500 items"):
        save_answer(tmp_path, "onset", "i500", "a")
    assert len((read_record(tmp_path) or {})["answers"]) == 500


@pytest.mark.parametrize(
    ("item", "answer", "more", "said"),
    [
        ("../one", "a", {}, "no id of an item"),
        ("one.json", "a", {}, "no id of an item"),
        ("one\0", None, {}, "no id of an item"),
        (7, "a", {}, "no id of an item"),
        ("one", {"value": float("nan"), "unit": "mg"}, {}, "no number"),
        ("one", {1: "a"}, {}, "has a part 1, which is no id"),
        ("one", ("a", "b"), {}, "which is the answer to no kind of item"),
        ("one", "a", {"shown": {"w": float("inf")}}, "value of 'w'"),
        ("one", "a", {"shown": {"w": True}}, "value of 'w'"),
        ("one", "a", {"shown": {"a b": 1}}, "parameter 'a b'"),
        ("one", "a", {"shown": []}, "no object"),
        ("one", "a", {"version": 0}, "version is 0"),
        ("one", "a", {"version": True}, "version is True"),
        ("one", "a", {"content": CONTENT[:-1]}, "not 64 hexadecimal digits"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    tmp_path: Path, item: Any, answer: Any, more: dict[str, Any], said: str
) -> None:
    save_answer(tmp_path, "onset", "kept", "a")
    before = (tmp_path / RECORD_FILE).read_bytes()
    with pytest.raises(RecordError, match=said):
        save_answer(tmp_path, "onset", item, answer, **more)
    assert (tmp_path / RECORD_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [RECORD_FILE]


def test_a_quiz_whose_name_leads_elsewhere_gets_no_record(tmp_path: Path) -> None:
    folder = tmp_path / "quiz"
    folder.mkdir()
    for quiz in ("../onset", "a/b", "onset.json", "", "\0", "C:\\x"):
        with pytest.raises(RecordError, match="no name of a quiz"):
            save_answer(folder, quiz, "one", "a")
    assert not list(folder.iterdir())
    assert [path.name for path in tmp_path.iterdir()] == ["quiz"]


# What is malformed: (what it is, its content, what the message must name)

Malformed = tuple[str, str | bytes, str]
TEXT = json.dumps(WHOLE, ensure_ascii=False)
WRONG_TYPES: dict[str, Any] = {
    "null": None, "true": True, "a number": 8.5, "a text": "x y", "a list": ["a"], "an object": {"a": "b"},
    "an empty list": [], "a large number": 10**18, "a negative number": -1,
}  # fmt: skip
TRICKS = [
    "../one", "..", ".", "a/b", "/etc/passwd", "a\\b", "C:\\x", "a.json", "", " ", "a b", "a\x00", "\x00", "a\n", "~",
    "-a", "a" * 65, "é", "ａ", "a\u202eb", "<b>a</b>", "${HOME}", "a|b", "*", "=1+1",
]  # fmt: skip


def changed(**fields: Any) -> str:
    return json.dumps({**WHOLE, **fields})


def answered(answer: Any) -> str:
    return changed(answers={"one": answer})


def truncated() -> Iterator[Malformed]:
    whole = TEXT.encode()
    places = {
        "before anything": (0, "empty"),
        "after the first brace": (1, "no complete JSON"),
        "in a name": (TEXT.index("quiz") + 2, "no complete JSON"),
        "after a name": (TEXT.index('"quiz"') + 6, "no complete JSON"),
        "after a colon": (TEXT.index('"quiz":') + 7, "no complete JSON"),
        "in a text": (TEXT.index("onset") + 2, "no complete JSON"),
        "after a backslash": (TEXT.index("\\") + 1, "no complete JSON"),
        "in a number": (TEXT.index("7.9") + 2, "no complete JSON"),
        "after a comma": (TEXT.index(",") + 1, "no complete JSON"),
        "in a list": (TEXT.index('"a", "c"') + 4, "no complete JSON"),
        "before the last brace": (len(TEXT) - 1, "no complete JSON"),
    }
    for place, (index, said) in places.items():
        yield place, TEXT[:index], said
    yield "in a character", whole[: whole.index("😀".encode()) + 2], "no text in UTF-8"
    for index in range(30, len(TEXT) - 1, len(TEXT) // 25):
        yield f"at character {index}", TEXT[:index], "no complete JSON"
    yield "without its first brace", TEXT[1:], "no complete JSON"
    yield "without its middle", TEXT[:30] + TEXT[60:], "no complete JSON|lacks the field|has a field|content|answers"


def wrong_types() -> Iterator[Malformed]:
    fine = {
        "schema": (), "quiz": (), "version": ("null",), "content": ("null",),
        "answers": ("an object",), "shown": (), "saved_at": ("null",), "submitted": ("null",),
    }  # fmt: skip
    for field, may in fine.items():
        for kind, value in WRONG_TYPES.items():
            if kind not in may:
                yield f"{field} as {kind}", changed(**{field: value}), f"the record's {field}|shown of"
    for kind, content in {
        "a list": [WHOLE],
        "a text": "onset",
        "a number": 1,
        "null": None,
        "true or false": True,
    }.items():
        yield f"not an object but {kind}", json.dumps(content), f"the record is {kind}, not an object"
    for kind in ("null", "true", "a number", "an empty list", "a large number"):
        if kind != "an empty list":
            yield f"an answer of {kind}", answered(WRONG_TYPES[kind]), "'one' is .*no kind of item"
        yield f"an option of {kind}", answered(["a", WRONG_TYPES[kind]]), "'one' lists what is no id"
        if kind != "an empty list":
            yield f"a row of {kind}", answered({"r1": WRONG_TYPES[kind]}), "'one' has in 'r1' what is no id"
        yield f"a column of {kind}", answered({"r1": [WRONG_TYPES[kind]]}), "'one' has in 'r1' what is no id"
    yield "an answer of an empty object", answered({}), "'one' is an empty object"
    yield "a value of null", answered({"value": None, "unit": "mg"}), "'one' has a value that is no number"
    yield "a value of true", answered({"value": True, "unit": "mg"}), "'one' has a value that is no number"
    yield "a unit of a number", answered({"value": 8, "unit": 1}), "'one' has no unit"
    yield "no unit", answered({"value": 8}), "'one' has in 'value'"
    yield "a number and more", answered({"value": 8, "unit": "mg", "points": 2}), "'one' has in 'value'"
    for kind in ("null", "true", "a text", "a list"):
        yield f"what was shown is {kind}", changed(shown={"one": WRONG_TYPES[kind]}), "what was shown of 'one'"
    for kind in ("null", "true", "a list", "an object"):
        yield f"a parameter of {kind}", changed(shown={"one": {"w": WRONG_TYPES[kind]}}), "'one' has a value of 'w'"


def fields() -> Iterator[Malformed]:
    for field in ("schema", "quiz", "answers", "saved_at", "submitted"):
        rest = {name: value for name, value in WHOLE.items() if name != field}
        yield f"no {field}", json.dumps(rest), f"lacks the field '{field}'"
    yield "no field at all", "{}", "not the fields of an answer record"
    yield "a notebook", json.dumps(NOTEBOOK), "not the fields of an answer record"
    for field in ("score", "student", "key", "Answers", "__class__", "<script>", "../x", "", "a" * 500):
        yield f"a field {field[:20]!r}", changed(**{field: 1}), f"schema 2 does not know: '{re.escape(field[:30])}"
    yield "ten fields more", changed(**{f"x{n}": n for n in range(10)}), "'x0', 'x1', 'x2', 'x3', 'x4', …"
    for field in ("version", "content", "shown"):
        yield f"a field {field} in schema 1", json.dumps({**OLD, field: None}), f"schema 1 does not know: '{field}'"
    for newer in (3, 4, 99, 10**200):
        yield f"schema {str(newer)[:3]}", changed(schema=newer, more=1), "newer than 2.*install the newest version"
    for none in (0, -2, 2.0, 1.5, "2", "1"):
        yield f"schema {none!r}", changed(schema=none), "schema is .*not a whole number"
    for field in ("at", "hash"):
        rest = {name: value for name, value in WHOLE["submitted"].items() if name != field}
        yield f"submitted without {field}", changed(submitted=rest), "submitted is not a time with a receipt"
    yield "submitted with more", changed(submitted={**WHOLE["submitted"], "by": "me"}), "submitted is not a time with"


def numbers() -> Iterator[Malformed]:
    for name, text, said in (
        ("NaN", "NaN", "NaN is not a number"),
        ("Infinity", "Infinity", "Infinity is not a number"),
        ("minus Infinity", "-Infinity", "-Infinity is not a number"),
        ("beyond floats", "1e999", ""),
        ("below floats", "-1e999", ""),
        ("400 digits", "9" * 400, "a number of 400 digits"),
        ("5000 digits", "9" * 5000, "a number of 5000 digits"),
        ("-5000 digits", "-" + "9" * 5000, "a number of 5001 digits"),
        ("1e300", "1e300", ""),
        ("302 digits", "1" + "0" * 301, ""),
    ):
        at = '"@"'
        yield (
            f"a value of {name}",
            answered({"value": "@", "unit": "mg"}).replace(at, text),
            said or "'one' has a value",
        )
        yield f"a parameter of {name}", changed(shown={"one": {"w": "@"}}).replace(at, text), said or "a value of 'w'"
        yield f"a version of {name}", changed(version="@").replace(at, text), said or "version is"
        yield f"a saved_at of {name}", changed(saved_at="@").replace(at, text), said or "saved_at is"
    for text in ("+1", "01", ".5", "1.", "0x10", "1_000", "١"):
        yield f"a value of {text}", answered({"value": "@", "unit": "mg"}).replace('"@"', text), "no complete JSON"


def twice() -> Iterator[Malformed]:
    for field in WHOLE:
        yield f"{field} twice", TEXT[:-1] + f', "{field}": {json.dumps(WHOLE[field])}}}', f"'{field}' stands twice"
    for name, found in (
        ("one", '"one": "a"'),
        ("r1", '"r1": "yes"'),
        ("unit", '"unit": "mg"'),
        ("bag", '"bag": "red"'),
    ):
        yield f"{name} twice", TEXT.replace(found, f"{found}, {found}"), f"'{name}' stands twice"
    yield "twice by an escape", TEXT.replace('"one": "a"', '"one": "a", "\\u006fne": "b"'), "'one' stands twice"


def deep() -> Iterator[Malformed]:
    for depth in (7, 100, 100_000):
        for name, opening, closing in (("lists", "[", "]"), ("objects", '{"a":', "}")):
            nest = opening * depth + "1" + closing * depth
            yield f"{depth} {name}", nest, "nested more than 6 deep"
            yield f"{depth} {name} as answer", answered("@").replace('"@"', nest), "nested more than 6 deep"
            yield f"{depth} {name} as shown", changed(shown="@").replace('"@"', nest), "nested more than 6 deep"
            yield f"{depth} {name} that do not end", opening * depth, "nested more than 6 deep"


def large() -> Iterator[Malformed]:
    yield "blanks after it", TEXT + " " * 1_000_000, "larger than 1000000 bytes"
    yield "many bytes in few characters", answered("王" * 400_000), "larger than 1000000 bytes"
    yield "a text too long", answered("x" * 20_001), "'one' has more than 20000 characters"
    yield "a text far too long", answered("x" * 900_000), "'one' has more than 20000 characters"
    yield "many texts", changed(answers={f"i{n}": "x" * 19_000 for n in range(60)}), "larger than 1000000 bytes"
    rows = {f"r{number:09}": "a" for number in range(100)}
    compact = json.dumps({**WHOLE, "answers": {f"i{n}": rows for n in range(500)}}, separators=(",", ":"))
    yield "larger once it is written", compact, "larger than 1000000 bytes"
    yield "many answers", changed(answers={f"i{n}": "a" for n in range(501)}), "answers are for more than 500 items"
    yield "many shown", changed(shown={f"i{n}": {} for n in range(501)}), "shown are for more than 500 items"
    yield "many options", answered(["a"] * 101), "'one' has more than 100 parts"
    yield "many rows", answered({f"r{n}": "a" for n in range(101)}), "'one' has more than 100 parts"
    yield "many columns", answered({"r1": ["a"] * 101}), "'one' has more than 100 options in 'r1'"
    yield (
        "many parameters",
        changed(shown={"one": {f"w{n}": 1 for n in range(101)}}),
        "'one' is no object of at most 100",
    )
    yield "a long unit", answered({"value": 8, "unit": "m" * 201}), "'one' has no unit"
    yield "a long parameter", changed(shown={"one": {"w": "x" * 201}}), "no text of up to 200 characters"


def tricks() -> Iterator[Malformed]:
    for trick in TRICKS:
        yield f"an item {trick!r}", changed(answers={trick: "a"}), "is no id of an item"
        yield f"a shown item {trick!r}", changed(shown={trick: {}}), "this is no id of an item"
        yield f"a quiz {trick!r}", changed(quiz=trick), "no name of a quiz"
        yield f"an option {trick!r}", answered(["a", trick]), "'one' lists what is no id"
        yield f"a row {trick!r}", answered({trick: "a"}), "'one' has a part .*no id"
        yield f"a choice {trick!r}", answered({"r1": trick}), "'one' has in 'r1' what is no id"
        yield f"a parameter {trick!r}", changed(shown={"one": {trick: 1}}), "'one' has a parameter .*no name"
    yield "half a character", answered("x\ud800"), "half a character"
    yield "half a character as unit", answered({"value": 1, "unit": "\udfff"}), "half a character"
    yield "half a character as parameter", changed(shown={"one": {"w": "\ud83d"}}), "half a character"
    yield "half a character as item", changed(answers={"\udfff": "a"}), "is no id of an item"


def stamps() -> Iterator[Malformed]:
    for text in (
        "yesterday", "2026-03-01", "2026-03-01T10:00:00", "2026-03-01 10:00:00+01:00", f"{AT}\n2020-01-01", f" {AT}",
        "2026-13-01T10:00:00+01:00", "2026-02-30T10:00:00+01:00", "2026-03-01T25:00:00+01:00",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-01T10:00:00+99:00", "20260301T100000+0100",
        "2026-W10-1T10:00:00+01:00", "٢٠٢٦-03-01T10:00:00+01:00", "1772355600", "=NOW()", "2" * 10_000,
    ):  # fmt: skip
        yield f"saved_at {text[:30]!r}", changed(saved_at=text), "saved_at is .*not a time"
        at = {"at": text, "hash": "0123456789ab"}
        yield f"submitted at {text[:30]!r}", changed(submitted=at), "submitted at is .*not a time"
    for text in ("", "0", "0123456789AB", "0123456789abc", "0123456789ag", " 123456789ab", "0123456789ab\n", None, 12):
        yield f"receipt {text!r}", changed(submitted={"at": AT, "hash": text}), "hash is .*not 12 hexadecimal digits"
    for text in ("", CONTENT[1:], CONTENT + "0", CONTENT.upper(), "g" * 64, f"{CONTENT}\n", "sha256:" + CONTENT[7:]):
        yield f"content {text[:3]!r} … {text[-3:]!r}", changed(content=text), "content is .*not 64 hexadecimal digits"
    for number in (0, -2, 1.0, 1_000_000, "1"):
        yield f"version {number!r}", changed(version=number), "version is .*not a whole number from 1 on"


def foreign() -> Iterator[Malformed]:
    yield "blank", " \n\t ", "record is empty"
    yield "a byte order mark", b"\xef\xbb\xbf" + TEXT.encode(), "starts with a byte order mark"
    yield "two byte order marks", "\ufeff\ufeff" + TEXT, "starts with a byte order mark"
    yield "UTF-16", TEXT.encode("utf-16"), "no text in UTF-8"
    yield "UTF-16 without mark", json.dumps(WHOLE).encode("utf-16-le"), "no complete JSON"
    yield "Latin-1", json.dumps(changed(), ensure_ascii=False).encode() + "é".encode("latin-1"), "no text in UTF-8"
    yield "a surrogate as UTF-8", b'{"quiz": "\xed\xa0\x80"}', "no text in UTF-8"
    yield "an overlong slash", b'{"quiz": "\xc0\xaf"}', "no text in UTF-8"
    yield "all bytes", bytes(range(256)), "no text in UTF-8"
    yield "NUL bytes", b"\0" * 100, "no complete JSON"
    yield "a ZIP file", b"PK\x03\x04\x14\0\0\0", "no complete JSON"
    yield "gzip", b"\x1f\x8b\x08\0\0\0\0\0", "no text in UTF-8"
    yield "a web page", "<!doctype html><title>Sign in</title>", "no complete JSON"
    yield "YAML", "schema: 2\nquiz: onset\n", "no complete JSON"
    yield "Python", str(WHOLE), "no complete JSON"
    yield "two records", TEXT + TEXT, "no complete JSON"
    yield "a record and a comma", TEXT + ",", "no complete JSON"
    yield "a comma too many", TEXT[:-1] + ",}", "no complete JSON"
    yield "a comment", "// mine\n" + TEXT, "no complete JSON"
    yield "a line in a text", TEXT.replace("onset", "on\nset"), "no complete JSON"
    yield "a conflict of git", f"<<<<<<< HEAD\n{TEXT}\n=======\n{TEXT}\n>>>>>>> x\n", "no complete JSON"
    yield "strings without end", '"' + '\\"' * 400_000, "no complete JSON"


KINDS = (truncated, wrong_types, fields, numbers, twice, deep, large, tricks, stamps, foreign)
MALFORMED = {f"{kind.__name__}: {name}": (content, said) for kind in KINDS for name, content, said in kind()}


def test_the_record_that_the_malformed_ones_are_made_from_is_well_formed() -> None:
    assert parse_record(TEXT) == WHOLE == parse_record(json.dumps(WHOLE))


def test_there_are_hundreds_of_malformed_records_and_no_two_are_the_same() -> None:
    assert len(MALFORMED) == sum(1 for kind in KINDS for _ in kind()) > 500
    assert len({content for content, _ in MALFORMED.values()}) == len(MALFORMED)


@pytest.mark.parametrize("kind", [kind.__name__ for kind in KINDS])
def test_a_malformed_record_is_refused_by_file_and_by_what_is_wrong_and_is_left_as_it_is(
    tmp_path: Path, kind: str
) -> None:
    cases = {name: case for name, case in MALFORMED.items() if name.startswith(f"{kind}: ")}
    assert len(cases) >= 10
    for name, (content, expected) in cases.items():
        path = put(tmp_path, content)
        before = path.read_bytes()
        with pytest.raises(RecordError) as refused:
            read_record(tmp_path)
        said = str(refused.value)
        assert re.search(expected, said), (name, said)
        assert said.startswith(f"{RECORD_FILE}: "), (name, said)
        assert said.isprintable(), (name, said)  # it goes into lists and onto terminals
        assert len(said) < 400, (name, said)
        assert re.search("hand in|shorten|again", said), (name, said)  # says what to do
        for write in (lambda: save_answer(tmp_path, "onset", "one", "a"), lambda: submit(tmp_path, "onset")):
            with pytest.raises(RecordError):
                write()
        assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [RECORD_FILE]


@pytest.mark.parametrize("kind", ["wrong_types", "fields", "numbers", "deep", "tricks", "stamps"])
def test_what_is_refused_as_a_file_is_refused_in_the_same_words_in_a_notebook(kind: str) -> None:
    tried = 0
    for name, (content, expected) in MALFORMED.items():
        if not name.startswith(f"{kind}: "):
            continue
        try:
            carried = json.loads(content)
        except (ValueError, RecursionError):
            continue  # no notebook can carry it
        if carried is None:
            continue  # a notebook without record
        with pytest.raises(RecordError) as refused:
            adopt({**NOTEBOOK, "metadata": {METADATA_KEY: carried}})
        # Reading the notebook has already made infinity of 1e999.
        assert re.search(f"{expected}|Infinity is not a number", str(refused.value)), (name, str(refused.value))
        tried += 1
    assert tried >= 10


def test_refusing_takes_no_more_memory_however_deep_or_large_it_is(tmp_path: Path) -> None:
    for name in ("deep: 100000 lists", "foreign: strings without end", "large: blanks after it"):
        put(tmp_path, MALFORMED[name][0])
        tracemalloc.start()
        with pytest.raises(RecordError):
            read_record(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 100_000_000, name  # a hundred times what a record may have


# What has the form of a record and is not this learner's, this quiz's or this variant's


def test_the_record_of_another_quiz_is_read_but_never_written_to(tmp_path: Path) -> None:
    """What grades compares its quiz with the assignment (test_grading); here the name alone is what it has to go by."""
    before = put(tmp_path, changed(quiz="dosing")).read_bytes()
    assert (read_record(tmp_path) or {})["quiz"] == "dosing"
    with pytest.raises(RecordError, match=r"answers\.json belongs to the quiz 'dosing'; move it out"):
        save_answer(tmp_path, "onset", "one", "a")
    with pytest.raises(RecordError, match="no saved answer"):
        submit(tmp_path, "onset")
    assert (tmp_path / RECORD_FILE).read_bytes() == before


def test_a_record_names_no_learner_and_takes_no_name() -> None:
    """So another learner's record cannot be told by itself: nbgrader's folder says whose it is.

    A name in it could be typed by anybody, and would be personal data in a file that is mailed about.
    What gives a copied record away is a variant that was shown to somebody else, which the grader flags.
    """
    assert not {"student", "name", "learner", "user"} & set(new_record("onset"))
    for field in ("student", "name", "learner", "user"):
        with pytest.raises(RecordError, match=f"does not know: '{field}'"):
            parse_record(changed(**{field: "jdoe"}))


def test_a_record_with_another_learners_variant_can_be_told_from_ones_own(tmp_path: Path) -> None:
    specs = {"weight_kg": {"from": 50, "to": 110, "step": 5}, "bag": {"of": ["red", "green", "grey"]}}
    mine, theirs = (parameters(specs, student, "onset", "dose", "s") for student in ("doe", "roe"))
    assert mine != theirs
    save_answer(tmp_path, "onset", "dose", {"value": 35, "unit": "mg"}, theirs)
    shown = (read_record(tmp_path) or {})["shown"]["dose"]
    assert shown == theirs  # unchanged on its way through the file, so that it can be compared
    assert fits(specs, shown)  # scored by what was shown, and flagged since it differs from `mine`
    for forged in ({**mine, "weight_kg": 51}, {**mine, "weight_kg": "50"}, {"bag": "red"}, {**mine, "more": 1}):
        save_answer(tmp_path, "onset", "dose", {"value": 35, "unit": "mg"}, forged)
        assert not fits(specs, (read_record(tmp_path) or {})["shown"]["dose"])


def test_a_receipt_that_does_not_fit_the_answers_changes_no_answer() -> None:
    """It is not refused: JupyterLab writes 8.0 as 8 in a notebook, which nobody has forged, and no mark rests on it."""
    forged = parse_record(changed(submitted={"at": AT, "hash": "f" * 12}))
    assert forged["answers"] == ANSWERS
    assert forged["submitted"]["hash"] != content_hash(forged)


# Markup and script in free text

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "an image": "<img src=x onerror=alert(1)>",
    "Markdown's image": "![x](http://x.test/x.png)",
    "a link": "[click](javascript:alert(1)) <http://x.test> http://x.test",
    "a heading": "# Full marks\n\nSetext\n=====",
    "a rule and a list": "---\n\n* one\n* two\n\n1. three",
    "a fence": "```\n</code></pre><script>alert(1)</script>\n```",
    "a tilde fence": "~~~html\n<script>\n~~~",
    "the end of a block": "</code></pre></div></body><script>alert(1)</script>",
    "formulas": "$\\href{javascript:alert(1)}{x}$ \\(x\\) $$\\require{html}$$",
    "a template": "{{ 7 * 7 }} {% include '/etc/passwd' %} ${7*7}",
    "odd line ends": "a\r\n# b\r# c\x0b# d\x0c# e\x1c# f\x85# g\u2028# h\u2029# i",
    "odd indents": "\t<b>x</b>\n \t<i>y</i>\n\u00a0<u>z</u>\n\n\n   <s>w</s>",
    "turned around": "\u202e<b>x</b>\u2066",
    "an entity": "&lt;script&gt; &#x3c;script&#x3e; &amp;lt;",
    "a comment": "<!-- x --> <?php x ?> <![CDATA[ x ]]>",
    "a table": "| a | b |\n|---|---|\n| <b>c</b> | d |",
    "a reference": "[a]: http://x.test\n\n[a]",
    "nbgrader's marks": "### BEGIN SOLUTION\n<b>x</b>\n### END SOLUTION",
    "a cell of a spreadsheet": '=HYPERLINK("http://x.test","x")',
}


class Tags(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the name of a tag, and of its attributes."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Keep what a reader sees."""
        self.text += data


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_free_text_reaches_the_grader_as_text_and_as_nothing_else(tmp_path: Path, name: str) -> None:
    typed = HOSTILE[name]
    save_answer(tmp_path, "onset", "explain", typed)
    text = (read_record(tmp_path) or {})["answers"]["explain"]
    assert text == typed
    item = SimpleNamespace(
        id="explain",
        kind="free_text",
        public={"stem": "Explain it."},
        key={"rubric": [{"points": 1, "for": "a reason"}], "why": "It is so.", "where": "book/onset#x"},
    )
    # Here, so that what nbgrader needs is not needed by the other tests.
    from ketamine_course.grading.preprocessors import _for_the_grader

    plain, page = Tags(), Tags()
    plain.feed(markdown2html(_for_the_grader(item, "a plain text")))
    page.feed(markdown2html(_for_the_grader(item, text)))
    assert page.tags == plain.tags  # as from a text without any markup
    assert page.attributes == plain.attributes
    words = re.findall(r"[\w<>&#/()!=*$\\{}\[\]-]+", typed)
    assert all(word in page.text for word in words)
