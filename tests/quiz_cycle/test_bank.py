"""The item bank: the sample is sound, and each mistake in a bank is named with file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pybtex.database import parse_file

from ketamine_course import evidence
from ketamine_course.core import effect
from ketamine_course.items import Bank, BankError, load_bank

from .cycle import ROOT

SAMPLE = ROOT / "quizzes" / "banks" / "onset.yaml"

#: A sound bank; the tests break one line of it at a time. The numbers in front are the lines.
SOUND = """\
quiz: small
title: A small quiz
items:
  - id: one
    type: single
    points: 1
    stem: Which?
    options:
      - {id: a, text: A, correct: true, why: yes}
      - {id: b, text: B, why: no}
      - {id: c, text: C, why: no}
    why: Because.
    where: book/onset#in-practice
    reference: dean2021
  - id: two
    type: multiple
    points: 2
    stem: Which ones?
    options:
      - {id: a, text: A, correct: true, why: yes}
      - {id: b, text: B, correct: true, why: no}
      - {id: c, text: C, why: no}
    why: Because.
    where: book/onset#in-practice
    reference: dean2021
  - id: three
    type: numeric
    points: 2
    stem: How many of {value:turkoz2021.esketamine.672h.madrs_response}?
    units: [people, per cent]
    answer: {value: 8, unit: people, tolerance: 0}
    why: Because.
    where: book/onset#in-practice
    reference: dean2021
  - id: four
    type: free_text
    points: 3
    stem: Explain.
    rubric:
      - {points: 1, for: one thing}
      - {points: 2, for: another}
    why: Because.
    where: book/onset#in-practice
    reference: dean2021
""".replace("why: yes", 'why: "yes"').replace("why: no", 'why: "no"')


@pytest.fixture(scope="session")
def sample() -> Bank:
    return load_bank(SAMPLE)


def loaded(folder: Path, text: str | bytes) -> Bank:
    path = folder / "small.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return load_bank(path)


def test_the_sample_has_an_item_of_each_type_and_its_points_add_up(sample: Bank) -> None:
    assert sample.quiz == "onset"
    assert {item.kind for item in sample.items} == {"single", "multiple", "numeric", "free_text"}
    assert sum(item.points for item in sample.items) == 14
    for item in sample.items:
        if item.kind == "single":
            assert len(item.key["correct"]) == 1
        if item.kind in ("single", "multiple"):
            ids = {option["id"] for option in item.public["options"]}
            assert set(item.key["correct"]) < ids
            assert set(item.key["rationales"]) == ids


def test_nothing_of_a_key_stands_in_the_public_part(sample: Bank) -> None:
    for item in sample.items:
        assert set(item.public) <= {"stem", "options", "units"}
        for option in item.public.get("options", ()):
            assert set(option) == {"id", "text"}


def test_keys_of_numbers_are_what_core_makes_of_the_rows(sample: Bank) -> None:
    def responders(arm: str, hours: int) -> float:
        return float(evidence.row(f"turkoz2021.{arm}.{hours}h.madrs_response")["value"])

    keys = {item.id: item.key for item in sample.items}
    needed = effect.number_needed_to_treat(responders("esketamine", 672), responders("antidepressant", 672))
    assert keys["onset-nnt"]["value"] == needed == 8
    difference = effect.absolute_difference(responders("esketamine", 24), responders("antidepressant", 24))
    assert keys["onset-difference"]["value"] == pytest.approx(difference) == pytest.approx(7.9)


def test_numbers_in_texts_come_from_rows(sample: Bank) -> None:
    raw: dict[str, Any] = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    places = 0
    for written, item in zip(raw["items"], sample.items, strict=True):
        expected = written["stem"]
        for row in re.findall(r"\{value:([^}]+)\}", written["stem"]):
            number = evidence.row(row)["value"]
            assert number is not None
            expected = expected.replace(f"{{value:{row}}}", f"{number:g}" if isinstance(number, float) else str(number))
            places += 1
        assert item.public["stem"] == expected.strip()
    assert places >= 5
    texts = str([(item.public, item.key) for item in sample.items])
    assert "{value" not in texts


def test_every_place_is_a_heading_of_the_book_and_every_reference_is_in_the_bibliography(sample: Bank) -> None:
    references = parse_file(str(ROOT / "book" / "references.bib")).entries
    for item in sample.items:
        page, _, anchor = item.key["where"].partition("#")
        text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
        headings = re.findall(r"^#{1,3} (.+)$", text, re.MULTILINE)
        # As myst-parser makes anchors: lower case, spaces to hyphens, other signs dropped.
        anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
        assert anchor in anchors, f"{item.id}: {item.key['where']}"
        assert item.key["reference"] in references, item.id


def test_the_sound_bank_is_sound(tmp_path: Path) -> None:
    assert [item.id for item in loaded(tmp_path, SOUND).items] == ["one", "two", "three", "four"]


#: What is replaced in the sound bank, by what, the line that is to be named, and what is said.
MISTAKES: dict[str, tuple[str, str, int, str]] = {
    "a bracket left open": ("units: [people, per cent]", "units: [people, per cent", 31, "correct the YAML"),
    "a tab as indent": ("    points: 1\n", "\tpoints: 1\n", 6, "correct the YAML"),
    "an unknown type": ("type: single", "type: singel", 5, "'singel' is not one of"),
    "a missing field of the bank": ("title: A small quiz\n", "", 1, "'title' is a required property"),
    "an unknown field of the bank": ("title:", "tittle: x\ntitle:", 1, "'tittle' was unexpected"),
    "an unknown field of an item": ("    stem: Which?", "    colour: red\n    stem: Which?", 4, "'colour'"),
    "options of no item": ("    options:\n", "    choices:\n", 4, "'options' is a required property"),
    "units for an item of options": ("stem: Which?", "stem: Which?\n    units: [h]", 4, "'units' was unexpected"),
    "a missing stem": ("    stem: Which?\n", "", 4, "'stem' is a required property"),
    "a stem that is a number": ("stem: Which?", "stem: 5", 7, "5 is not of type 'string'"),
    "points below zero": ("points: 1\n    stem: Which?", "points: -1\n    stem: Which?", 6, "-1"),
    "a place outside the book": ("where: book/onset#in-practice", "where: onset.md", 13, "does not match"),
    "an option without reason": ('{id: b, text: B, why: "no"}', "{id: b, text: B}", 10, "'why' is a required property"),
    "an option with a field too many": ('text: C, why: "no"}', 'text: C, why: "no", wrong: 1}', 11, "'wrong'"),
    "too few options": ('      - {id: c, text: C, why: "no"}\n', "", 9, "too short"),
    "a tolerance below zero": ("tolerance: 0", "tolerance: -1", 31, "-1 is less than the minimum"),
    "no tolerance": (", tolerance: 0", "", 31, "'tolerance' is a required property"),
    "a value and a formula": ("value: 8,", "value: 8, formula: x,", 31, "valid under each of"),
    "an empty rubric": (
        "rubric:\n      - {points: 1, for: one thing}\n      - {points: 2, for: another}", "rubric: []", 39, "[]",
    ),
    "an item's id twice": ("id: two", "id: one", 15, "the id 'one' stands twice"),
    "an item's id that names a cell": ("id: two", "id: note", 15, "names a cell of every release"),
    "an option's id twice": ("id: b, text: B, why", "id: a, text: B, why", 4, "an option's id stands twice"),
    "no correct option": (', correct: true, why: "yes"}', ', why: "yes"}', 4, "0 options are marked correct"),
    "two correct options": ("text: B, why", "text: B, correct: true, why", 4, "2 options are marked correct"),
    "a unit that is not offered": ("unit: people", "unit: years", 26, "'years' is none of those offered"),
    "a rubric of other points": ("points: 2, for", "points: 3, for", 35, "do not add up"),
    "an unknown row": ("turkoz2021.esketamine.672h", "turkoz2021.esketamine.673h", 26, "turkoz2021.esketamine.673h"),
    "an unknown column": ("madrs_response}", "madrs_response:nowhere}", 26, "no column 'nowhere'"),
    "an unknown formula": ("value: 8,", "formula: relative_risk(x),", 26, "with one of absolute_difference"),
    "a formula with too few rows": (
        "value: 8,", "formula: number_needed_to_treat(turkoz2021.esketamine.672h.madrs_response),", 26, "argument",
    ),
    "a formula with an unknown row": ("value: 8,", "formula: people_of_100(nowhere),", 26, "nowhere"),
    "a quiz of another name than its file": ("quiz: small", "quiz: onset", 1, "must stand in onset.yaml"),
    "a control character": ("stem: Explain.", "stem: Ex\x07plain.", 38, "take the character out"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, name: str) -> None:
    old, new, line, said = MISTAKES[name]
    assert old in SOUND
    with pytest.raises(BankError) as wrong:
        loaded(tmp_path, SOUND.replace(old, new, 1))
    assert str(wrong.value).startswith(f"small.yaml, line {line}: "), wrong.value
    assert said in str(wrong.value)


def test_a_multiple_item_without_correct_option_is_refused(tmp_path: Path) -> None:
    head, two = SOUND.split("  - id: two")
    with pytest.raises(BankError, match=r"small.yaml, line 15: .*0 options.*at least one"):
        loaded(tmp_path, head + "  - id: two" + two.replace(", correct: true", ""))


def test_a_rubric_of_halves_and_tenths_adds_up(tmp_path: Path) -> None:
    thirds = "rubric: [{points: 0.1, for: x}, {points: 0.2, for: y}]"
    text = re.sub(r"rubric:\n.*\n.*\n", thirds + "\n", SOUND).replace("points: 3", "points: 0.3")
    assert loaded(tmp_path, text).items[3].points == 0.3


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(BankError, match=r"small\.yaml: the file is empty"):
        loaded(tmp_path, content)


@pytest.mark.parametrize("content", ["just words", "- a\n- list", "5", "quiz", "null"])
def test_a_file_of_something_else_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(BankError, match=r"small\.yaml"):
        loaded(tmp_path, content)


def test_a_file_in_another_encoding_is_named_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"small\.yaml, line 2: not UTF-8"):
        loaded(tmp_path, SOUND.replace("A small quiz", "Größe").encode("latin-1"))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "small.yaml", tmp_path):
        with pytest.raises(BankError, match=f"{re.escape(str(path))}: cannot be read"):
            load_bank(path)
