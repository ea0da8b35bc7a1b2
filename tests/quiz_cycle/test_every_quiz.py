"""Every chapter's graded quiz through the whole cycle of nbgrader: all right, all wrong, nothing but the free text."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ketamine_course.answers import save_answer, submit, variant
from ketamine_course.grading.score import Variant
from ketamine_course.items import Bank, Item, load_bank
from ketamine_course.items.release import write_source

from .cycle import ROOT, Course

BANKS = sorted((ROOT / "quizzes" / "banks").glob("*.graded.yaml"))
STUDENTS = ("right", "wrong", "empty")


def raw_points(path: Path) -> dict[str, float]:
    """Return what each item is worth that the file holds, or may draw, read without the course's loader."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    points: dict[str, float] = {}
    for cell in content.get("draw", ()):
        points |= raw_points(path.with_name(f"{cell['module']}.graded.yaml"))
    for item in content.get("items", ()):
        for part in item.get("items", [item]):
            points[part["id"]] = float(part["points"])
    return points


def right(item: Item) -> Any:
    """Return the answer that the key names, for the numbers that the item shows."""
    correct = item.key.get("correct")
    if item.asked == "numeric":
        return {"value": item.key["value"], "unit": item.key["unit"]}
    if item.asked == "single":
        return correct[0]
    if item.asked == "matrix" and not item.form["several"]:
        return {row: columns[0] for row, columns in correct.items()}
    return correct


def _others(options: list[dict[str, Any]], correct: list[str]) -> list[str]:
    return [option["id"] for option in options if option["id"] not in correct]


def wrong(item: Item) -> Any:
    """Return an answer in which nothing is right."""
    form, correct = item.form, item.key.get("correct")
    if item.asked == "numeric":
        return {"value": 1000 * abs(item.key["value"]) + 7, "unit": item.key["unit"]}
    if item.asked == "single":
        return _others(form["options"], correct)[0]
    if item.asked == "multiple":
        return _others(form["options"], correct)[: form.get("select") or None]
    if item.asked == "ordered":
        return list(reversed(correct))
    if item.asked == "matrix":
        others = {row: _others(form["columns"], columns) for row, columns in correct.items()}
        return others if form["several"] else {row: columns[0] for row, columns in others.items()}
    if item.asked in ("cloze", "rationale"):
        return {gap: _others(options, correct[gap])[0] for gap, options in form["gaps"].items()}
    if item.asked == "highlight":
        return _others([part for part in form["passage"] if not isinstance(part, str)], correct)
    assert item.asked == "bow_tie", item.asked
    return {
        "actions": _others(form["actions"], correct["actions"])[:2],
        "condition": _others(form["conditions"], [correct["condition"]])[0],
        "monitor": _others(form["monitor"], correct["monitor"])[:2],
    }


def answers(bank: Bank, student: str) -> dict[str, Any]:
    """Return a student's answers to every item that is graded by the program."""
    found = {}
    for item in bank.items:
        if item.kind == "free_text":
            found[item.id] = "Some words."
            continue
        if student == "empty":
            continue  # a record needs one answer; a folder without a record is refused, not graded
        drawn = variant.parameters(item.parameters, student, bank.module, item.id, bank.salt)
        filled = item.filled(Variant(drawn).values)
        found[item.id] = right(filled) if student == "right" else wrong(filled)
    return found


def hand_in(course: Course, bank: Bank, student: str) -> None:
    folder = course.folder / "submitted" / student / bank.module
    shutil.copytree(course.folder / "release" / bank.module, folder)
    for item, answer in answers(bank, student).items():
        save_answer(folder, bank.module, item, answer)
    submit(folder, bank.module)


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.name.split(".")[0])
def test_right_wrong_and_empty_earn_what_the_bank_promises(path: Path, tmp_path: Path) -> None:
    bank, points = load_bank(path), raw_points(path)
    if "draw" in yaml.safe_load(path.read_text(encoding="utf-8")):
        points = {item.id: points[item.id] for item in bank.items}
    course = Course(tmp_path / "course")
    course.folder.mkdir()
    shutil.copy(ROOT / "quizzes" / "nbgrader_config.py", course.folder)
    shutil.copytree(path.parent, course.folder / "banks")
    write_source(bank, course.folder / "source")
    released = course.nbgrader("generate_assignment", bank.module, "--create")
    assert released.code == 0, released.said
    for student in STUDENTS:
        hand_in(course, bank, student)
    graded = course.nbgrader("autograde", bank.module)
    assert graded.code == 0, graded.said

    grades = course.grades_of(bank.module)
    by_hand = {item.id for item in bank.items if item.kind == "free_text"}
    assert by_hand, "a quiz has at least one free text"
    assert set(grades["right"]) == set(points)
    for item_id, worth in points.items():
        if item_id in by_hand:
            assert grades["right"][item_id].needs_manual, item_id
            continue
        assert grades["right"][item_id].auto == pytest.approx(worth), item_id
        assert grades["wrong"][item_id].auto == 0, item_id
        assert not grades["empty"][item_id].auto, item_id
    fed_back = course.nbgrader("generate_feedback", bank.module)
    assert fed_back.code == 0, fed_back.said
    assert not (course.folder / "refused" / f"{bank.module}.csv").exists()
