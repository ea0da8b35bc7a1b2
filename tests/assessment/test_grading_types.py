"""Grading of every type: all points, some, none; malformed answers; variants; what is flagged."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ketamine_course.answers import RECORD_FILE, new_record, variant
from ketamine_course.grading.preprocessors import AdoptRecord, GradeFromRecord
from ketamine_course.grading.score import Variant, score, variant_of
from ketamine_course.items import Item, load_bank
from ketamine_course.items.release import content_hash, source_notebook

from .types_bank import GRADED, edited, graded, raw, written

#: Item, answer, points: worked out by hand from the fixture and the rule, for each type.
ANSWERS: list[tuple[str, Any, float]] = [
    ("single-colour", "blue", 1),
    ("single-colour", "chair", 0),
    ("single-row", "that", 1.5),
    ("multiple-shapes", ["square", "cone", "circle"], 3),
    ("multiple-shapes", ["circle", "square", "apple"], 1),  # 2 − 1 of 3, of 3 points
    ("multiple-shapes", ["apple", "monday"], 0),
    ("multiple-shapes", ["circle", "square", "cone", "apple", "monday"], 1),
    ("multiple-select", ["friday", "sunday"], 2),
    ("multiple-select", ["friday", "may"], 1),  # no penalty, where just two can be chosen
    ("multiple-select", ["june", "may"], 0),
    ("multiple-exhibit", ["ten"], 0.5),
    ("matrix-kinds", {"dog": "animal", "oak": "plant", "frog": "animal"}, 3),
    ("matrix-kinds", {"dog": "animal", "oak": "animal"}, 1),
    ("matrix-kinds", {"dog": "plant", "oak": "animal", "frog": "plant"}, 0),
    ("matrix-several", {"square": ["equal", "corners"], "oblong": ["corners"], "disc": ["round"]}, 4),
    # Corners 2, equal 1 − 1, round 1.
    ("matrix-several", {"square": ["equal", "corners"], "oblong": ["corners", "equal"], "disc": ["round"]}, 3),
    ("matrix-several", {"square": ["round"], "oblong": ["round"], "disc": ["corners"]}, 0),
    ("cloze-sentence", {"sky": "sky-blue", "grass": "grass-green"}, 2),
    ("cloze-sentence", {"sky": "sky-blue", "grass": "grass-pink"}, 1),
    ("cloze-sentence", {"sky": "sky-black", "grass": "grass-pink"}, 0),
    ("cloze-table", {"sun-letters": "sun-three", "moon-letters": "moon-four", "moon-first": "moon-m"}, 3),
    ("cloze-table", {"moon-first": "moon-m"}, 1),
    ("cloze-table", {"moon-first": "moon-n"}, 0),
    ("rationale-dyad", {"claim": "melts", "cause": "warm"}, 1),
    ("rationale-dyad", {"claim": "melts", "cause": "cold"}, 0),
    ("rationale-triad", {"claim": "umbrella", "first": "rain", "second": "clouds"}, 2),
    ("rationale-triad", {"claim": "umbrella", "first": "rain", "second": "sunshine"}, 1),
    ("rationale-triad", {"claim": "sledge", "first": "rain", "second": "clouds"}, 0),
    ("ordered-numbers", ["p", "k", "x", "c"], 4),
    ("ordered-numbers", ["k", "p", "x", "c"], 0),
    ("highlight-colours", ["s3", "s1"], 2),
    ("highlight-colours", ["s1"], 1),
    ("highlight-colours", ["s1", "s2"], 0),
    ("bow-tie-garden", {"actions": ["shade", "water-it"], "condition": "dry", "monitor": ["leaves", "earth"]}, 5),
    ("bow-tie-garden", {"actions": ["shade", "cut"], "condition": "dry", "monitor": ["earth"]}, 3),
    ("bow-tie-garden", {"actions": ["paint", "cut"], "condition": "frozen", "monitor": ["label", "price"]}, 0),
    ("bow-tie-bicycle", {"actions": ["patch", "sell"], "condition": "hole", "monitor": ["colour", "weather"]}, 1),
    ("numeric-value", {"value": 50, "unit": "cm"}, 2),
    ("numeric-value", {"value": 50.5, "unit": "cm"}, 2),
    ("numeric-value", {"value": 0.5, "unit": "m"}, 2),
    ("numeric-value", {"value": 50.6, "unit": "cm"}, 0),
    ("numeric-value", {"value": 50, "unit": "kg"}, 0),
    ("trend-single", "rises", 1),
    ("trend-single", "falls", 0),
    ("trend-multiple", ["at-15", "at-30"], 2),
    ("trend-multiple", ["at-15"], 1),
    ("trend-multiple", ["at-0"], 0),
    ("trend-cloze", {"does": "falls"}, 1),
    ("trend-cloze", {"does": "rises"}, 0),
    ("case-walk-1", "this", 1),
    ("case-walk-1", "that", 0),
    ("case-walk-2", ["one"], 0.5),
    ("case-walk-3", {"part-one": "told", "part-six": "told"}, 0.5),
    ("case-walk-4", {"number": "four"}, 1),
    ("case-walk-5", ["told-first", "second", "last"], 1),
    ("case-walk-6", ["end"], 1),
]


@pytest.fixture(scope="module")
def items() -> dict[str, Item]:
    return graded()


@pytest.mark.parametrize(("name", "answer", "points"), ANSWERS)
def test_an_answer_earns_what_its_rule_gives(items: dict[str, Item], name: str, answer: Any, points: float) -> None:
    outcome = score(items[name], answer)
    assert outcome.points == pytest.approx(points)
    assert f"<b>{points:g} of {items[name].points:g} points.</b>" in outcome.feedback


def test_every_type_earns_all_some_and_nothing_in_the_answers_above(items: dict[str, Item]) -> None:
    all_or_nothing = {"single", "numeric", "ordered"}
    for kind in {item.kind for item in items.values()} - {"free_text"}:
        shares = {points / items[name].points for name, _, points in ANSWERS if items[name].kind == kind}
        assert {0, 1} <= shares, kind
        assert kind in all_or_nothing or shares - {0, 1}, kind


def right(item: Item) -> Any:
    """The right answer, from the key."""
    correct = item.key.get("correct")
    if item.asked == "numeric":
        return {"value": item.key["value"], "unit": item.key["unit"]}
    if item.asked == "single":
        return correct[0]
    if item.asked == "matrix" and not item.form["several"]:
        return {row: columns[0] for row, columns in correct.items()}
    return correct


def drawn(item: Item, student: str = "anna") -> Variant:
    return Variant(variant.parameters(item.parameters, student, "types", item.id, "made-up"))


def test_the_key_itself_earns_all_points_in_every_variant(items: dict[str, Item]) -> None:
    for item in items.values():
        if item.kind == "free_text":
            continue
        for student in ("anna", "ben", "carla", "dora"):
            which = drawn(item, student)
            outcome = score(item, right(item.filled(which.values)), which)
            assert outcome.points == item.points, (item.id, student)


MALFORMED: list[Any] = [
    5,
    True,
    1e400,
    "",
    "nowhere",
    [],
    {},
    ["nowhere"],
    [["a"]],
    [1],
    [None],
    {"nowhere": "a"},
    {"value": "8", "unit": "cm"},
    {"value": float("nan"), "unit": "cm"},
    {"value": 8},
    {"value": 8, "unit": "miles"},
    {"value": 10**400, "unit": "cm"},
    {"actions": "water-it", "condition": ["dry"], "monitor": 3},
    {"sky": ["sky-blue"]},
    {"dog": {"animal": 1}},
    "<b>x</b>",
]


def test_no_malformed_answer_earns_anything_or_stops_the_grading(items: dict[str, Item]) -> None:
    said = 0
    for item in items.values():
        if item.kind == "free_text":
            continue
        for answer in MALFORMED:
            outcome = score(item, answer, drawn(item))
            assert outcome.points == 0, (item.id, answer)
            said += "Your answer has not the form that this item asks for." in outcome.feedback
    # Nothing but an unfinished answer (an empty list or object) has the form of an item here.
    assert said >= len(items) * (len(MALFORMED) - 3) * 0.9


@pytest.mark.parametrize("name", [name for name, answer, _ in ANSWERS if answer])
def test_an_answer_of_another_shape_is_said_to_be_one(items: dict[str, Item], name: str) -> None:
    outcome = score(items[name], 5)
    assert outcome.points == 0
    assert "Your answer has not the form that this item asks for." in outcome.feedback


def test_free_text_is_left_to_a_person(items: dict[str, Item]) -> None:
    with pytest.raises(ValueError, match="graded by hand"):
        score(items["free-day"], "My day.")


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert attrs == []
        self.tags.add(tag)
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data


def test_feedback_says_answer_key_rationales_and_place_as_text_alone(items: dict[str, Item]) -> None:
    for item in items.values():
        if item.kind == "free_text":
            continue
        which = drawn(item)
        filled = item.filled(which.values)
        page = _Tags(score(item, right(filled), which).feedback)
        assert page.tags <= {"div", "b", "ul", "li"}
        assert filled.public["stem"] in page.text
        assert f"Why: {filled.key['why']}" in page.text
        assert f"Read again: {item.key['where']}" in page.text
        assert "{" not in page.text, item.id  # no parameter without its value
        for why in filled.key["rationales"].values():
            assert why in page.text
        assert "You left this item unanswered." in score(item, None, which).feedback


SAID = [
    ("single-colour", "chair", "Your answer: Chair Key: Blue"),
    ("multiple-shapes", ["cone", "apple"], "Your answer: Apple; Cone Key: Circle; Square; Cone"),
    (
        "matrix-kinds",
        {"oak": "animal"},
        "Your answer: Dog: nothing. Oak: Animal. Frog: nothing Key: Dog: Animal. Oak: Plant",
    ),
    (
        "matrix-several",
        {"disc": ["round", "equal"]},
        "Disc: All sides equal; Is round Key: Square: Has corners; All sides",
    ),
    ("cloze-sentence", {"sky": "sky-black"}, "Your answer: The sky is [black] by day, and grass is [nothing]."),
    ("cloze-table", {"moon-first": "moon-n"}, "moon | [nothing] | [n] Key: sun | [3] | s. moon | [4] | [m]"),
    ("rationale-dyad", {"claim": "burns", "cause": "warm"}, "Your answer: The ice [burns] because the room is [warm]."),
    (
        "ordered-day",
        ["night", "morning", "evening"],
        "Your answer: 1. Night; 2. Morning; 3. Evening Key: 1. Morning; 2. E",
    ),
    ("highlight-colours", ["s4"], "Your answer: grass Key: red; green"),
    ("bow-tie-garden", {"condition": "dry"}, "Your answer: Actions: nothing. Condition: It is dry. Monitor: nothing"),
    ("numeric-value", {"value": 7, "unit": "m"}, "Your answer: 7 m Key: 50 cm, within 0.5 (or the same in m)"),
    ("trend-single", "stays", "Your answer: It stays Key: It rises"),
]


@pytest.mark.parametrize(("name", "answer", "said"), SAID)
def test_answer_and_key_are_said_in_words(items: dict[str, Item], name: str, answer: Any, said: str) -> None:
    assert said in " ".join(_Tags(score(items[name], answer).feedback).text.split())


def test_markup_of_a_bank_and_of_a_learner_stays_text(items: dict[str, Item]) -> None:
    feedback = score(items["single-variant"], "nothing", drawn(items["single-variant"])).feedback
    assert "Nothing &lt;b&gt;at all&lt;/b&gt; &amp; less" in feedback
    assert "<script>" not in score(items["single-colour"], "<script>alert(1)</script>").feedback


# Variants.


def test_a_variant_is_scored_with_its_own_numbers(items: dict[str, Item]) -> None:
    item = items["numeric-variant"]
    for crates, each in ((50, 0.5), (75, 1.5), (110, 2)):
        which = Variant({"crates": crates, "each": each})
        outcome = score(item, {"value": crates * each, "unit": "kg"}, which)
        assert outcome.points == 3
        assert f"There are {crates} crates of {each:g} kg." in outcome.feedback
        assert f"Key: {crates * each:g} kg" in outcome.feedback
        assert score(item, {"value": crates * each * 1000, "unit": "g"}, which).points == 3
        assert score(item, {"value": crates * each + 1, "unit": "kg"}, which).points == 0
    needed = items["numeric-function"]
    for share, people in ((40, 5), (50, 4), (60, 3)):
        assert score(needed, {"value": people, "unit": "people"}, Variant({"share": share})).points == 2


OF_THE_ID = {"crates": 50, "each": 0.5}


@pytest.mark.parametrize(
    ("shown", "values", "flag", "scored"),
    [
        (OF_THE_ID, OF_THE_ID, "", True),
        ({"crates": 50.0, "each": 0.5}, OF_THE_ID, "", True),
        ({"crates": 110, "each": 2}, {"crates": 110, "each": 2}, "(crates 110, each 2) are not those", True),
        (None, OF_THE_ID, "does not say which numbers were shown", True),
        ({"crates": 51, "each": 2}, OF_THE_ID, "none that this item has; scored 0", False),
        ({"crates": 1e300, "each": 2}, OF_THE_ID, "none that this item has; scored 0", False),
        ({"crates": 50}, OF_THE_ID, "none that this item has", False),
        ({"crates": 50, "each": 0.5, "more": 1}, OF_THE_ID, "none that this item has", False),
        ({"crates": "=cmd()", "each": 2}, OF_THE_ID, "none that this item has; scored 0", False),
        ("nonsense", OF_THE_ID, "none that this item has", False),
    ],
)
def test_what_was_shown_counts_if_the_item_can_show_it(
    items: dict[str, Item], shown: Any, values: dict[str, Any], flag: str, scored: bool
) -> None:
    which = variant_of(items["numeric-variant"], OF_THE_ID, shown)
    assert (which.values, which.scored) == (values, scored)
    assert flag in which.flag
    assert bool(flag) == bool(which.flag)
    assert "cmd" not in which.flag  # it is written into a table that a person opens
    outcome = score(items["numeric-variant"], {"value": values["crates"] * values["each"], "unit": "kg"}, which)
    assert outcome.points == (3 if scored else 0)
    assert ("none that this item has" in outcome.feedback) is not scored


def test_an_item_without_parameters_is_never_flagged(items: dict[str, Item]) -> None:
    assert variant_of(items["single-colour"], {}, {"x": 1}) == Variant({})


# Both steps of nbgrader, with a record on disk.


def resources(student: str, folder: Path) -> dict[str, Any]:
    return {
        "nbgrader": {"student": student, "assignment": "types", "notebook": "types", "db_url": "sqlite:///:memory:"},
        "metadata": {"path": str(folder)},
    }


def graded_points(
    tmp_path: Path, student: str, bank_folder: Path = GRADED.parent, **record: Any
) -> tuple[dict[str, float], list[tuple[str, str, str]]]:
    """Grade a record with both steps; return the points of each item, and what is flagged."""
    folder = tmp_path / student
    folder.mkdir(exist_ok=True)
    bank = load_bank(GRADED)
    content = new_record("types") | {"version": bank.version, "content": content_hash(bank)} | record
    (folder / RECORD_FILE).write_text(json.dumps(content), encoding="utf-8")
    folders = {"banks": str(bank_folder), "refused": str(tmp_path / "refused")}
    notebook, _ = AdoptRecord(**folders).preprocess(source_notebook(bank), resources(student, folder))
    nbformat.validate(notebook)
    notebook, _ = GradeFromRecord(**folders).preprocess(notebook, resources(student, folder))
    points = {
        cell.metadata.nbgrader["grade_id"]: float(cell.outputs[0]["data"]["text/plain"])
        for cell in notebook.cells
        if cell.cell_type == "code"
    }
    path = tmp_path / "flagged" / "types.csv"
    if not path.exists():
        return points, []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == ["student", "item", "why", "at"]
        return points, [(row["student"], row["item"], row["why"]) for row in reader]


def test_a_whole_quiz_of_every_type_earns_its_points(items: dict[str, Item], tmp_path: Path) -> None:
    answers, shown = {}, {}
    for item in items.values():
        which = drawn(item, "anna")
        answers[item.id] = "A text." if item.kind == "free_text" else right(item.filled(which.values))
        if item.parameters:
            shown[item.id] = which.values
    points, flagged = graded_points(tmp_path, "anna", answers=answers, shown=shown)
    assert points == {item.id: item.points for item in items.values() if item.kind != "free_text"}
    assert flagged == []


def test_a_submission_with_other_numbers_is_flagged_once_and_scored_by_what_was_shown(tmp_path: Path) -> None:
    answers = {"numeric-variant": {"value": 220, "unit": "kg"}, "single-colour": "blue"}
    other = {"numeric-variant": {"crates": 110, "each": 2}}
    assert drawn(graded()["numeric-variant"], "ben").values != other["numeric-variant"]
    for _ in range(2):  # graded again: listed once
        points, flagged = graded_points(tmp_path, "ben", answers=answers, shown=other)
        assert points["numeric-variant"] == 3
        assert points["single-colour"] == 1
        ((student, item, why),) = flagged
        assert (student, item) == ("ben", "numeric-variant")
        assert "scored by what was shown" in why
    points, flagged = graded_points(
        tmp_path, "dora", answers=answers, shown={"numeric-variant": {"crates": 7, "each": 2}}
    )
    assert points["numeric-variant"] == 0
    assert points["single-colour"] == 1
    assert [(student, item) for student, item, _ in flagged] == [
        ("ben", "numeric-variant"),
        ("dora", "numeric-variant"),
    ]
    # Handed in again without anything to look at: off the list, and the other stays.
    _, flagged = graded_points(tmp_path, "ben", answers={"single-colour": "blue"})
    assert [student for student, _, _ in flagged] == ["dora"]
    assert not list((tmp_path / "flagged").glob("*.tmp"))


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"content": "0" * 64}, "other questions were answered (version 3) than this bank has (version 3)"),
        (
            {"content": "0" * 64, "version": 2},
            "other questions were answered (version 2) than this bank has (version 3)",
        ),
        ({"version": 2}, "version 2 of the quiz was answered, this bank is version 3"),
    ],
)
def test_another_version_of_the_quiz_is_flagged_and_graded_all_the_same(
    tmp_path: Path, record: dict[str, Any], why: str
) -> None:
    points, flagged = graded_points(tmp_path, "carla", answers={"single-colour": "blue"}, **record)
    assert points["single-colour"] == 1
    assert flagged == [("carla", "", why)]


def test_a_record_of_the_first_schema_is_graded_and_not_flagged(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    old = {"schema": 1, "quiz": "types", "answers": {"single-colour": "blue"}, "saved_at": None, "submitted": None}
    (folder / RECORD_FILE).write_text(json.dumps(old), encoding="utf-8")
    step = AdoptRecord(banks=str(GRADED.parent), refused=str(tmp_path / "refused"))
    step.preprocess(source_notebook(load_bank(GRADED)), resources("old", folder))
    assert not (tmp_path / "flagged").exists()


def test_a_free_text_shows_the_one_who_grades_the_question_that_the_learner_had(tmp_path: Path) -> None:
    folder = tmp_path / "eva"
    folder.mkdir()
    record = new_record("types") | {
        "answers": {"free-variant": "Miaow."}, "shown": {"free-variant": {"animal": "horse"}},
    }  # fmt: skip
    (folder / RECORD_FILE).write_text(json.dumps(record), encoding="utf-8")
    step = AdoptRecord(banks=str(GRADED.parent), refused=str(tmp_path / "refused"))
    notebook, _ = step.preprocess(source_notebook(load_bank(GRADED)), resources("eva", folder))
    texts = {cell.metadata.nbgrader["grade_id"]: cell.source for cell in notebook.cells}
    assert "Write a line about a horse." in texts["free-variant"]
    assert "3: it names a horse" in texts["free-variant"]
    assert "{animal}" not in texts["free-variant"]


def test_a_private_bank_over_the_public_one_is_what_is_graded(tmp_path: Path) -> None:
    def other_key(content: dict[str, Any]) -> None:
        content["items"] = [item for item in raw()["items"] if item["id"] == "single-colour"]
        content.pop("blueprint")
        for option in content["items"][0]["options"]:
            option["correct"] = option["id"] == "chair"

    written(tmp_path / "private", edited(other_key))
    folder = tmp_path / "anna"
    folder.mkdir()
    record = new_record("types") | {
        "answers": {"single-colour": "chair", "ordered-day": ["morning", "evening", "night"]}
    }
    (folder / RECORD_FILE).write_text(json.dumps(record), encoding="utf-8")
    steps = {"banks": str(GRADED.parent), "overlay": str(tmp_path / "private"), "refused": str(tmp_path / "refused")}
    notebook = source_notebook(load_bank(GRADED))
    for step in (AdoptRecord(**steps), GradeFromRecord(**steps)):
        notebook, _ = step.preprocess(notebook, resources("anna", folder))
    outputs = {cell.metadata.nbgrader["grade_id"]: cell.get("outputs") for cell in notebook.cells}
    assert outputs["single-colour"][0]["data"]["text/plain"] == "1"
    assert outputs["ordered-day"][0]["data"]["text/plain"] == "3"
