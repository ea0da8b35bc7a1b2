"""A release of every type shows what a learner needs, and is byte for byte the same whatever the keys are."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ketamine_course.answers import shape
from ketamine_course.items import Bank, BankError, load_bank, release_quiz
from ketamine_course.items.release import content_hash, write_source

from .types_bank import FORMATIVE, GRADED, KINDS, raw, written

MARK = "Zebrafish-9041"


def released(folder: Path, bank: Bank) -> dict[str, bytes]:
    source = write_source(bank, folder)
    return {path.name: path.read_bytes() for path in sorted(source.iterdir())}


def every_item(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of a bank's file, those of its cases among them."""
    return [item for entry in content["items"] for item in entry.get("items", [entry])]


def asked(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = item.get("ask", item)
    return found


def turn(options: list[dict[str, Any]], number: int) -> None:
    """Make other options correct, as many as before."""
    right = [bool(option.pop("correct", False)) for option in options]
    for option, correct in zip(options, right[-number:] + right[:-number], strict=True):
        if correct:
            option["correct"] = True


def other_correct(item: dict[str, Any]) -> bool:
    part = asked(item)
    if part["type"] in ("single", "multiple"):
        turn(part["options"], 1)
    elif part["type"] == "matrix":
        columns = [column["id"] for column in part["columns"]]
        for row in part["rows"]:
            right = [row["correct"]] if isinstance(row["correct"], str) else row["correct"]
            others = [column for column in columns if column not in right]
            row["correct"] = others if part.get("several") else others[0]
    elif part["type"] in ("cloze", "rationale"):
        for choices in part["gaps"].values():
            turn(choices, 1)
    elif part["type"] == "highlight":
        turn([each for each in part["passage"] if isinstance(each, dict)], 1)
    elif part["type"] == "bow_tie":
        for side in ("actions", "conditions", "monitor"):
            turn(part[side], 1)
    else:
        return False
    return True


def other_order(item: dict[str, Any]) -> bool:
    if item["type"] != "ordered":
        return False
    options = item["options"]
    options.insert(0, options.pop())
    return True


def other_number(item: dict[str, Any]) -> bool:
    if item["type"] != "numeric":
        return False
    answer = item["answer"]
    others = [unit for unit in item["units"] if unit != answer["unit"]]
    answer |= {"unit": others[0], "tolerance": 12.5, "accepted": {answer["unit"]: 3}}
    if "value" in answer:
        answer["value"] = 9041
    else:  # of each variant's formula too
        answer["formula"] = "9041 + " + " + ".join(item.get("parameters", ["0"]))
    return True


def value_for_formula(item: dict[str, Any]) -> bool:
    if item["type"] != "numeric":
        return False
    answer = item["answer"]
    if "formula" in answer:
        del answer["formula"]
        answer["value"] = 9041
    else:
        del answer["value"]
        answer["formula"] = "9041 / 2"
    return True


def other_texts(item: dict[str, Any]) -> bool:
    """Change every rationale and reason, without touching what a learner reads."""

    def change(part: Any) -> None:
        if isinstance(part, dict):
            for name, each in part.items():
                if name == "why":
                    part[name] = f"{MARK} {len(each)}"
                else:
                    change(each)
        elif isinstance(part, list):
            for each in part:
                change(each)

    change(item)
    return True


def other_references(item: dict[str, Any]) -> bool:
    part = asked(item)
    for option in part.get("options", part.get("rows", [])):
        option["reference"] = "aana2024"
    item |= {"reference": "aana2024", "where": "book/index#how-to-use-it"}
    return True


def other_rubric(item: dict[str, Any]) -> bool:
    if item["type"] != "free_text":
        return False
    item["rubric"] = [{"points": item["points"] / 2, "for": f"{MARK} {each}"} for each in "ab"]
    return True


def other_meaning(item: dict[str, Any]) -> bool:
    item |= {"objective": "types-think", "step": "take-action", "bloom": "create", "version": item["version"] + 7}
    item["suppress"] = [{"rule": "any", "reason": MARK}]
    return True


def other_rule(item: dict[str, Any]) -> bool:
    if not (item["type"] == "matrix" and item.get("several")):
        return False
    item["scoring"] = "parts"
    return True


CHANGES: dict[str, Callable[[dict[str, Any]], bool]] = {
    change.__name__: change
    for change in (
        other_correct, other_order, other_number, value_for_formula, other_texts, other_references, other_rubric,
        other_meaning, other_rule,
    )
}  # fmt: skip


def changed(*names: str) -> tuple[dict[str, Any], set[str]]:
    """The made-up bank with some keys changed, and the types in which any was."""
    content = copy.deepcopy(raw())
    content.pop("blueprint")
    kinds = {item["type"] for name in names for item in every_item(content) if CHANGES[name](item)}
    return content, kinds


@pytest.mark.parametrize("name", CHANGES)
def test_a_release_does_not_depend_on_any_field_of_a_key(tmp_path: Path, name: str) -> None:
    content, kinds = changed(name)
    assert kinds
    before, after = load_bank(GRADED), load_bank(written(tmp_path / "banks", content))
    assert before.items != after.items  # the change was really made
    assert released(tmp_path / "before", before) == released(tmp_path / "after", after)


def test_all_keys_of_all_types_changed_at_once_leave_the_release_as_it_is(tmp_path: Path) -> None:
    content, kinds = changed(*CHANGES)
    assert kinds == set(KINDS) - {"case"}
    before, after = load_bank(GRADED), load_bank(written(tmp_path / "banks", content))
    for one, two in zip(before.items, after.items, strict=True):
        assert one.key != two.key, one.id
        assert one.released() == two.released()
        if one.kind != "free_text":
            answers = ("correct", "value", "formula", "unit")
            assert [one.key.get(name) for name in answers] != [two.key.get(name) for name in answers], one.id
    assert released(tmp_path / "before", before) == released(tmp_path / "after", after)
    assert content_hash(before) == content_hash(after)


def test_a_release_holds_no_sentence_and_no_field_of_a_key(tmp_path: Path) -> None:
    bank = load_bank(GRADED)
    text = b"".join(released(tmp_path, bank).values()).decode("utf-8")
    for item in bank.items:
        secrets = [item.key["why"], *item.key["rationales"].values(), *(r["for"] for r in item.key.get("rubric", ()))]
        assert [secret for secret in secrets if json.dumps(secret)[1:-1] in text] == [], item.id
    for name in (
        "correct", "tolerance", "formula", "accepted", "rationales", "rubric", "reference", "why", "where", "objective",
        "scoring", "bloom",
    ):  # fmt: skip
        assert f'"{name}"' not in text, name


def test_ordered_options_stand_by_their_ids_and_all_else_as_in_the_bank() -> None:
    items = {item["id"]: item for item in release_quiz(load_bank(GRADED))["items"]}
    assert [option["id"] for option in items["ordered-numbers"]["options"]] == ["c", "k", "p", "x"]
    assert [option["id"] for option in items["ordered-day"]["options"]] == ["evening", "morning", "night"]
    assert [row["id"] for row in items["matrix-kinds"]["rows"]] == ["dog", "oak", "frog"]
    assert [option["id"] for option in items["single-colour"]["options"]] == ["chair", "blue", "seven", "slow"]
    assert items["highlight-colours"]["passage"][:3] == ["A ", {"id": "s1", "text": "red"}, " "]


#: What a learner's file holds of each type, as the contract says.
FIELDS = {
    "single": {"options"},
    "multiple": {"options", "select"},
    "matrix": {"rows", "columns", "several"},
    "cloze": {"text", "table", "gaps"},
    "rationale": {"text", "gaps", "form"},
    "ordered": {"options"},
    "highlight": {"passage"},
    "bow_tie": {"actions", "conditions", "monitor"},
    "numeric": {"units"},
    "trend": {"ask"},
    "free_text": set(),
}


def test_each_type_shows_the_fields_of_the_contract_and_no_others() -> None:
    common = {"id", "type", "points", "stem", "exhibit", "parameters", "case"}
    for item in release_quiz(load_bank(GRADED))["items"]:
        assert set(item) - common <= FIELDS[item["type"]], item["id"]
        if item["type"] == "trend":
            assert set(item["ask"]) - {"type"} <= FIELDS[item["ask"]["type"]]
            assert {"title", "time_unit", "series", "made_up"} == set(item["exhibit"])
        # The learner's side reads it: whatever is asked, a number is never an answer.
        assert shape.problem(item, 5)


def test_a_parametrised_item_keeps_its_places_and_its_parameters() -> None:
    items = {item["id"]: item for item in release_quiz(load_bank(GRADED))["items"]}
    assert items["numeric-variant"]["stem"].startswith("There are {crates} crates of {each} kg.")
    assert items["numeric-variant"]["parameters"] == {
        "crates": {"from": 50, "to": 110, "step": 5},
        "each": {"of": [0.5, 1.5, 2]},
    }


def test_the_content_hash_is_that_of_the_items_as_released() -> None:
    bank = load_bank(GRADED)
    quiz = release_quiz(bank)
    text = json.dumps(quiz["items"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert quiz["content"] == hashlib.sha256(text.encode("utf-8")).hexdigest() == content_hash(bank)
    assert (quiz["version"], quiz["salt"], quiz["quiz"]) == (3, "made-up", "types")


def test_a_changed_stem_changes_the_content_and_a_raised_version_does_not(tmp_path: Path) -> None:
    content = raw()
    content["version"] += 1
    raised = load_bank(written(tmp_path / "raised", content))
    assert content_hash(raised) == content_hash(load_bank(GRADED))
    assert release_quiz(raised)["version"] == 4
    content["items"][0]["stem"] += " Think twice."
    assert content_hash(load_bank(written(tmp_path / "stem", content))) != content_hash(raised)


def test_the_notebook_has_a_grade_cell_for_each_item(tmp_path: Path) -> None:
    bank = load_bank(GRADED)
    notebook = json.loads(released(tmp_path, bank)["types.ipynb"])
    marks = [cell["metadata"]["nbgrader"] for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    assert {mark["grade_id"]: mark["points"] for mark in marks if mark["grade"]} == {
        item.id: item.points for item in bank.items
    }


def test_only_a_graded_bank_is_released() -> None:
    with pytest.raises(BankError, match=r"types\.formative: only a graded bank is released"):
        release_quiz(load_bank(FORMATIVE))
