"""No unread row on any surface: not in a table, a page, a link, a download, a notebook or a quiz."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from frictionless import Resource, system

from ketamine_course import evidence
from ketamine_course.sphinx.values import anchor

WANTED = evidence.TABLES.parent / "wanted.csv"
WANTED_SIDECAR = WANTED.with_suffix(".resource.json")
with WANTED.open(encoding="utf-8", newline="") as _file:
    UNREAD = list(csv.DictReader(_file))

#: What somebody read, what the editors judged from such rows, what follows from such rows.
STATUSES = {"read", "judged", "computed"}


@pytest.fixture(scope="module")
def site(root: Path) -> Path:
    """The built book."""
    found = root / "_build" / "html"
    if not (found / "index.html").exists():
        pytest.fail(f"there is no built book at {found}; run: ketamine-course build")
    return found


def test_the_list_of_wanted_figures_is_valid_by_its_sidecar() -> None:
    with system.use_context(trusted=True):
        report = Resource.from_descriptor(str(WANTED_SIDECAR)).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])
    assert {row["status"] for row in UNREAD} == {"unread"}
    assert len(UNREAD) > 100


def test_the_list_of_wanted_figures_has_no_column_that_could_hold_a_value() -> None:
    fields = json.loads(WANTED_SIDECAR.read_text(encoding="utf-8"))["schema"]["fields"]
    assert {field["type"] for field in fields} == {"string"}
    of_values = {"value", "unit", "ci_low", "ci_high", "n", "events", "percent", "reference", "read_at", "read_on"}
    assert of_values.isdisjoint(field["name"] for field in fields)


def test_no_table_of_the_course_is_the_list_of_wanted_figures() -> None:
    assert "wanted" not in evidence.names()
    with pytest.raises(evidence.EvidenceError, match="no table 'wanted'"):
        evidence.table("wanted")
    with pytest.raises(evidence.EvidenceError, match="no row"):
        evidence.row(UNREAD[0]["wanted_id"])


def sources(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file that a learner's surface is made from, with its text."""
    for folder, pattern in (
        (evidence.TABLES, "*"), (evidence.DERIVED, "*"), (root / "book", "**/*.md"),
        (root / "notebooks", "**/*.ipynb"), (root / "quizzes" / "banks", "*"),
    ):  # fmt: skip
        found = [path for path in folder.glob(pattern) if path.is_file()]
        assert found, (folder, pattern)
        for path in found:
            yield path, path.read_text(encoding="utf-8")


def unread_in(text: str) -> list[str]:
    """Return the ids of the wanted figures that a text names, by their id or by what is wanted."""
    # Short ones ("half-life of norketamine") are words of the language: only as a whole cell, heading or line.
    lines = set(re.split(r"[\n,\"|<>]", text))
    return [
        row["wanted_id"]
        for row in UNREAD
        if row["wanted_id"] in text or (row["what"] in lines if len(row["what"]) < 30 else row["what"] in text)
    ]


def test_no_wanted_figure_stands_in_a_table_a_page_a_notebook_or_a_quiz(root: Path) -> None:
    found = {path.relative_to(root): ids for path, text in sources(root) if (ids := unread_in(text))}
    assert found == {}


def test_the_search_for_wanted_figures_finds_them() -> None:
    for row in UNREAD:
        assert row["wanted_id"] in unread_in(f"a,b\nx,{row['wanted_id']},y\n")
        assert row["wanted_id"] in unread_in(f"<td>{row['what']}</td>") or "," in row["what"]


def test_no_wanted_figure_stands_anywhere_in_the_site(site: Path) -> None:
    read = 0
    for path in site.rglob("*"):
        assert "wanted" not in path.name
        if path.suffix in (".html", ".csv", ".json") or path.name == "searchindex.js":
            assert unread_in(path.read_text(encoding="utf-8")) == [], path.relative_to(site)
            read += 1
    assert read > 40


def parsed(path: Path, *tags: str) -> BeautifulSoup:
    strainer = SoupStrainer(list(tags)) if tags else None
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser", parse_only=strainer)


def pages_with(site: Path, text: str) -> list[Path]:
    """Return the pages that hold a text: parsing those that cannot matter would take most of the time."""
    return [path for path in site.rglob("*.html") if text in path.read_text(encoding="utf-8")]


def test_every_table_has_a_page_and_every_page_of_tables_has_a_table(site: Path) -> None:
    assert sorted(path.stem for path in (site / "book" / "tables").glob("*.html")) == evidence.names()


@pytest.mark.parametrize("name", evidence.names())
def test_a_page_of_a_table_shows_its_rows_and_no_other(site: Path, name: str) -> None:
    rows = evidence.table(name)
    assert {row["status"] for row in rows} <= STATUSES
    page = parsed(site / "book" / "tables" / f"{name}.html")
    shown = [str(each["id"]) for each in page.find_all(id=re.compile("^row-"))]
    assert sorted(shown) == sorted(anchor(row.id) for row in rows)


def test_two_rows_never_share_an_anchor() -> None:
    for name in evidence.names():
        anchors = [anchor(row.id) for row in evidence.table(name)]
        assert len(set(anchors)) == len(anchors), name


def test_every_printed_value_leads_to_the_row_that_it_came_from(site: Path) -> None:
    anchors: dict[Path, set[str]] = {}
    links = 0
    for path in pages_with(site, "kc-value"):
        for link in parsed(path, "a").find_all("a", class_="kc-value"):
            address = urlsplit(str(link["href"]))
            assert not address.netloc, (path, link["href"])
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            assert target.parent == site / "book" / "tables", (path, link["href"])
            if target not in anchors:
                anchors[target] = {anchor(row.id) for row in evidence.table(target.stem)}
                there = {str(each["id"]) for each in parsed(target).find_all(id=True)}
                assert anchors[target] <= there, target
            assert address.fragment in anchors[target], (path, link["href"])
            assert str(link["title"]).strip(), (path, link["href"])
            links += 1
    assert links > 50


def test_the_tables_to_download_are_the_tables_that_were_read(site: Path) -> None:
    folder = site / "_static" / "course" / "tables"
    assert sorted(path.stem for path in folder.iterdir()) == evidence.names()
    for path in folder.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        assert rows, path.name
        assert all(None not in row and None not in row.values() for row in rows), path.name
        assert {row["status"] for row in rows} <= STATUSES, path.name
        assert [next(iter(row.values())) for row in rows] == [row.id for row in evidence.table(path.stem)], path.name


def test_a_figures_rows_are_rows_of_tables(site: Path) -> None:
    drawn = 0
    for path in pages_with(site, "data-row="):
        for each in parsed(path, "tr").find_all("tr", attrs={"data-row": True}):
            assert evidence.row(str(each["data-row"]))["status"] in STATUSES
            drawn += 1
    assert drawn > 200
