"""A review that is due is announced in time and, once late, fails; a file without sound dates is named."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ketamine_course import cli, evidence, review
from ketamine_course.chapters import pages

DAY = datetime.timedelta(days=1)


def due_days(root: Path) -> dict[str, datetime.date]:
    """Return the day of each file's next review, read without the course's own reader."""
    found = {
        path.name: json.loads(path.read_text(encoding="utf-8"))["review_by"]
        for path in evidence.TABLES.glob("*.resource.json")
    }
    for path in pages(root):
        found[path.name] = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])["review_by"]
    for path in (root / "quizzes" / "banks").glob("*.yaml"):
        found[path.name] = yaml.safe_load(path.read_text(encoding="utf-8"))["review_by"]
    return {name: datetime.date.fromisoformat(day) for name, day in found.items()}


@pytest.fixture(scope="module")
def due(root: Path) -> dict[str, datetime.date]:
    return due_days(root)


@pytest.fixture(scope="module")
def first(due: dict[str, datetime.date]) -> datetime.date:
    return min(due.values())


def said_on(day: datetime.date, capsys: pytest.CaptureFixture[str]) -> list[str]:
    cli.main(["review", "--today", day.isoformat()])
    return capsys.readouterr().out.splitlines()


def test_every_table_and_chapter_has_its_dates(root: Path, due: dict[str, datetime.date]) -> None:
    files = list(review.reviewed_files(root))
    assert {each.path.name: each.review_by for each in files} == due
    kinds = (evidence.TABLES.glob("*.csv"), pages(root), (root / "quizzes" / "banks").glob("*.yaml"))
    assert len(files) == sum(len(list(each)) for each in kinds)


def test_long_before_a_review_the_report_is_one_quiet_line(
    first: datetime.date, due: dict[str, datetime.date], capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = said_on(first - 61 * DAY, capsys)
    assert line == f"All {len(due)} tables, chapters and item banks are reviewed; the next review is due by {first}."


@pytest.mark.parametrize("days", [60, 1, 0])
def test_within_sixty_days_each_file_that_is_due_is_warned_of(
    first: datetime.date, due: dict[str, datetime.date], capsys: pytest.CaptureFixture[str], days: int
) -> None:
    lines = said_on(first - days * DAY, capsys)
    soon = {name for name, day in due.items() if day - first <= (60 - days) * DAY}
    assert all(line.startswith("WARNING  ") for line in lines)
    assert {Path(line.split(":")[0].split()[1]).name for line in lines} == soon
    assert f"due on {first}, in {days} days" in lines[0]


def test_after_its_day_a_review_is_late_and_the_command_fails(
    first: datetime.date, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["review", "--today", (first + 3 * DAY).isoformat()])
    assert "then set reviewed and review_by" in str(stop.value)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("LATE     ")
    assert f"due on {first}, 3 days ago" in lines[0]


def test_late_is_exit_code_1(first: datetime.date) -> None:
    command = [sys.executable, "-m", "ketamine_course.cli", "review", "--today", (first + DAY).isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "LATE" in done.stdout
    assert "Traceback" not in done.stderr


def test_what_is_late_comes_before_what_is_due(root: Path) -> None:
    def file(name: str, day: str) -> review.Reviewed:
        return review.Reviewed(root / name, datetime.date(2026, 1, 1), datetime.date.fromisoformat(day))

    files = [file("far.md", "2028-01-01"), file("soon.md", "2027-02-01"), file("book/late.md", "2026-12-01")]
    lines, late = review.report(files, datetime.date(2027, 1, 1), root)
    assert late
    assert [line.split(":")[0] for line in lines] == [f"LATE     {Path('book/late.md')}", "WARNING  soon.md"]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one sound table and one sound chapter."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "book").mkdir()
    (tmp_path / "tables" / "facts.csv").write_text("fact_id\n", encoding="utf-8")
    write_dates(tmp_path, '"2026-11-23"', '"2027-11-23"')
    (tmp_path / "tables" / "facts.resource.json").write_text(
        json.dumps({"reviewed": "2026-11-23", "review_by": "2027-11-23"}), encoding="utf-8"
    )
    monkeypatch.setattr(review, "TABLES", tmp_path / "tables")
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    return tmp_path


def write_dates(book: Path, reviewed: str, review_by: str) -> None:
    front = "".join(
        f"{name}: {day}\n" for name, day in (("reviewed", reviewed), ("review_by", review_by)) if day != "absent"
    )
    (book / "book" / "chapter.md").write_text(f"---\n{front}title: x\n---\n\n# Chapter\n", encoding="utf-8")


def test_a_project_with_sound_dates_is_read(book: Path) -> None:
    assert [each.path.name for each in review.reviewed_files(book)] == ["facts.resource.json", "chapter.md"]


@pytest.mark.parametrize(
    ("reviewed", "review_by", "said"),
    [
        ("absent", '"2027-11-23"', "reviewed is None; write a date in quotes"),
        ('"2026-11-23"', "absent", "review_by is None; write a date in quotes"),
        ("2026-11-23", '"2027-11-23"', "reviewed is datetime.date(2026, 11, 23); write a date in quotes"),
        ('"2026-11-23"', '"next year"', "review_by is 'next year'; write a date in quotes"),
        ('"2027-11-23"', '"2026-11-23"', "review_by (2026-11-23) is not after reviewed (2027-11-23); correct one"),
        ('"2026-11-23"', '"2026-11-23"', "review_by (2026-11-23) is not after reviewed (2026-11-23); correct one"),
    ],
)
def test_a_chapter_without_sound_dates_is_named_with_the_remedy(
    book: Path, reviewed: str, review_by: str, said: str
) -> None:
    write_dates(book, reviewed, review_by)
    with pytest.raises(SystemExit) as stop:
        cli.main(["review", "--today", "2026-12-01"])
    assert str(book / "book" / "chapter.md") in str(stop.value)
    assert said in str(stop.value)


def test_a_chapter_without_front_matter_is_named_with_the_remedy(book: Path) -> None:
    (book / "book" / "chapter.md").write_text("# Chapter\n", encoding="utf-8")
    with pytest.raises(review.ReviewError, match=r"chapter\.md, front matter: reviewed is None; write a date"):
        list(review.reviewed_files(book))


def test_a_table_without_dates_is_named_with_the_remedy(book: Path) -> None:
    (book / "tables" / "facts.resource.json").write_text('{"reviewed": "2026-11-23"}', encoding="utf-8")
    with pytest.raises(review.ReviewError, match=r"facts\.resource\.json, top level: review_by is None; write a date"):
        list(review.reviewed_files(book))


def test_a_day_that_is_none_is_refused_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["review", "--today", "tomorrow"])
    assert stop.value.code == 2
    assert "--today" in capsys.readouterr().err
