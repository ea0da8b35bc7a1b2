"""The item bank: the sample is sound, and each mistake in a bank is named with file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ketamine_course import evidence
from ketamine_course.core import effect
from ketamine_course.items import Bank, BankError, load_bank

from .cycle import ROOT

SAMPLE = ROOT / "quizzes" / "banks" / "onset.graded.yaml"

#: A sound bank; the tests break one line of it at a time. The numbers in front are the lines.
SOUND = """\
module: small
pool: graded
title: A small quiz
version: 1
reviewed: "2026-11-23"
review_by: "2027-11-23"
objectives: [{id: know, text: know}]
items:
  - id: one
    version: 1
    type: single
    points: 1
    objective: know
    step: none
    bloom: remember
    stem: Which?
    options:
      - {id: a, text: A, correct: true, why: yes}
      - {id: b, text: B, why: no}
      - {id: c, text: C, why: no}
    why: Because.
    where: book/onset#in-practice
    reference: dean2021
  - id: two
    version: 1
    type: multiple
    points: 2
    objective: know
    step: none
    bloom: remember
    stem: Which ones?
    options:
      - {id: a, text: A, correct: true, why: yes}
      - {id: b, text: B, correct: true, why: no}
      - {id: c, text: C, why: no}
    why: Because.
    where: book/onset#in-practice
    reference: dean2021
  - id: three
    version: 1
    type: numeric
    points: 2
    objective: know
    step: none
    bloom: remember
    stem: How many of {value:turkoz2021.esketamine.672h.madrs_response}?
    units: [people, per cent]
    answer: {value: 8, unit: people, tolerance: 0}
    why: Because.
    where: book/onset#in-practice
    reference: dean2021
  - id: four
    version: 1
    type: free_text
    points: 3
    objective: know
    step: none
    bloom: remember
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
    path = folder / "small.graded.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return load_bank(path)


def test_every_item_of_the_sample_has_a_key_that_fits_it(sample: Bank) -> None:
    assert sample.quiz == "onset"
    assert {item.kind for item in sample.items} >= {"single", "multiple", "numeric", "free_text"}
    assert sum(item.points for item in sample.items) >= 14
    for item in sample.items:
        if item.kind == "single":
            assert len(item.key["correct"]) == 1
        if item.kind in ("single", "multiple"):
            ids = {option["id"] for option in item.public["options"]}
            assert set(item.key["correct"]) < ids
            assert set(item.key["rationales"]) == ids


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
    items = {item.id: item for item in sample.items}
    for written in raw["items"]:
        if written["type"] == "case" or "parameters" in written:
            continue
        expected = written["stem"]
        for row in re.findall(r"\{value:([^}]+)\}", written["stem"]):
            name, _, column = row.partition(":")
            number = evidence.row(name)[column or "value"]
            assert number is not None
            text = f"{number:g}".replace("-", "−") if isinstance(number, float | int) else str(number)
            expected = expected.replace(f"{{value:{row}}}", text)
            places += 1
        assert items[written["id"]].public["stem"] == expected.strip()
    assert places >= 5
    texts = str([(item.public, item.key) for item in sample.items])
    assert "{value" not in texts


def test_the_sound_bank_is_sound(tmp_path: Path) -> None:
    assert [item.id for item in loaded(tmp_path, SOUND).items] == ["one", "two", "three", "four"]


#: What is replaced in the sound bank, by what, the line that is to be named, and what is said.
MISTAKES: dict[str, tuple[str, str, int, str]] = {
    "a bracket left open": ("units: [people, per cent]", "units: [people, per cent", 48, "correct the YAML"),
    "a tab as indent": ("    points: 1\n", "\tpoints: 1\n", 12, "correct the YAML"),
    "an unknown type": ("type: single", "type: singel", 11, "'singel' is not one of"),
    "a missing field of the bank": ("title: A small quiz\n", "", 1, "'title' is a required property"),
    "an unknown field of the bank": ("title:", "tittle: x\ntitle:", 1, "'tittle' was unexpected"),
    "an unknown field of an item": ("    stem: Which?", "    colour: red\n    stem: Which?", 9, "'colour'"),
    "a field that stands twice": ("    step: none", "    step: none\n    step: none", 15, "'step' stands twice here"),
    "options of no item": ("    options:\n", "    choices:\n", 9, "'options' is a required property"),
    "units for an item of options": ("stem: Which?", "stem: Which?\n    units: [h]", 9, "'units' was unexpected"),
    "a missing stem": ("    stem: Which?\n", "", 9, "'stem' is a required property"),
    "a missing version": ("  - id: one\n    version: 1\n", "  - id: one\n", 9, "'version' is a required property"),
    "a stem that is a number": ("stem: Which?", "stem: 5", 16, "5 is not of type 'string'"),
    "points below zero": ("points: 1\n", "points: -1\n", 12, "-1"),
    "an unknown step": ("step: none", "step: think", 14, "'think' is not one of"),
    "an unknown level": ("bloom: remember", "bloom: guess", 15, "'guess' is not one of"),
    "an unknown objective": ("objective: know", "objective: be", 13, "'be' is none of the bank's; they are know"),
    "an objective twice": ("[{id: know, text: know}]", "[{id: know, text: a}, {id: know, text: b}]", 7, "stands twice"),
    "a place outside the book": ("where: book/onset#in-practice", "where: onset.md", 22, "does not match"),
    "a page that is not there": ("book/onset#", "book/offset#", 22, "there is no book/offset.md"),
    "a heading that is not there": ("#in-practice", "#in-theory", 22, "no heading 'in-theory'; it has"),
    "a reference that is not there": ("dean2021", "nobody1900", 23, "'nobody1900' is no key of book/references.bib"),
    "a day that is none": ('reviewed: "2026-11-23"', 'reviewed: "2026-13-23"', 5, "is no day"),
    "a day without quotes": ('reviewed: "2026-11-23"', "reviewed: 2026-11-23", 5, "is not of type 'string'"),
    "a review that is due before it was done": ('"2027-11-23"', '"2026-11-22"', 6, "is not after reviewed"),
    "an option without reason": ('{id: b, text: B, why: "no"}', "{id: b, text: B}", 19, "'why' is a required property"),
    "an option with a field too many": ('text: C, why: "no"}', 'text: C, why: "no", wrong: 1}', 20, "'wrong'"),
    "too few options": ('      - {id: c, text: C, why: "no"}\n', "", 18, "too short"),
    "a tolerance below zero": ("tolerance: 0", "tolerance: -1", 48, "-1 is less than the minimum"),
    "no tolerance": (", tolerance: 0", "", 48, "'tolerance' is a required property"),
    "a value and a formula": ("value: 8,", "value: 8, formula: x,", 48, "valid under each of"),
    "a value that is no number": ("value: 8,", "value: .nan,", 48, "no finite number"),
    "an empty rubric": (
        "rubric:\n      - {points: 1, for: one thing}\n      - {points: 2, for: another}", "rubric: []", 60, "[]",
    ),
    "an item's id twice": ("id: two", "id: one", 24, "the id 'one' stands twice"),
    "an item's id that names a cell": ("id: two", "id: note", 24, "names a cell of every release"),
    "an option's id twice": ("id: b, text: B, why", "id: a, text: B, why", 19, "the id 'a' stands twice"),
    "no correct option": (', correct: true, why: "yes"}', ', why: "yes"}', 18, "0 options are marked correct"),
    "two correct options": ("text: B, why", "text: B, correct: true, why", 18, "there must be exactly one"),
    "a unit that is not offered": ("unit: people", "unit: years", 48, "'years' is none of those offered"),
    "a rubric of other points": ("points: 2, for", "points: 3, for", 61, "do not add up"),
    "a rule that does not suit": ("stem: Which?", "stem: Which?\n    scoring: parts", 17, "those that do: zero_one"),
    "an unknown row": ("turkoz2021.esketamine.672h", "turkoz2021.esketamine.673h", 46, "turkoz2021.esketamine.673h"),
    "an unknown column": ("madrs_response}", "madrs_response:nowhere}", 46, "no column 'nowhere'"),
    "a place that is neither row nor parameter": ("stem: Which?", 'stem: "Which {one}?"', 16, "{one} is neither"),
    "an unknown function": ("value: 8,", "formula: relative_risk(1),", 48, "which is no row and none of"),
    "a formula with too few rows": (
        "value: 8,", "formula: number_needed_to_treat(turkoz2021.esketamine.672h.madrs_response),", 48, "argument",
    ),
    "a formula with an unknown row": ("value: 8,", "formula: people_of_100(no.where),", 48, "no.where"),
    "a bank of another name than its file": ("module: small", "module: onset", 1, "must stand in onset.graded.yaml"),
    "a pool of another name than its file": ("pool: graded", "pool: pretest", 1, "must stand in small.pretest.yaml"),
    "a control character": ("stem: Explain.", "stem: Ex\x07plain.", 59, "take the character out"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, name: str) -> None:
    old, new, line, said = MISTAKES[name]
    assert old in SOUND
    with pytest.raises(BankError) as wrong:
        loaded(tmp_path, SOUND.replace(old, new, 1))
    assert str(wrong.value).startswith(f"small.graded.yaml, line {line}: "), wrong.value
    assert said in str(wrong.value)


def test_a_multiple_item_without_correct_option_is_refused(tmp_path: Path) -> None:
    head, two = SOUND.split("  - id: two")
    with pytest.raises(BankError, match=r"small\.graded\.yaml, line 33: .*0 options.*at least one"):
        loaded(tmp_path, head + "  - id: two" + two.replace(", correct: true", ""))


def test_a_rubric_of_halves_and_tenths_adds_up(tmp_path: Path) -> None:
    thirds = "rubric: [{points: 0.1, for: x}, {points: 0.2, for: y}]"
    text = re.sub(r"rubric:\n.*\n.*\n", thirds + "\n", SOUND).replace("points: 3", "points: 0.3")
    assert loaded(tmp_path, text).items[3].points == 0.3


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(BankError, match=r"small\.graded\.yaml: the file is empty"):
        loaded(tmp_path, content)


@pytest.mark.parametrize("content", ["just words", "- a\n- list", "5", "quiz", "null"])
def test_a_file_of_something_else_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(BankError, match=r"small\.graded\.yaml"):
        loaded(tmp_path, content)


def test_a_file_in_another_encoding_is_named_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"small\.graded\.yaml, line 3: not UTF-8"):
        loaded(tmp_path, SOUND.replace("A small quiz", "Größe").encode("latin-1"))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "small.graded.yaml", tmp_path):
        with pytest.raises(BankError, match=f"{re.escape(str(path))}: cannot be read"):
            load_bank(path)
