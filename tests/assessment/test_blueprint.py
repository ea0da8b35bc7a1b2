"""The blueprint: counted by objective, step and level; an under-filled cell fails the load and the build."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ketamine_course import chapters, cli
from ketamine_course.items import BankError, bank, load_bank
from ketamine_course.items.blueprint import Count, check_blueprint, check_folder, table, table_text

from .types_bank import FORMATIVE, GRADED, raw, written


def lacking(content: dict[str, Any]) -> dict[str, Any]:
    """A bank that asks for more than it has: two cells, one of them with no item at all."""
    content["blueprint"] = [
        {"objective": "types-think", "step": "take-action", "bloom": "apply", "at_least": 1},
        {"objective": "types-think", "step": "analyze-cues", "bloom": "apply", "at_least": 90},
        {"objective": "types-answer", "step": "take-action", "bloom": "create", "at_least": 2},
    ]
    return content


def line_of(path: Path, text: str) -> int:
    return path.read_text(encoding="utf-8").partition(text)[0].count("\n") + 1


def test_every_bank_of_the_course_fills_its_blueprint() -> None:
    banks = check_folder(cli.QUIZZES / "banks")
    assert {bank.pool for bank in banks} >= {"graded"}
    assert len(check_folder(GRADED.parent)) == 2


def test_the_course_has_enough_items_and_each_type_at_least_three_times() -> None:
    schema = json.loads(Path(bank.__file__).with_name("bank.schema.json").read_text(encoding="utf-8"))
    kinds = {rule["if"]["properties"]["type"]["const"] for rule in schema["$defs"]["item"]["allOf"]} | {"case"}
    written = [each for each in check_folder(cli.QUIZZES / "banks") if each.module != "exam"]
    used = Counter(item.kind for each in written for item in each.items)
    assert sum(used.values()) >= 180
    used["case"] = len({json.dumps(item.case, sort_keys=True) for each in written for item in each.items if item.case})
    assert set(used) == kinds
    assert {kind: number for kind, number in used.items() if number < 3} == {}


def test_the_final_exam_draws_from_every_chapter() -> None:
    modules = {path.stem for path in chapters.chapters(cli.ROOT)}
    drawn = load_bank(cli.QUIZZES / "banks" / "exam.graded.yaml").items
    assert len(modules) == 9
    assert {item.id.split("-")[0] for item in drawn} == modules


def test_the_table_counts_the_items_of_each_cell_cases_included() -> None:
    bank = load_bank(GRADED)
    counts = table(bank)
    assert sum(count.items for count in counts) == len(bank.items)
    assert Count("types-think", "take-action", "apply", 2, 0) in counts  # ordered-tea and numeric-variant
    assert Count("types-think", "evaluate-outcomes", "analyze", 3, 0) in counts  # the sixth item of each case
    (answer,) = [
        count for count in counts if (count.objective, count.step, count.bloom) == ("types-answer", "none", "remember")
    ]
    assert answer.items >= answer.at_least == 12


@pytest.mark.parametrize("path", [GRADED, FORMATIVE], ids=lambda path: path.name)
def test_an_under_filled_cell_fails_the_load_with_file_line_and_remedy(tmp_path: Path, path: Path) -> None:
    bad = written(tmp_path, lacking(raw(path)))
    with pytest.raises(BankError) as wrong:
        load_bank(bad)
    first, second = str(wrong.value).splitlines()
    line = line_of(bad, "- objective: types-think\n  step: analyze-cues\n  bloom: apply\n  at_least: 90")
    assert first.startswith(
        f"{path.name}, line {line}: 1 of at least 90 items for objective types-think, step analyze-cues"
    )
    assert first.endswith("write 89 more")
    assert second.startswith(f"{path.name}, line {line + 4}: 0 of at least 2 items")


def test_it_is_counted_again_for_a_bank_that_was_loaded_as_it_is(tmp_path: Path) -> None:
    bank = load_bank(written(tmp_path, lacking(raw())), complete=False)
    with pytest.raises(BankError, match="write 89 more"):
        check_blueprint(bank)
    text = table_text(bank)
    assert "LACKS 89" in text
    assert "LACKS 2" in text
    assert text.count("LACKS") == 2
    with pytest.raises(BankError, match="write 89 more"):
        check_folder(tmp_path)


def test_a_pretest_is_not_asked_to_cover_anything(tmp_path: Path) -> None:
    content = lacking(raw(FORMATIVE)) | {"pool": "pretest"}
    assert load_bank(written(tmp_path, content)).pool == "pretest"


def test_items_of_a_private_bank_fill_the_public_blueprint(tmp_path: Path) -> None:
    content = raw()
    content["blueprint"] = [{"objective": "types-think", "step": "analyze-cues", "bloom": "apply", "at_least": 2}]
    public = written(tmp_path / "public", content)
    with pytest.raises(BankError, match="1 of at least 2"):
        load_bank(public)
    mine = next(item for item in raw()["items"] if item["id"] == "multiple-exhibit") | {"id": "mine"}
    private = raw() | {"items": [mine]}
    private.pop("blueprint")
    written(tmp_path / "private", private)
    assert len(load_bank(public, tmp_path / "private").items) == len(load_bank(GRADED).items) + 1


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({"objective": "nobody"}, "the objective 'nobody' is none of the bank's"),
        ({"step": "guess"}, "'guess' is not one of"),
        ({"at_least": 0}, "0 is less than the minimum"),
        ({}, "stands twice; keep one"),
    ],
)
def test_a_cell_that_makes_no_sense_is_named(tmp_path: Path, cell: dict[str, Any], said: str) -> None:
    content = raw()
    content["blueprint"].append(content["blueprint"][0] | cell)
    path = written(tmp_path, content)
    with pytest.raises(BankError) as wrong:
        load_bank(path)
    assert said in str(wrong.value)
    named = int(str(wrong.value).partition(", line ")[2].partition(":")[0])
    start = line_of(path, "blueprint:") + 1 + 4 * 2
    assert start <= named < start + 4


# The command.


@pytest.fixture
def quizzes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of quizzes for the command."""
    monkeypatch.setattr(cli, "QUIZZES", tmp_path / "quizzes")
    return tmp_path / "quizzes"


def test_the_command_prints_the_tables_and_writes_the_graded_banks(
    quizzes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["quiz", "--banks", str(GRADED.parent)])
    said = capsys.readouterr().out
    assert "types.formative.yaml" in said
    assert table_text(load_bank(GRADED)) in said
    assert sorted(path.name for path in (quizzes / "source").rglob("*.*")) == ["quiz.json", "types.ipynb"]


def test_the_command_fails_for_an_under_filled_blueprint_and_writes_nothing(
    quizzes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "banks", lacking(raw()))
    with pytest.raises(SystemExit) as ended:
        cli.main(["quiz", "--banks", str(tmp_path / "banks")])
    assert "types.graded.yaml, line" in str(ended.value.code)
    assert "write 89 more" in str(ended.value.code)
    assert "LACKS 89" in capsys.readouterr().out
    assert not (quizzes / "source").exists()


def test_the_command_takes_a_private_bank_over_the_public_ones(quizzes: Path, tmp_path: Path) -> None:
    mine = raw()["items"][0] | {"id": "mine"}
    private = raw() | {"items": [mine]}
    private.pop("blueprint")
    written(tmp_path / "private", private)
    cli.main(["quiz", "--banks", str(GRADED.parent), "--overlay", str(tmp_path / "private")])
    assert '"id": "mine"' in (quizzes / "source" / "types" / "quiz.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "No bank (*.yaml) in"),
        (("types.yaml",), "types.yaml: a bank is called MODULE.POOL.yaml"),
        (("a.odd.yaml",), "a.odd.yaml: a bank"),
    ],
)
def test_the_command_names_a_file_that_is_no_bank(
    quizzes: Path, tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    (tmp_path / "banks").mkdir()
    for name in names:
        (tmp_path / "banks" / name).write_text("x: 1\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main(["quiz", "--banks", str(tmp_path / "banks")])
    assert said in str(ended.value.code)
    assert not quizzes.exists()
