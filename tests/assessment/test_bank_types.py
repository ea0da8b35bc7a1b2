"""Banks with items of every type: what is loaded, each mistake named with file and line, overlays, formulas."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ketamine_course import evidence
from ketamine_course.items import BankError, book, formula, load_bank
from ketamine_course.items.bank import SCHEMA
from ketamine_course.items.selfcheck import payload
from ketamine_course.items.types import RULES
from ketamine_course.review import ReviewError, report, reviewed_files

from .types_bank import FORMATIVE, GRADED, KINDS, edited, graded, items_of, raw, written

BANKS = Path(__file__).resolve().parents[2] / "quizzes" / "banks"


def test_the_made_up_banks_have_each_type_and_the_graded_one_three_of_each() -> None:
    counts = Counter(item["type"] for item in raw()["items"])
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 3
    assert {item["type"] for item in raw(FORMATIVE)["items"]} == set(KINDS)


def test_the_schema_is_one_and_says_what_its_fields_mean() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(SCHEMA.name)
    for name in ("version", "pool", "reviewed", "blueprint", "objectives"):
        assert schema["properties"][name].get("description") or schema["$defs"]["date"], name
    for kind in KINDS:
        assert schema["$defs"]["case" if kind == "case" else f"{kind}_fields"]["description"]


@pytest.mark.parametrize("path", [GRADED, FORMATIVE, *sorted(BANKS.glob("*.yaml"))], ids=lambda path: path.name)
def test_a_bank_loads_and_each_key_fits_its_item(path: Path) -> None:
    bank = load_bank(path)
    assert f"{bank.module}.{bank.pool}.yaml" == path.name
    objectives = {objective["id"] for objective in bank.objectives}
    for item in bank.items:
        assert item.objective in objectives
        rules = {"dyad", "triad"} if item.asked == "rationale" else {*RULES[item.asked]}
        assert item.scoring in rules
        whys = set(item.key["rationales"])
        form = item.form
        if item.asked in ("single", "multiple", "ordered"):
            assert whys == {option["id"] for option in form["options"]} >= set(item.key["correct"])
        elif item.asked == "matrix":
            assert whys == {row["id"] for row in form["rows"]} == set(item.key["correct"])
        elif item.asked in ("cloze", "rationale"):
            assert whys == {f"{gap}.{each['id']}" for gap, choices in form["gaps"].items() for each in choices}
            assert set(item.key["correct"]) == set(form["gaps"])
        elif item.asked == "numeric":
            assert item.key["unit"] in form["units"]
            assert ("formula" in item.key) == bool(item.parameters)
        elif item.asked == "free_text":
            assert sum(line["points"] for line in item.key["rubric"]) == pytest.approx(item.points)
        texts = [item.public["stem"], item.key["why"], *item.key["rationales"].values()]
        assert item.parameters or not [text for text in texts if "{" in text]


def test_a_case_becomes_six_items_each_with_what_is_known_by_then() -> None:
    items = [item for item in load_bank(GRADED).items if item.case and item.case["id"] == "case-walk"]
    assert [item.id for item in items] == [f"case-walk-{number}" for number in range(1, 7)]
    for number, item in enumerate(items, start=1):
        assert item.case is not None
        assert {name: part for name, part in item.case.items() if name != "scenario"} == {
            "id": "case-walk", "title": "A walk", "number": number, "of": 6,
        }  # fmt: skip
        assert len(item.case["scenario"]) == number
        assert item.case["scenario"][-1].startswith(f"Part {number}: ")
        assert item.released()["case"] == item.case


def test_keys_of_each_type_are_those_of_the_contract() -> None:
    keys = {name: item.key for name, item in graded().items()}
    assert keys["single-colour"]["correct"] == ["blue"]
    assert keys["multiple-shapes"]["correct"] == ["circle", "square", "cone"]
    assert keys["matrix-kinds"]["correct"] == {"dog": ["animal"], "oak": ["plant"], "frog": ["animal"]}
    assert keys["matrix-several"]["correct"]["square"] == ["corners", "equal"]
    assert keys["cloze-sentence"]["correct"] == {"sky": "sky-blue", "grass": "grass-green"}
    assert keys["rationale-triad"]["order"] == ["claim", "first", "second"]
    assert keys["ordered-numbers"]["correct"] == ["p", "k", "x", "c"]
    assert keys["highlight-colours"]["correct"] == ["s1", "s3"]
    assert keys["bow-tie-garden"]["correct"] == {
        "actions": ["water-it", "shade"], "condition": "dry", "monitor": ["leaves", "earth"],
    }  # fmt: skip
    value = keys["numeric-value"]
    assert (value["value"], value["unit"], value["tolerance"], value["accepted"]) == (50, "cm", 0.5, {"m": 100})
    assert keys["trend-matrix"]["correct"] == {"first": ["up"], "second": ["down"]}
    assert keys["single-row"]["references"] == {"that": "kishimoto2016"}


def test_readings_come_from_rows_or_parameters_or_are_called_made_up() -> None:
    exhibit = graded()["trend-matrix"].public["exhibit"]
    assert [series["values"] for series in exhibit["series"]] == [
        [30, "{last}"],
        [30, 10],
        [evidence.row("lii2023.saline.0h.madrs_score")["value"]],
    ]
    assert exhibit["made_up"] is True
    filled = graded()["trend-matrix"].filled({"last": 33})
    assert filled.public["exhibit"]["series"][0]["values"] == [30, 33]
    assert "parameters" not in filled.public
    assert filled.public["stem"].startswith("The last reading of the first gauge is 33.")


#: The item, what is replaced in it by what, the text on whose line the mistake is, and what is said.
MISTAKES: dict[str, tuple[str, str, str, str, str]] = {
    "two right answers": (
        "single-colour",
        "text: Seven,",
        "text: Seven, correct: true,",
        "chair",
        "2 options are marked correct",
    ),
    "nothing right": (
        "single-colour",
        "correct: true, ",
        "",
        "chair",
        "0 options are marked correct; there must be exactly one",
    ),
    "select of another number": (
        "multiple-select",
        "select: 2",
        "select: 3",
        "select: 3",
        "2 options are marked correct",
    ),
    "select as text": ("multiple-select", "select: 2", "select: two", "select: two", "'two' is not of type 'integer'"),
    "a rule of another type": (
        "multiple-select",
        "select: 2",
        "select: 2\n    scoring: plus_minus",
        "scoring:",
        "those that do: select_n",
    ),
    "an unknown rule": ("single-colour", "version: 1", "version: 1\n    scoring: luck", "luck", "'luck' is not one of"),
    "a column that is not there": (
        "matrix-kinds",
        "correct: plant",
        "correct: stone",
        "stone",
        "'stone' is the id of no column",
    ),
    "several where one is asked": (
        "matrix-kinds",
        "correct: plant",
        "correct: [plant, animal]",
        "[plant, animal]",
        "set several: true",
    ),
    "a row without reason": (
        "matrix-kinds",
        ', why: "An oak is a plant."',
        "",
        "id: oak",
        "'why' is a required property",
    ),
    "a row's id twice": ("matrix-kinds", "id: oak", "id: dog", "text: Oak", "'dog' stands twice"),
    "a column's id twice": ("matrix-kinds", "id: plant", "id: animal", "text: Plant", "'animal' stands twice"),
    "a gap without choices": ("cloze-sentence", "[[sky]]", "[[sea]]", "gaps:", "[[sea]] of the text has no choices"),
    "choices without a gap": (
        "cloze-sentence",
        " [[grass]]",
        " green",
        "grass:",
        "has no place in the text; write [[grass]]",
    ),
    "a gap that stands twice": ("cloze-sentence", "[[grass]]", "[[sky]]", "gaps:", "[[sky]] stands twice"),
    "a choice's id twice": (
        "cloze-sentence",
        "id: sky-black",
        "id: sky-blue",
        "text: black",
        "'sky-blue' stands twice",
    ),
    "a choice without reason": ("cloze-sentence", ', why: "That is at night."', "", "sky-black", "'why' is a required"),
    "two right choices": (
        "cloze-sentence",
        "text: black,",
        "text: black, correct: true,",
        "sky-blue",
        "2 choices are marked",
    ),
    "neither text nor table": (
        "cloze-one",
        '    text: "Two and two is [[sum]]."\n',
        "",
        "id: cloze-one",
        "either text or table",
    ),
    "a row of other length": (
        "cloze-table",
        '[sun, "[[sun-letters]]", s]',
        '[sun, "[[sun-letters]]"]',
        "[sun,",
        "2 cells and the head 3",
    ),
    "a dyad of three": (
        "rationale-triad",
        "form: triad",
        "form: dyad",
        'text: "Take',
        "a dyad has 2 gaps, and this text has 3",
    ),
    "an unknown form": ("rationale-triad", "form: triad", "form: tetrad", "tetrad", "'tetrad' is not one of"),
    "a step without reason": ("ordered-tea", ', why: "It draws."', "", "id: wait", "'why' is a required property"),
    "no span marked": ("highlight-sentence", "correct: true, ", "", "id: first", "0 of 3 spans are marked correct"),
    "a span's id twice": ("highlight-sentence", "id: third", "id: first", "Sleep well", "'first' stands twice"),
    "a span without reason": ("highlight-sentence", ', why: "It wishes."', "", "id: third", "'why' is a required"),
    "one right action": (
        "bow-tie-garden",
        "text: Water it, correct: true,",
        "text: Water it,",
        "water-it",
        "there must be exactly two",
    ),
    "two right conditions": (
        "bow-tie-garden",
        "text: It is frozen,",
        "text: It is frozen, correct: true,",
        "id: dry",
        "exactly one",
    ),
    "too few to monitor": (
        "bow-tie-garden",
        '      - {id: label, text: The label, why: "It tells only a name."}\n',
        "",
        "id: leaves",
        "too short",
    ),
    "a unit that is not offered": (
        "numeric-value",
        "unit: cm",
        "unit: mile",
        "unit: mile",
        "'mile' is none of those offered",
    ),
    "an accepted unit that is not offered": (
        "numeric-value",
        "{m: 100}",
        "{mile: 100}",
        "mile",
        "'mile' is none of those",
    ),
    "the correct unit as accepted": ("numeric-value", "{m: 100}", "{cm: 1}", "{cm: 1}", "is the correct unit already"),
    "a factor of zero": ("numeric-value", "{m: 100}", "{m: 0}", "{m: 0}", "0 is less than or equal to"),
    "a formula with an unknown parameter": (
        "numeric-variant",
        "crates * each",
        "crates * kilos",
        "formula:",
        "'kilos', which is no row",
    ),
    "a formula with a power": (
        "numeric-variant",
        "crates * each",
        "crates ** each",
        "formula:",
        "cannot be worked out",
    ),
    "a formula with a text": (
        "numeric-variant",
        "crates * each",
        "'a' * crates",
        "formula:",
        "holds 'a', which is no number",
    ),
    "a formula that reaches into things": (
        "numeric-variant",
        "crates * each",
        "crates.real",
        "formula:",
        "crates.real",
    ),
    "a formula that fails for one variant": (
        "numeric-variant",
        "crates * each",
        "1 / (crates - 55)",
        "formula:",
        "'crates': 55",
    ),
    "a formula that a function refuses": (
        "numeric-function",
        "10 + 10",
        "10 + 30",
        "formula:",
        "does not exceed the control share",
    ),
    "a formula that is too long": (
        "numeric-variant",
        "crates * each",
        "crates" + " + 1" * 60,
        "formula:",
        "is too long",
    ),
    "a parameter that ends nowhere": (
        "numeric-variant",
        "step: 5}",
        "step: 7}",
        "crates: {",
        "lead from its from to its to",
    ),
    "a parameter of one value": ("numeric-variant", "of: [0.5, 1.5, 2]", "of: [2]", "each: {", "is too short"),
    "a parameter of one value twice": ("numeric-variant", "of: [0.5, 1.5, 2]", "of: [2, 2]", "each: {", "non-unique"),
    "a parameter without step": ("numeric-variant", ", step: 5}", "}", "crates: {", "'step' is a required property"),
    "a parameter that nobody sees": (
        "numeric-variant",
        "{crates} crates",
        "many crates",
        "crates: {",
        "no learner would see",
    ),
    "a parameter with a function's name": (
        "numeric-variant",
        "crates: {",
        "round: {",
        "round: {",
        "is that of a function",
    ),
    "too many variants": (
        "numeric-variant",
        "step: 5}",
        "step: 0.01}",
        "parameters",
        "18003 variants are more than 5000",
    ),
    "a place of no parameter": ("numeric-variant", "of {each} kg", "of {much} kg", "{much}", "{much} is neither"),
    "a trend without exhibit": (
        "trend-cloze",
        "    exhibit:\n",
        "    show:\n",
        "id: trend-cloze",
        "'exhibit' is a required property",
    ),
    "a trend that asks a number": (
        "trend-cloze",
        "type: cloze",
        "type: numeric",
        "type: numeric",
        "'numeric' is not one of",
    ),
    "a field too many in what a trend asks": (
        "trend-single",
        "options:",
        "units: [h]\n      options:",
        "type: single",
        "'units' was unexpected",
    ),
    "a typed reading that is not called made up": (
        "trend-cloze",
        "      made_up: true\n",
        "",
        "values: [30, 10]",
        "say made_up: true",
    ),
    "a reading too few": ("trend-cloze", "values: [30, 10]", "values: [30]", "values: [30]", "2 times and 1 values"),
    "a reading in words": (
        "trend-cloze",
        "values: [30, 10]",
        "values: [30, high]",
        "high",
        "'high' is neither a number nor",
    ),
    "a reading from no row": (
        "trend-cloze",
        "values: [30, 10]",
        'values: [30, "{value:no.where}"]',
        "no.where",
        "no.where",
    ),
    "a reading from a row of text": (
        "trend-cloze",
        "values: [30, 10]",
        'values: [30, "{value:lii2023.saline.0h.madrs_score:unit}"]',
        "madrs_score:unit",
        "which is no number",
    ),
    "a case of five parts": ("case-walk", '      - "Part 6: She comes home."\n', "", "Part 1: Anna", "too short"),
    "an item of a case with an id that stands twice": (
        "case-walk",
        "id: case-walk-2",
        "id: case-walk-1",
        "STARTS",
        "stands twice",
    ),
    "a case in a case": ("case-walk", "type: cloze", "type: case # here", "# here", "'case' is not one of"),
    "a mistake in an item of a case": (
        "case-walk",
        "correct: told,",
        "correct: heard,",
        "heard",
        "'heard' is the id of no column",
    ),
    "an unknown objective in a case": (
        "case-walk",
        "objective: types-think",
        "objective: none",
        "objective: none",
        "none of the bank's",
    ),
    "a wrong place in a case": ("case-walk", "#in-practice", "#in-theory", "#in-theory", "no heading 'in-theory'"),
    "a row that is not there": (
        "single-row",
        "{value:fact.def.response} %",
        "{value:fact.def.nowhere} %",
        "nowhere",
        "fact.def.nowhere",
    ),
    "an option's reference that is not there": (
        "single-row",
        "kishimoto2016",
        "nobody1900",
        "nobody1900",
        "no key of book/references.bib",
    ),
    "a rubric of other points": (
        "free-day",
        "points: 1, for: about",
        "points: 2, for: about",
        "for: no fewer",
        "do not add up",
    ),
    "a suppression without reason": (
        "free-day",
        "version: 1",
        "version: 1\n    suppress: [{rule: x}]",
        "suppress",
        "'reason' is a required property",
    ),
}


def planted(item: str, old: str, new: str, at: str) -> tuple[str, int]:
    """Return the graded bank's text with a mistake in an item, and the line of ``at`` in that item."""
    text = GRADED.read_text(encoding="utf-8")
    start = text.index(f"  - id: {item}\n")
    body = text[start:]
    assert old in body, old
    body = body.replace(old, new, 1)
    if at == "STARTS":
        at = new
        where = body.index(at, body.index(at) + 1)
    else:
        where = body.index(at)
    return text[:start] + body, (text[:start] + body[:where]).count("\n") + 1


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_an_item_is_named_with_file_and_line(tmp_path: Path, name: str) -> None:
    item, old, new, at, said = MISTAKES[name]
    text, line = planted(item, old, new, at)
    path = tmp_path / GRADED.name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BankError) as wrong:
        load_bank(path)
    message = str(wrong.value)
    assert said in message
    # A list stands, for YAML, where its first entry begins.
    named = int(message.partition(", line ")[2].partition(":")[0])
    assert message.startswith(f"{GRADED.name}, line ")
    assert named in (line, line + 1), f"named {named}, planted in {line}: {message}"


def test_ids_in_the_right_order_would_show_the_key_and_are_refused(tmp_path: Path) -> None:
    def sort(content: dict[str, Any]) -> None:
        options = next(item for item in content["items"] if item["id"] == "ordered-numbers")["options"]
        for option, name in zip(options, "abcd", strict=True):
            option["id"] = name

    with pytest.raises(
        BankError, match="'ordered-numbers': the ids sort into the right order, which a release would show"
    ):
        load_bank(written(tmp_path, edited(sort)))


def test_a_matrix_without_any_right_cell_is_refused_and_one_empty_row_is_not(tmp_path: Path) -> None:
    def empty(number: int) -> Any:
        def change(content: dict[str, Any]) -> None:
            rows = next(item for item in content["items"] if item["id"] == "matrix-several")["rows"]
            for row in rows[:number]:
                row["correct"] = []

        return change

    assert items_of(load_bank(written(tmp_path, edited(empty(1)))))["matrix-several"].key["correct"]["square"] == []
    with pytest.raises(BankError, match="no row has a correct column"):
        load_bank(written(tmp_path, edited(empty(3))))


def test_only_a_graded_bank_is_due(tmp_path: Path) -> None:
    with pytest.raises(
        BankError, match=r"types\.formative\.yaml, line \d+: a formative bank is never due; take due out"
    ):
        load_bank(written(tmp_path, raw(FORMATIVE) | {"due": "tomorrow"}))


# Formulas.


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("1 + 2 * 3 - -4 / 2", {}, 9),
        ("round(w * 0.5, 1)", {"w": 71}, 35.5),
        ("number_needed_to_treat(a, b)", {"a": 50, "b": 25}, 4),
        ("people_of_100({value:fact.def.response})", {}, 50),
        ("fact.def.response + 1", {}, 51),
        ("absolute_difference(fact.def.response, 20)", {}, 30),
    ],
)
def test_a_formula_is_arithmetic_with_rows_parameters_and_functions(
    text: str, values: dict[str, Any], result: float
) -> None:
    assert formula.evaluate(formula.with_rows(text), values) == pytest.approx(result)


@pytest.mark.parametrize(
    "text",
    [
        "2 ** 9",
        "w.real",
        "w.__class__",
        "().__class__.__bases__",
        "'a'",
        "'a' * 9",
        "f'{w}'",
        "b'a'",
        "[w]",
        "{1: 2}",
        "(1, 2)",
        "w[0]",
        "w if w else 1",
        "w and 1",
        "not w",
        "w < 1",
        "True",
        "None",
        "w == w",
        "lambda: 1",
        "(x := 1)",
        "x = 1",
        "open('f')",
        "__import__('os')",
        "eval('1')",
        "round",
        "round()",
        "round(1, 2, 3)",
        "rand()",
        "1 / 0",
        "1 % 2",
        "7 // 2",
        "1 << 9",
        "~1",
        "1e308 * 10",
        "1e999",
        "1e999 - 1e999",
        "9j",
        "",
        "1 +",
        "1; 2",
        "[x for x in (1, 2)]",
        "*w",
        "import os",
        "round(w, n=1, **{})",
        "1 + " * 3000 + "1",
        "9" * 5000,
        "people_of_100(101)",
        "number_needed_to_treat(1, 2)",
        "absolute_difference(1)",
        "nowhere",
        "w(1)",
    ],
)
def test_anything_else_in_a_formula_is_refused_in_words(text: str) -> None:
    with pytest.raises(formula.FormulaError) as wrong:
        formula.evaluate(text, {"w": 70})
    assert len(str(wrong.value)) > 10


@pytest.mark.parametrize("text", ["fact.def.nowhere + 1", "{value:nowhere}", "lii2023.saline.0h.madrs_score:unit"])
def test_a_row_in_a_formula_must_hold_a_number(text: str) -> None:
    with pytest.raises(formula.FormulaError):
        formula.with_rows(text)


# Places in the book.


def test_anchors_are_those_of_the_headings_and_labels_and_of_no_code(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "---\ntitle: x\n---\n# One, two: three?\n\n(help)=\n## If you need help now\n\n```python\n# no heading\n```\n"
        "### Same\n### Same\n#### Too deep\n````{note}\n```\n# inside\n```\n````\n## Über `code` & *more*\n",
        encoding="utf-8",
    )
    assert book.anchors(page) == {
        "one-two-three": "One, two: three?",
        "if-you-need-help-now": "If you need help now",
        "help": "If you need help now",
        "same": "Same",
        "same-1": "Same",
        "über-code--more": "Über `code` & *more*",
    }


def test_without_the_book_nothing_of_it_is_checked(tmp_path: Path) -> None:
    assert book.problem_of_place("book/nowhere#nothing", tmp_path / "book") == ""
    assert book.reference_keys(tmp_path / "book") is None
    assert book.title_of_place("book/nowhere#nothing", tmp_path / "book") == "nothing"
    assert "dean2021" in (book.reference_keys() or ())


# A private bank over the public one.


def private(folder: Path, **changes: Any) -> Path:
    """A private bank that replaces one item and adds one, of an objective of its own."""
    content = raw()
    replaced = next(item for item in content["items"] if item["id"] == "single-colour") | {"stem": "Mine?", "points": 7}
    added = replaced | {"id": "mine-too", "objective": "private"}
    content |= {"items": [replaced, added], "objectives": [{"id": "private", "text": "of my own"}], "version": 9}
    content["items"][0] = replaced | {"objective": "types-answer"}
    content.pop("blueprint")
    written(folder, content | changes)
    return folder


def test_a_private_bank_replaces_items_of_the_same_id_and_adds_others(tmp_path: Path) -> None:
    public, over = load_bank(GRADED), load_bank(GRADED, private(tmp_path))
    ids = [item.id for item in public.items]
    assert [item.id for item in over.items] == [*ids, "mine-too"]
    assert over.items[0].public["stem"] == "Mine?"
    assert over.items[0].points == 7
    assert over.items[1:-1] == public.items[1:]
    assert over.version == 9
    assert [objective["id"] for objective in over.objectives] == ["types-answer", "types-think", "private"]
    assert over.blueprint == public.blueprint


def test_a_private_bank_may_stand_alone_and_so_may_the_public_one(tmp_path: Path) -> None:
    alone = private(tmp_path / "private", objectives=[*raw()["objectives"], {"id": "private", "text": "of my own"}])
    bank = load_bank(tmp_path / "nowhere" / GRADED.name, alone)
    assert [item.id for item in bank.items] == ["single-colour", "mine-too"]
    assert load_bank(GRADED, tmp_path / "empty") == load_bank(GRADED)
    with pytest.raises(BankError, match="cannot be read"):
        load_bank(tmp_path / "nowhere" / GRADED.name, tmp_path / "empty")


def test_a_mistake_in_a_private_bank_is_named_there(tmp_path: Path) -> None:
    folder = private(tmp_path)
    path = folder / GRADED.name
    path.write_text(
        path.read_text(encoding="utf-8").replace("objective: private", "objective: nobody"), encoding="utf-8"
    )
    with pytest.raises(BankError, match=r"types\.graded\.yaml, line \d+: item 'mine-too': the objective 'nobody'"):
        load_bank(GRADED, folder)


def test_a_private_item_cannot_take_the_id_of_one_inside_a_case(tmp_path: Path) -> None:
    item = next(item for item in raw()["items"] if item["id"] == "single-colour") | {"id": "case-walk-2"}
    with pytest.raises(BankError, match="'case-walk-2' stands in the public bank too"):
        load_bank(GRADED, private(tmp_path, items=[item]))


# Self-checks.


def test_a_self_check_holds_what_the_page_needs() -> None:
    content = payload(
        load_bank(FORMATIVE),
        cite=lambda key: {"label": key.upper(), "href": f"#{key}"},
        href=lambda where: f"../{where}",
    )
    assert (content["module"], content["pool"], content["version"]) == ("types", "formative", 3)
    json.dumps(content, allow_nan=False)
    items = {item["id"]: item for item in content["items"]}
    assert {item["type"] for item in items.values()} == set(KINDS) - {"case"}
    colour = items["single-colour"]
    assert colour["key"] == {"correct": ["blue"]}
    assert colour["rationales"]["chair"] == "A chair is a piece of furniture."
    assert colour["where"] == {"href": "../book/onset#in-practice", "label": "In practice"}
    assert colour["references"] == [{"label": "DEAN2021", "href": "#dean2021"}]
    assert items["rationale-triad"]["key"]["order"] == ["claim", "first", "second"]
    assert items["cloze-sentence"]["rationales"]["sky.sky-black"] == "That is at night."
    assert items["case-walk-3"]["case"]["number"] == 3


def test_a_self_check_shows_a_variant_with_its_own_key_the_same_each_time() -> None:
    one, two = payload(load_bank(FORMATIVE)), payload(load_bank(FORMATIVE))
    assert one == two
    item = next(item for item in one["items"] if item["id"] == "numeric-variant")
    assert "parameters" not in item
    assert "{" not in item["stem"]
    crates, each = (float(word) for word in item["stem"].split() if word.replace(".", "").isdigit())
    assert item["key"]["value"] == pytest.approx(crates * each)
    assert "formula" not in item["key"]


def test_a_graded_bank_is_in_no_self_check() -> None:
    with pytest.raises(BankError, match=r"types\.graded: the keys of a graded bank are in no page"):
        payload(load_bank(GRADED))


# Reviews.


def test_banks_are_reviewed_like_chapters(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    path = written(tmp_path / "quizzes" / "banks", raw() | {"review_by": "2027-01-31"})
    (found,) = [each for each in reviewed_files(tmp_path) if each.path == path]
    assert found.review_by == datetime.date(2027, 1, 31)
    lines, late = report([found], datetime.date(2027, 2, 1), tmp_path)
    assert lines == ["LATE     quizzes/banks/types.graded.yaml: its review was due on 2027-01-31, 1 days ago"]
    assert late
    content = raw()
    del content["reviewed"]
    written(tmp_path / "quizzes" / "banks", content)
    with pytest.raises(ReviewError, match=r"types\.graded\.yaml, top level: reviewed is None"):
        list(reviewed_files(tmp_path))
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(ReviewError, match=r"types\.graded\.yaml: no YAML"):
        list(reviewed_files(tmp_path))
