"""The course's own book: it builds without a warning, and a rebuild follows an edit of package or table."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

PARTS = ("_config.yml", "_toc.yml", "book", "src")
ROW = "lii2023.ketamine.24h.madrs_response"


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course, built once, whose package is its own."""
    return built_copy(root, tmp_path_factory.mktemp("rebuild"), PARTS)


def built_copy(root: Path, folder: Path, parts: Sequence[str]) -> Path:
    """Copy parts of the course into a folder and build the book there."""
    for part in parts:
        source = root / part
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, folder / part, ignore=ignore) if source.is_dir() else shutil.copy(source, folder)
    shutil.copytree(root / ".frontend", folder / ".frontend")
    banks = folder / "quizzes" / "banks"
    banks.mkdir(parents=True, exist_ok=True)
    for pool in ("formative", "pretest"):  # what the pages show; a graded bank has no part in the book
        for bank in (root / "quizzes" / "banks").glob(f"*.{pool}.yaml"):
            shutil.copy(bank, banks)
    (folder / "first.log").write_text(build(folder), encoding="utf-8")
    return folder


def build(folder: Path) -> str:
    """Build incrementally, as an author does after an edit; return the log."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("jupyter-book")), "build", str(folder)],
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def page(folder: Path) -> str:
    return (folder / "_build" / "html" / "book" / "onset.html").read_text(encoding="utf-8")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_book_has_no_typed_number_no_unknown_citation_and_no_broken_link(copy: Path) -> None:
    log = (copy / "first.log").read_text(encoding="utf-8")
    assert [line for line in log.splitlines() if "WARNING:" in line or "ERROR:" in line] == []


def test_the_site_is_byte_for_byte_the_same_whatever_the_quizzes_keys_are(
    copy: Path, root: Path, tmp_path: Path
) -> None:
    bank = (root / "quizzes" / "banks" / "onset.graded.yaml").read_text(encoding="utf-8")
    other = tmp_path / "other"
    (other / "quizzes" / "banks").mkdir(parents=True)
    altered = bank.replace(", correct: true", "").replace("why:", "why: ALTERED")
    (other / "quizzes" / "banks" / "onset.graded.yaml").write_text(altered, encoding="utf-8")
    built_copy(root, other, PARTS)
    one, two = copy / "_build" / "html", other / "_build" / "html"
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    different = [name for name in names if (one / name).read_bytes() != (two / name).read_bytes()]
    # Sphinx notes there when it was configured, and nothing that a reader gets.
    assert [name for name in different if name.name != ".buildinfo"] == []


def test_a_build_with_nothing_to_do_leaves_the_site_as_it_is(copy: Path) -> None:
    site = copy / "_build" / "html"
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert "no targets are out of date" in build(copy)
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


PLANTED = (
    "About 64 people took part.",
    "- Some forty left.",
    "Nearly ½ came back.",
    "Two of them stayed.",
    "It was 3.5 points.",
)


def test_five_numbers_planted_in_the_chapter_are_caught_with_their_place(copy: Path) -> None:
    chapter = copy / "book" / "onset.md"
    original = chapter.read_text(encoding="utf-8")
    heading = "## Key points"
    chapter.write_text(original.replace(heading, heading + "\n\n" + "\n\n".join(PLANTED)), encoding="utf-8")
    log = build(copy)
    chapter.write_text(original, encoding="utf-8")
    found = re.findall(r"onset\.md:(\d+): WARNING: the number '([^']+)' was typed", log)
    assert [number for _, number in found] == ["64", "forty", "½", "Two", "3.5"]


def test_an_edited_table_changes_the_prose_and_the_figure(copy: Path) -> None:
    before = page(copy)
    printed = '<a class="kc-value"[^>]*title="Lii 2023, Extended Data Table 1"[^>]*>{}</a>'
    assert len(re.findall(printed.format(60), before)) == 1
    table = copy / "src/ketamine_course/evidence/tables/onset_points.csv"
    line = next(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith(ROW))
    edit(table, line, line.replace("60.0", "61.0"))
    build(copy)
    after = page(copy)
    assert re.search(printed.format(61), after)
    assert "1 day: 61 %" in after
    assert "1 day: 61 %" not in before


def test_an_edited_package_changes_the_figure(copy: Path) -> None:
    title = "Weeks or hours? Published points after the first dose"
    edit(copy / "src/ketamine_course/figures/onset_timeline.py", title, "An edited title")
    build(copy)
    assert "An edited title" in page(copy)
    assert title not in page(copy)


def test_an_edited_module_is_the_one_that_is_served(copy: Path) -> None:
    module = copy / "src/ketamine_course/widgets/static/figure.js"
    module.write_text(module.read_text(encoding="utf-8") + "// edited\n", encoding="utf-8")
    build(copy)
    assert (copy / "_build/html/_static/course/figure.js").read_text(encoding="utf-8").endswith("// edited\n")
