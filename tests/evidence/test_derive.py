"""Derived tables follow from their inputs or are refused; they are written whole, and only when something changed."""

from __future__ import annotations

import csv
import importlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from frictionless import Resource, system

from ketamine_course import evidence
from ketamine_course.evidence.table import sha256, sidecar_path

# By name, because the packages' functions `table` and `derive` hide the modules that hold them.
TABLE = importlib.import_module("ketamine_course.evidence.table")
DERIVE = importlib.import_module("ketamine_course.analysis.derive")


@dataclass(frozen=True)
class Copy:
    """A copy of the course's tables, and an empty folder for what is derived from them."""

    tables: Path
    derived: Path

    @property
    def pooled(self) -> Path:
        """The derived table."""
        return self.derived / "pooled_effects.csv"

    def contents(self) -> dict[str, bytes]:
        """Return every file that was derived."""
        return {path.name: path.read_bytes() for path in self.derived.iterdir()}

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the first of a text in a table."""
        path = self.tables / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        forget()


def forget() -> None:
    """Empty the caches, which otherwise outlive an edit."""
    for cached in (TABLE.table, TABLE._rows_by_id, TABLE._references):
        cached.cache_clear()


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Copy]:
    """The tables in a folder of their own, which every module of the course now uses."""
    found = Copy(Path(shutil.copytree(evidence.TABLES, tmp_path / "tables")), tmp_path / "derived")
    for module in (TABLE, DERIVE, evidence):
        monkeypatch.setattr(module, "TABLES", found.tables)
        monkeypatch.setattr(module, "DERIVED", found.derived)
    forget()
    yield found
    monkeypatch.undo()
    forget()


def test_deriving_writes_a_table_its_sidecar_and_the_references(copy: Copy) -> None:
    assert DERIVE.derive() is True
    assert set(copy.contents()) == {
        "infusion_bands.follows.json",
        "infusion_bands.json",
        "pooled_effects.csv",
        "pooled_effects.resource.json",
        "references.json",
    }
    assert len(evidence.table("pooled_effects")) >= 3


def test_the_sidecar_is_valid_and_says_what_the_table_follows_from(copy: Copy) -> None:
    DERIVE.derive()
    with system.use_context(trusted=True):
        report = Resource.from_descriptor(str(sidecar_path(copy.pooled))).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])
    said = json.loads(sidecar_path(copy.pooled).read_text(encoding="utf-8"))
    assert said["hash"] == sha256(copy.pooled)
    assert said["inputs"] == {name: sha256(copy.tables / f"{name}.csv") for name in ("trials", "trial_results")}
    assert said["licenses"][0]["name"] == "CC-BY-4.0"
    assert all(field["description"] for field in said["schema"]["fields"])


def test_the_references_are_labels_and_addresses_by_key(copy: Copy) -> None:
    DERIVE.derive()
    cited = json.loads((copy.derived / "references.json").read_text(encoding="utf-8"))
    assert {row["reference"] for row in evidence.table("trials")} <= set(cited)
    assert cited["lii2023"][0] == "Lii 2023"
    assert all(label for label, _ in cited.values())
    assert all(href.startswith(("https://", "http://")) for _, href in cited.values() if href)
    assert evidence.reference("lii2023") == tuple(cited["lii2023"])
    assert evidence.reference("nobody2099") == ("nobody2099", "")


def test_nothing_is_written_when_nothing_changed(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    assert DERIVE.derive() is True
    before = copy.contents()
    monkeypatch.setattr(DERIVE, "_write", lambda path, _text: pytest.fail(f"wrote {path.name} again"))
    assert DERIVE.derive() is False
    assert copy.contents() == before


def spoil_hash(copy: Copy, _monkeypatch: pytest.MonkeyPatch) -> None:
    copy.pooled.write_bytes(copy.pooled.read_bytes() + b"\n")


def change_code(_copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DERIVE, "_code_digest", lambda: "another")


def change_input(copy: Copy, _monkeypatch: pytest.MonkeyPatch) -> None:
    copy.edit("trials", "Berman 2000", "Berman and others 2000")


def remove_sidecar(copy: Copy, _monkeypatch: pytest.MonkeyPatch) -> None:
    sidecar_path(copy.pooled).unlink()


@pytest.mark.parametrize("change", [spoil_hash, change_code, change_input, remove_sidecar])
def test_a_table_is_written_again_when_an_input_the_code_or_it_itself_changed(
    copy: Copy, monkeypatch: pytest.MonkeyPatch, change: Callable[[Copy, pytest.MonkeyPatch], None]
) -> None:
    DERIVE.derive()
    before = copy.pooled.read_bytes()
    change(copy, monkeypatch)
    assert DERIVE.derive() is True
    assert copy.pooled.read_bytes() == before, "none of these changes touches a number"
    assert DERIVE.derive() is False


def test_the_digest_of_the_code_follows_every_module_that_numbers_pass_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Path(DERIVE.__file__).parents[1]
    parts = ("analysis", "core", "evidence")
    for part in parts:
        shutil.copytree(package / part, tmp_path / part, ignore=shutil.ignore_patterns("tables", "derived"))
    (tmp_path / "figures").mkdir()
    shutil.copy(package / "figures" / "infusion.py", tmp_path / "figures")
    monkeypatch.setattr(DERIVE, "_PACKAGE", tmp_path)
    seen = {DERIVE._code_digest()}
    for part in parts:
        module = next((tmp_path / part).glob("*.py"))
        module.write_text(module.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
        seen.add(DERIVE._code_digest())
    bands = tmp_path / "figures" / "infusion.py"
    bands.write_text(bands.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    seen.add(DERIVE._code_digest())
    assert len(seen) == 2 + len(parts)


def test_an_edited_result_changes_the_pooled_figure(copy: Copy) -> None:
    DERIVE.derive()
    before = {row.id: row["value"] for row in evidence.table("pooled_effects")}
    copy.edit("trial_results", "at,70,101,52,100", "at,75,101,52,100")
    DERIVE.derive()
    forget()
    after = {row.id: row["value"] for row in evidence.table("pooled_effects")}
    assert [each for each in before if after[each] != before[each]] == ["pooled.esketamine.response.672h"]
    assert after["pooled.esketamine.response.672h"] > before["pooled.esketamine.response.672h"]


@pytest.mark.parametrize("name", ["trials", "trial_results"])
def test_a_derived_table_older_than_an_input_is_refused_with_the_remedy(copy: Copy, name: str) -> None:
    DERIVE.derive()
    assert evidence.table("pooled_effects")
    copy.edit(name, "course editors", "course editors again")
    with pytest.raises(evidence.EvidenceError, match=rf"older than {name}\.csv.*run: ketamine-course derive"):
        evidence.table("pooled_effects")
    DERIVE.derive()
    assert evidence.table("pooled_effects")


def test_a_derived_table_that_nobody_worked_out_is_refused_with_the_remedy(copy: Copy) -> None:
    with pytest.raises(evidence.EvidenceError, match="ketamine-course derive"):
        evidence.table("pooled_effects")


def test_a_table_that_cannot_be_trusted_stops_deriving_and_leaves_what_was_there(copy: Copy) -> None:
    DERIVE.derive()
    before = copy.contents()
    copy.edit("trial_results", ",read,", ",memory,")
    with pytest.raises(evidence.EvidenceError, match=r"trial_results\.csv.*'status'"):
        DERIVE.derive()
    assert copy.contents() == before


def interrupted(nth: int) -> Callable[[Any, Any], None]:
    """Return an `os.replace` that works until the nth call, at which the machine stops."""
    calls = iter(range(nth))

    def replace(source: Any, target: Any) -> None:
        if next(calls) == nth - 1:
            raise KeyboardInterrupt
        replace_file(source, target)

    return replace


replace_file = os.replace


@pytest.mark.parametrize("nth", [1, 2])
def test_an_interrupted_write_leaves_whole_files_and_the_next_run_puts_them_right(
    copy: Copy, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    DERIVE.derive()
    before = copy.contents()
    copy.edit("trial_results", "at,70,101,52,100", "at,75,101,52,100")
    with monkeypatch.context() as patch:
        patch.setattr(DERIVE.os, "replace", interrupted(nth))
        with pytest.raises(KeyboardInterrupt):
            DERIVE.derive()
    left = copy.contents()
    # The sidecar comes last: until it is there, the old one says that the table is older than its inputs.
    assert left["pooled_effects.resource.json"] == before["pooled_effects.resource.json"]
    assert (left["pooled_effects.csv"] == before["pooled_effects.csv"]) == (nth == 1)
    with copy.pooled.open(encoding="utf-8", newline="") as file:
        assert all(None not in row.values() for row in csv.DictReader(file))
    with pytest.raises(evidence.EvidenceError, match="ketamine-course derive"):
        evidence.table("pooled_effects")
    assert DERIVE.derive() is True
    assert DERIVE.derive() is False
    assert evidence.table("pooled_effects")


def test_the_command_stops_with_the_message_and_not_with_a_traceback(copy: Copy) -> None:
    from ketamine_course import cli

    copy.edit("trials", ",read,", ",memory,")
    with pytest.raises(SystemExit) as stop:
        cli.main(["derive"])
    assert "trials.csv" in str(stop.value)
