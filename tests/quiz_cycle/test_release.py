"""What learners receive is the same whatever the keys are: release, quiz file, notebook, wheel and site."""

from __future__ import annotations

import copy
import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ketamine_course.items import Bank, load_bank
from ketamine_course.items.release import release_quiz, write_source

from .cycle import QUIZ, ROOT, SAMPLE, Course, load, raw_bank, write_bank

#: Stands in every key text that is altered, and in nothing else.
MARK = "Zebrafish-9041"


def altered() -> dict[str, Any]:
    """The sample bank with each key changed, and nothing that a learner sees."""
    bank = copy.deepcopy(raw_bank())
    for item in bank["items"]:
        item |= {"why": f"{MARK} why {item['id']}", "where": "book/index#how-to-use-it", "reference": "aana2024"}
        if item["type"] in ("single", "multiple"):
            options = item["options"]
            right = [bool(option.pop("correct", False)) for option in options]
            # One further for a single best answer; the reverse, and so another number, for select all that apply.
            turned = right[-1:] + right[:-1] if item["type"] == "single" else [not each for each in right]
            for option, correct in zip(options, turned, strict=True):
                option["why"] = f"{MARK} why {option['id']}"
                if correct:
                    option["correct"] = True
        elif item["type"] == "numeric":
            others = [unit for unit in item["units"] if unit != item["answer"]["unit"]]
            item["answer"] = {"value": 9041, "unit": others[0], "tolerance": 12.5}
        else:
            total = item["points"]
            item["rubric"] = [{"points": total - 0.5, "for": MARK}, {"points": 0.5, "for": f"{MARK} too"}]
    return bank


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def secrets_of(bank: Bank) -> list[str]:
    """Every sentence of the keys."""
    return [
        text
        for item in bank.items
        for text in (
            item.key["why"],
            *item.key.get("rationales", {}).values(),
            *(line["for"] for line in item.key.get("rubric", ())),
        )
    ]


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose keys are all others, released."""
    course = Course.new(tmp_path_factory.mktemp("other") / "quizzes")
    write_source(write_bank(course.folder / "banks", altered()), course.folder / "source")
    course.release()
    return course


def test_every_key_was_really_changed() -> None:
    before, after = {item.id: item for item in load_bank(SAMPLE).items}, altered()
    for changed in after["items"]:
        item = before[changed["id"]]
        if item.kind in ("single", "multiple"):
            assert {o["id"] for o in changed["options"] if o.get("correct")} != set(item.key["correct"])
        assert MARK in str(changed)


def test_source_and_release_do_not_depend_on_the_keys(released: Course, other: Course) -> None:
    for part in ("source", "release"):
        mine, others = contents(released.folder / part), contents(other.folder / part)
        assert set(mine) == {f"{QUIZ}/{QUIZ}.ipynb", f"{QUIZ}/quiz.json"}
        assert mine == others
        assert (mine[f"{QUIZ}/quiz.json"]) == contents(released.folder / "source")[f"{QUIZ}/quiz.json"]


def test_the_release_holds_no_sentence_of_a_key_and_no_field_of_one(released: Course) -> None:
    text = b"".join(contents(released.folder / "release").values()).decode("utf-8")
    assert [secret for secret in secrets_of(load_bank(SAMPLE)) if secret in text] == []
    for name in ("correct", "tolerance", "formula", "rationale", "rubric", "reference", "why", '"where"'):
        assert name not in text, name


def test_the_release_says_all_that_a_learner_needs(released: Course) -> None:
    quiz = load(released.folder / "release" / QUIZ / "quiz.json")
    assert quiz == release_quiz(load_bank(released.folder / "banks" / SAMPLE.name))
    for item in quiz["items"]:
        assert {"id", "type", "points", "stem"} < set(item) | {"x"}
    book = load(released.folder / "release" / QUIZ / f"{QUIZ}.ipynb")
    assert "".join(book["cells"][0]["source"]).endswith("quiz()")
    assert [cell["id"] for cell in book["cells"]] == ["quiz", "note", *(item["id"] for item in quiz["items"])]


def test_making_a_source_again_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_source(load_bank(SAMPLE), tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_changed_stem_changes_the_release(released: Course, other: Course, tmp_path: Path) -> None:
    course = other.copy(tmp_path / "quizzes")
    content = raw_bank()
    content["items"][0]["stem"] += " Think twice."
    write_source(write_bank(course.folder / "banks", content), course.folder / "source")
    run = course.nbgrader("generate_assignment", QUIZ, "--force")
    assert run.code == 0, run.said
    after, before = contents(course.folder / "release"), contents(released.folder / "release")
    assert after[f"{QUIZ}/quiz.json"] != before[f"{QUIZ}/quiz.json"]
    assert b"Think twice." in after[f"{QUIZ}/quiz.json"]


def project_copy(folder: Path) -> Path:
    """Copy what git knows of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for name in listed:
        if (ROOT / name).is_file() and not name.startswith(("tests/", "book/", "benchmarks/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def wheel(project: Path) -> bytes:
    """Build the wheel of a project."""
    done = subprocess.run(
        [sys.executable, "-m", "uv", "build", "--wheel", "--quiet", "--out-dir", "built", "."],
        cwd=project,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1767225600"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = (project / "built").glob("*.whl")
    return built.read_bytes()


def test_the_wheel_does_not_depend_on_the_keys(tmp_path: Path) -> None:
    one, two = project_copy(tmp_path / "one"), project_copy(tmp_path / "two")
    write_bank(two / "quizzes" / "banks", altered())
    built = wheel(one)
    assert hashlib.sha256(built).hexdigest() == hashlib.sha256(wheel(two)).hexdigest()
    (tmp_path / "unpacked").mkdir()
    (tmp_path / "unpacked" / "x.zip").write_bytes(built)
    shutil.unpack_archive(tmp_path / "unpacked" / "x.zip", tmp_path / "unpacked" / "x")
    inside = contents(tmp_path / "unpacked" / "x")
    assert not [name for name in inside if "quizzes" in name or name.endswith((".yaml", ".ipynb"))]
    text = b"\n".join(inside.values()).decode("utf-8", "replace")
    assert [secret for secret in secrets_of(load_bank(SAMPLE)) if secret in text] == []


def test_no_file_of_the_quizzes_goes_into_the_site() -> None:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["only_build_toc_files"] is True
    assert "quizzes" in config["exclude_patterns"]
    assert "quizzes" not in (ROOT / "_toc.yml").read_text(encoding="utf-8")
    for name in ("html_extra_path", "html_static_path"):
        assert not [path for path in config["sphinx"]["config"].get(name, ()) if "quiz" in path]
    for page in (ROOT / "book").rglob("*.md"):
        assert not re.search(r"banks/|load_bank|\{(literal)?include\}.*quizzes", page.read_text(encoding="utf-8")), page
    for module in (ROOT / "src" / "ketamine_course" / "sphinx").rglob("*.py"):
        # Self-checks and objectives of a page read a bank, through the two functions that refuse graded ones.
        text = module.read_text(encoding="utf-8")
        if re.search(r"\bitems\b.*import|import.*\bload_bank\b", text):
            assert re.search(r"\b(payload|page_objectives)\(", text), module


def test_no_sentence_of_a_key_stands_in_the_built_site() -> None:
    site = ROOT / "_build" / "html"
    assert site.exists(), "run `ketamine-course build` before the tests"
    pages = {
        path: html.unescape(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8", errors="replace")))
        for path in site.rglob("*")
        if path.suffix in (".html", ".js", ".json", ".txt", ".ipynb", ".md", ".yaml") and path.is_file()
    }
    assert pages
    found = [
        (path.name, secret)
        for path, text in pages.items()
        for secret in secrets_of(load_bank(SAMPLE))
        if secret in text
    ]
    assert found == []
    assert not [path for path in site.rglob("*") if "banks" in path.parts or path.name.endswith(".graded.yaml")]


def test_what_a_learner_runs_imports_nothing_that_knows_a_key() -> None:
    code = (
        "import sys; import ketamine_course.widgets.quiz_widget, ketamine_course.widgets.page, ketamine_course.answers;"
        "print([name for name in sys.modules if name.startswith(('ketamine_course.items', 'ketamine_course.grading',"
        " 'nbgrader', 'yaml', 'jsonschema'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
