"""A bank that is drawn from others: the same for everybody, by what the cells ask, and never short of items."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from ketamine_course.items import BankError, load_bank

from .cycle import ROOT

HEAD = """\
module: exam
pool: graded
title: A drawn exam
version: 1
reviewed: "2026-11-24"
review_by: "2027-11-24"
"""


@pytest.fixture
def banks(tmp_path: Path) -> Path:
    folder = tmp_path / "banks"
    folder.mkdir()
    for module in ("onset", "vial"):
        shutil.copy(ROOT / "quizzes" / "banks" / f"{module}.graded.yaml", folder)
    return folder


def exam(banks: Path, *lines: str, head: str = HEAD) -> Path:
    path = banks / "exam.graded.yaml"
    path.write_text(head + "\n".join(["draw:", *(f"  - {line}" for line in lines)]) + "\n", encoding="utf-8")
    return path


def written(banks: Path, module: str) -> dict[str, dict[str, object]]:
    content = yaml.safe_load((banks / f"{module}.graded.yaml").read_text(encoding="utf-8"))
    return {item["id"]: item for item in content["items"]}


def test_each_cell_takes_as_many_as_it_asks_and_only_what_fits(banks: Path) -> None:
    bank = load_bank(
        exam(banks, "{module: onset, objective: onset-nnt, entries: 2}", "{module: vial, bloom: apply, entries: 1}")
    )
    first, second, third = (item.id for item in bank.items)
    assert {written(banks, "onset")[each]["objective"] for each in (first, second)} == {"onset-nnt"}
    assert first != second
    assert written(banks, "vial")[third]["bloom"] == "apply"
    assert {each["id"] for each in bank.objectives} == {item.objective for item in bank.items}


def test_the_draw_is_the_same_again_and_another_with_another_salt(banks: Path) -> None:
    cells = ("{module: onset, entries: 4}", "{module: vial, entries: 4}")
    once, again = (tuple(item.id for item in load_bank(exam(banks, *cells)).items) for _ in range(2))
    assert once == again
    others = {
        tuple(item.id for item in load_bank(exam(banks, *cells, head=HEAD + f"salt: year-{year}\n")).items)
        for year in range(8)
    }
    assert len(others) > 1


def test_an_entry_is_never_drawn_twice_and_a_case_comes_as_a_whole(banks: Path) -> None:
    bank = load_bank(exam(banks, "{module: onset, entries: 3}", "{module: onset, entries: 5}"))
    assert sorted(item.id for item in bank.items) == sorted(written(banks, "onset"))
    shutil.copy(ROOT / "tests" / "assessment" / "fixtures" / "types.graded.yaml", banks)
    case = next(each for each in written(banks, "types").values() if each["type"] == "case")
    inside = [each["id"] for each in case["items"]]  # type: ignore[attr-defined]
    step = case["items"][-1]["step"]  # type: ignore[index]
    every = sum(
        any(part["step"] == step for part in each.get("items", [each]))  # type: ignore[attr-defined]
        for each in written(banks, "types").values()
    )
    drawn = [item.id for item in load_bank(exam(banks, f"{{module: types, step: {step}, entries: {every}}}")).items]
    start = drawn.index(inside[0])
    assert drawn[start : start + 6] == inside


def test_a_private_bank_laid_over_a_module_reaches_the_exam(banks: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "private"
    overlay.mkdir()
    content = yaml.safe_load((banks / "onset.graded.yaml").read_text(encoding="utf-8"))
    del content["blueprint"]
    content["items"] = [item for item in content["items"] if item["id"] == "onset-people"]
    content["items"][0]["points"] = 9
    (overlay / "onset.graded.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    path = exam(banks, "{module: onset, type: numeric, entries: 3}")
    assert {item.id: item.points for item in load_bank(path, overlay).items}["onset-people"] == 9
    assert {item.id: item.points for item in load_bank(path).items}["onset-people"] == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{module: onset, entries: 99}", r"line 8: asks for 99 entries, and onset\.graded\.yaml has 8"),
        (
            "{module: onset, objective: nothing, entries: 1}",
            "line 8: 'nothing' is no objective of onset; they are onset-",
        ),
        ("{module: exam, entries: 1}", "line 8: 'exam' is itself drawn"),
        ("{module: absent, entries: 1}", r"absent\.graded\.yaml: cannot be read"),
        ("{module: onset, entries: 0}", "line 8: 0 is less than the minimum of 1"),
        ("{module: onset}", "line 8: 'entries' is a required property"),
        ("{module: onset, entries: 1, colour: red}", "line 8: .*'colour' was unexpected"),
    ],
)
def test_a_draw_that_cannot_be_made_names_line_and_remedy(banks: Path, line: str, said: str) -> None:
    with pytest.raises(BankError, match=said):
        load_bank(exam(banks, line))


def test_what_is_drawn_has_no_items_of_its_own(banks: Path) -> None:
    with pytest.raises(BankError, match="line 7: what is drawn brings its objectives with it"):
        load_bank(exam(banks, "{module: onset, entries: 1}", head=HEAD + "objectives: [{id: x-y, text: Something.}]\n"))
    path = exam(banks, "{module: onset, entries: 1}", head=HEAD.replace("graded", "formative"))
    with pytest.raises(BankError, match="only a graded bank is drawn"):
        load_bank(path.rename(banks / "exam.formative.yaml"))
