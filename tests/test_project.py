"""The project as a newcomer finds it: short README, pinned requirements, nothing generated, no secret of a machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement

from ketamine_course import evidence
from ketamine_course.chapters import TEMPLATE, chapters, pages, read_sections


def tracked(root: Path) -> list[Path]:
    """The files that git knows, or would know after `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [root / line for line in listed.splitlines() if (root / line).is_file()]


def test_the_readme_says_what_for_whom_and_how_in_under_150_words_before_any_detail(root: Path) -> None:
    opening = (root / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
    assert "make book" in opening
    assert "make test" in opening
    assert len(opening.split()) < 150


def test_every_command_of_the_makefile_is_one_of_the_command_line(root: Path) -> None:
    called = set(re.findall(r"\$\(COURSE\) ([a-z-]+)", (root / "Makefile").read_text(encoding="utf-8")))
    offered = set(re.findall(r'add\("([a-z-]+)"', (root / "src/ketamine_course/cli.py").read_text(encoding="utf-8")))
    assert called <= offered
    assert called >= {"book", "test", "prove", "lab", "benchmark-page"}


def test_requirements_pin_everything_that_pyproject_declares_and_install_the_course(root: Path) -> None:
    lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", " "))]
    assert wanted[0] == "-e ."
    assert all(re.match(r"[A-Za-z0-9._-]+==[^ ]+( ; .+)?$", line) for line in wanted[1:])
    pins = {Requirement(line).name.lower(): Requirement(line).specifier for line in wanted[1:]}
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + [r for extra in project["optional-dependencies"].values() for r in extra]
    for text in declared:
        requirement = Requirement(text)
        if requirement.name == "ketamine-course":
            continue
        version = next(iter(pins[requirement.name.lower()])).version
        assert requirement.specifier.contains(version), f"{requirement}: run `make requirements`"


def test_every_declared_dependency_has_its_sentence(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for declared in project["dependencies"] + [r for e in project["optional-dependencies"].values() for r in e]:
        assert Requirement(declared).name in text or Requirement(declared).name == "ketamine-course"


def test_labs_are_committed_without_outputs(root: Path) -> None:
    notebooks = [path for path in tracked(root) if path.suffix == ".ipynb"]
    assert notebooks
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None), path


def test_cells_of_labs_and_chapters_are_thin(root: Path) -> None:
    for path in (root / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            assert cell.cell_type != "code" or len(cell.source.splitlines()) <= 4, path
    for path in pages(root):
        for cell in re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", path.read_text(encoding="utf-8"), re.S):
            assert "plotly" not in cell
            assert len([line for line in cell.splitlines() if line and not line.startswith(":")]) <= 2, path


def test_prose_has_one_sentence_a_line(root: Path) -> None:
    for path in pages(root):
        for section in read_sections(path.read_text(encoding="utf-8")):
            for line in section.prose:
                assert line.kind != "text" or len(line.sentences()) <= 1, f"{path.name}:{line.number}: {line.text}"


def test_nothing_generated_and_no_path_of_a_machine_is_committed(root: Path) -> None:
    machine = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp)/\w")
    for path in tracked(root):
        relative = path.relative_to(root).as_posix()
        assert not re.match(r"(_build|\.venv|\.frontend)|.*(node_modules|__pycache__)", relative), relative
        assert not relative.endswith((".min.js", ".woff2", ".whl", ".wasm")), relative
        if path.suffix in {
            ".py",
            ".md",
            ".js",
            ".css",
            ".yml",
            ".yaml",
            ".toml",
            ".ipynb",
            ".json",
            ".csv",
            ".bib",
            "",
        }:
            text = path.read_text(encoding="utf-8")
            assert path.name == "test_project.py" or not machine.search(text), relative


@pytest.mark.parametrize(
    "word", ["addict", "commit suicide", "committed suicide", "successful suicide", "suffers from"]
)
def test_the_books_language_puts_people_first(root: Path, word: str) -> None:
    for path in [*pages(root), *(root / "notebooks").glob("*.ipynb")]:
        assert word not in path.read_text(encoding="utf-8").lower(), path


def test_help_stands_wherever_suicide_is_discussed(root: Path) -> None:
    for path in pages(root):
        text = path.read_text(encoding="utf-8")
        if "suicid" in text.lower() and path.name != "evidence.md":
            before, _, _ = text.lower().partition("suicid")
            assert "crisis-help" in text
            assert re.search(r"\{admonition\}|\(help\)=", before), path


def test_chapters_open_with_a_plain_summary_of_at_most_120_words(root: Path) -> None:
    opened = {
        path: text for path in pages(root) if "\n## In plain words\n" in (text := path.read_text(encoding="utf-8"))
    }
    assert {*chapters(root)} <= {*opened}
    for path, text in opened.items():
        summary = text.split("\n## In plain words\n")[1].split("\n## ")[0]
        words = re.sub(r"\{[\w:]+\}`[^`]*`", "number", summary).split()
        assert 60 <= len(words) <= 120, path


def test_the_toc_names_only_pages_that_are_written(root: Path) -> None:
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [entry for part in toc["parts"] for entry in part["chapters"]]
    sections = [each for entry in chapters for each in entry.get("sections", [])]
    named = {toc["root"], *(entry["file"] for entry in (*chapters, *sections))}
    written = (path for path in (root / "book").rglob("*.md") if path.name != TEMPLATE)
    assert named == {path.relative_to(root).with_suffix("").as_posix() for path in written}
    assert all(len((root / f"{entry['file']}.md").read_text(encoding="utf-8")) > 500 for entry in chapters)


def test_every_table_has_a_page_of_its_own(root: Path) -> None:
    for name in evidence.names():
        page = (root / "book" / "tables" / f"{name}.md").read_text(encoding="utf-8")
        assert f"{{evidence-table}} {name}" in page
