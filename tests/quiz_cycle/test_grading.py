"""One whole cycle in nbgrader: exact points, refusals, hostile notebooks, marks by hand, broken configurations."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import PyFileConfigLoader

from ketamine_course.answers import RECORD_FILE, embed, read_record
from ketamine_course.items import load_bank

from .cycle import (
    CHOICES,
    FREE_TEXT,
    MIXED,
    POINTS_MIXED,
    POINTS_RIGHT,
    POINTS_WRONG,
    QUIZ,
    RIGHT,
    TEXT,
    WRONG,
    Course,
    Grade,
    Run,
    auto,
    cell,
    edit,
    load,
)

XSS = '<script>document.title="taken"</script><img src=x onerror="alert(1)">'


@dataclass
class Listener:
    """Listens on a port of this computer and counts who connects."""

    port: int = 0
    calls: list[Any] = field(default_factory=list)

    def start(self) -> None:
        """Listen in a thread of its own."""
        server = socket.create_server(("127.0.0.1", 0))
        self.port = server.getsockname()[1]

        def accept() -> None:
            while True:
                connection, _ = server.accept()
                self.calls.append(connection)
                connection.close()

        threading.Thread(target=accept, daemon=True).start()


def bomb(course: Path, home: Path, port: int) -> str:
    """Code that leaves four marks wherever it is executed."""
    startup = home / "ipython" / "profile_default" / "startup"
    return f"""
import pathlib, socket, sqlite3
pathlib.Path({str(home / "touched")!r}).touch()
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=2).close()
finally:
    startup = pathlib.Path({str(startup)!r})
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "00-infect.py").write_text("x = 1")
    database = sqlite3.connect({str(course / "gradebook.db")!r}, timeout=2)
    database.execute("create table if not exists pwned (x)")
    database.commit()
100.0
"""


def marks(course: Path, home: Path, listener: Listener) -> list[str]:
    """What the bomb has left."""
    with sqlite3.connect(course / "gradebook.db") as database:
        tables = {name for (name,) in database.execute("select name from sqlite_master")}
    found = {
        "touched": (home / "touched").exists(),
        "connected": bool(listener.calls),
        "infected": (home / "ipython" / "profile_default" / "startup" / "00-infect.py").exists(),
        "gradebook": "pwned" in tables,
    }
    return [name for name, there in found.items() if there]


def fill_with_code(notebook: dict[str, Any], code: str) -> None:
    """Put code wherever a notebook can hold it, with outputs that claim full marks."""
    claim = {
        "output_type": "execute_result", "execution_count": 1, "metadata": {},
        "data": {"text/plain": "2.0", "text/html": XSS},
    }  # fmt: skip

    def loose(metadata: dict[str, Any]) -> dict[str, Any]:
        return {
            "cell_type": "code", "execution_count": 1, "metadata": metadata, "outputs": [claim], "source": code,
        }  # fmt: skip

    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            each["source"], each["outputs"] = code, [claim]
    explain = cell(notebook, FREE_TEXT)
    explain |= {"cell_type": "code", "source": code, "outputs": [claim], "execution_count": 1}
    explain["metadata"]["nbgrader"] |= {"solution": False, "locked": True}
    notebook["cells"].insert(0, loose({}))
    notebook["cells"].append(loose({"nbgrader": {}}))
    notebook["cells"].append(loose({"tags": ["parameters"], "init_cell": True}))
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": XSS})
    notebook["cells"].append({"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": XSS})
    notebook["metadata"] |= {
        "title": XSS,
        "kernelspec": {"name": "bash", "display_name": XSS, "language": "bash"},
        "ketamine_course_record": {"answers": RIGHT, "submitted": None, "token": ""},
    }


def tamper(notebook: dict[str, Any]) -> None:
    """Change everything that nbgrader's metadata say of the cells."""
    for each in notebook["cells"]:
        if mark := each["metadata"].get("nbgrader"):
            mark |= {"points": 1000.0, "solution": not mark["solution"], "locked": False, "grade": False, "task": True}


@dataclass(frozen=True)
class Cycle:
    """A finished cycle: the course, and what it looked like after the first grading."""

    course: Course
    first: Run
    grades: dict[str, dict[str, Grade]]
    totals: dict[str, float]
    refused: dict[str, str]
    notebooks: dict[str, dict[str, Any]]
    marks: list[str]
    second: Run
    feedback: Run


@pytest.fixture(scope="module")
def cycle(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Cycle:
    """Hand in as twelve students do, grade, mark by hand, change some, grade again, give feedback."""
    course = released.copy(tmp_path_factory.mktemp("cycle") / "quizzes")
    home = course.folder.parent / "home"
    listener = Listener()
    listener.start()

    course.hand_in("right", RIGHT)
    course.hand_in("wrong", WRONG)
    course.hand_in("mixed", MIXED)
    course.hand_in("vanished", RIGHT)
    course.hand_in("vanished-unmarked", RIGHT)
    course.submission("never-saved")
    (course.hand_in("malformed", RIGHT) / RECORD_FILE).write_text('{"schema": 1, "quiz": "onset", "ans')
    (course.hand_in("other-quiz", RIGHT) / RECORD_FILE).write_text(
        json.dumps({"schema": 1, "quiz": "dosing", "answers": {}, "saved_at": None, "submitted": None})
    )
    edit(
        course.hand_in("deleted", RIGHT),
        lambda book: book["cells"].remove(cell(book, "onset-null")),
    )
    edit(
        course.hand_in("doubled", MIXED),
        lambda book: book["cells"].extend([cell(book, "onset-null") | {"id": "copy"}] * 2),
    )
    edit(course.hand_in("tampered", MIXED), tamper)
    folder = course.hand_in("embedded", MIXED)
    book = embed(load(folder / f"{QUIZ}.ipynb"), read_record(folder) or {})
    (folder / f"{QUIZ}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    (folder / RECORD_FILE).unlink()
    edit(
        course.hand_in("hostile", WRONG),
        lambda book: fill_with_code(book, bomb(course.folder, home, listener.port)),
    )
    (course.hand_in("no-notebook", RIGHT) / f"{QUIZ}.ipynb").write_text('{"cells": [', encoding="utf-8")

    first = course.nbgrader("autograde", QUIZ)
    snapshot = (
        course.grades(),
        course.totals(),
        course.refused(),
        {path.parts[-3]: load(path) for path in course.folder.glob("autograded/*/*/*.ipynb")},
        marks(course.folder, home, listener),
    )

    for student in ("right", "vanished"):
        course.grade_by_hand(student, 3)
    for student in ("vanished", "vanished-unmarked"):
        (course.folder / "submitted" / student / QUIZ / RECORD_FILE).unlink()
    course.hand_in("never-saved", MIXED)
    second = course.nbgrader("autograde", QUIZ, "--force")
    feedback = course.nbgrader("generate_feedback", QUIZ)
    left = sorted({*snapshot[4], *marks(course.folder, home, listener)})
    return Cycle(course, first, *snapshot[:4], left, second, feedback)


GRADED: dict[str, dict[str, float]] = {
    "right": POINTS_RIGHT,
    "wrong": POINTS_WRONG,
    "mixed": POINTS_MIXED,
    "vanished": POINTS_RIGHT,
    "vanished-unmarked": POINTS_RIGHT,
    "doubled": POINTS_MIXED,
    "tampered": POINTS_MIXED,
    "embedded": POINTS_MIXED,
    "hostile": POINTS_WRONG,
}
REFUSED = {
    "never-saved": "there is no answer record; nothing was saved in the quiz",
    "malformed": "answers.json: the record is no complete JSON (damaged or cut off at line 1, character 32); "
    "hand in the file that the quiz wrote",
    "other-quiz": "the answer record belongs to the quiz 'dosing'",
    "deleted": "graded cells were deleted from the notebook: onset-null",
}


@pytest.mark.parametrize("student", GRADED)
def test_each_item_earns_exactly_its_points(cycle: Cycle, student: str) -> None:
    assert auto(cycle.grades[student]) == pytest.approx(GRADED[student])
    assert cycle.totals[student] == pytest.approx(sum(GRADED[student].values()))
    assert not any(cycle.grades[student][item].needs_manual for item in CHOICES)


def test_a_submission_without_usable_record_is_refused_with_its_reason_and_has_no_mark(cycle: Cycle) -> None:
    assert cycle.refused == REFUSED
    assert cycle.first.code == 1  # so that a script notices
    for student, why in REFUSED.items():
        assert student not in cycle.grades
        assert student not in cycle.notebooks
        assert f"{student}, {QUIZ}: refused, not graded: {why}" in cycle.first.said


def test_a_notebook_that_cannot_be_read_earns_nothing_and_stops_nobody(cycle: Cycle) -> None:
    assert cycle.totals.get("no-notebook", 0) == 0
    assert all(grade.auto is None for grade in cycle.grades.get("no-notebook", {}).values())
    assert f"error processing assignment '{QUIZ}' for student 'no-notebook'" in cycle.first.said


def test_the_bomb_would_leave_its_marks_if_it_were_run(released: Course, tmp_path: Path) -> None:
    course, home, listener = released.copy(tmp_path / "quizzes"), tmp_path / "home", Listener()
    home.mkdir()
    listener.start()
    subprocess.run([sys.executable, "-c", bomb(course.folder, home, listener.port)], check=True)
    assert marks(course.folder, home, listener) == ["touched", "connected", "infected", "gradebook"]


def test_no_code_of_a_submission_is_run(cycle: Cycle) -> None:
    assert cycle.marks == []


def test_nothing_but_the_text_of_a_hostile_notebook_reaches_the_one_who_grades(cycle: Cycle) -> None:
    notebook = cycle.notebooks["hostile"]
    assert [each["metadata"]["nbgrader"]["grade_id"] for each in notebook["cells"]] == [*CHOICES, FREE_TEXT]
    text = json.dumps(notebook)
    for trace in ("sqlite3", "document.title", "onerror", "create_connection", "bash"):
        assert trace not in text
    assert set(notebook["metadata"]) == {"kernelspec"}


def test_free_text_waits_for_a_person_even_if_left_unanswered(cycle: Cycle) -> None:
    assert FREE_TEXT not in MIXED
    for student in GRADED:
        assert cycle.grades[student][FREE_TEXT] == Grade(None, None, True)
        source = "".join(cell(cycle.notebooks[student], FREE_TEXT)["source"])
        if FREE_TEXT in MIXED or GRADED[student] is not POINTS_MIXED:
            assert "(left unanswered)" not in source
        else:
            assert "(left unanswered)" in source
        assert "Rubric, points for:" in source


class _Elements(HTMLParser):
    """Collects the elements of a page, and the text of its body."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.partition("</head>")[2] or page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.text += " "  # so that two paragraphs do not run together

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(markdown: str) -> _Elements:
    """Render markdown as nbgrader's pages do, which leaves HTML in it as it is."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    return _Elements(markdown2html_mistune(markdown))


def test_the_text_stands_in_its_cell_as_plain_text(cycle: Cycle) -> None:
    page = rendered("".join(cell(cycle.notebooks["right"], FREE_TEXT)["source"]))
    assert {tag for tag, _ in page.found} <= {"p", "strong", "pre", "code", "ul", "li"}
    for line in TEXT.splitlines():
        assert line in page.text


@pytest.mark.parametrize(
    "text",
    [
        "- a list\n\n1. another\n> a quotation\n```\n</code></pre><script>x</script>",
        "\n\n\n<script>x</script>",
        "a\u2028<script>x</script>\x0b<script>x</script>\x85<b>b</b>\r<b>c</b>",
        "\t<b>tab</b>\n   \n\n\n<b>far</b>",
        "    \n</div><iframe src=//x>",
        "\f\n# x\n\n---\n<b>",
    ],
)
def test_no_text_becomes_markup_for_the_one_who_grades(text: str) -> None:
    from ketamine_course.grading.preprocessors import _for_the_grader

    bank = load_bank(Path(__file__).parents[2] / "quizzes" / "banks" / f"{QUIZ}.graded.yaml")
    item = next(item for item in bank.items if item.id == FREE_TEXT)
    plain = rendered(_for_the_grader(item, "plain"))
    page = rendered(_for_the_grader(item, text))
    assert [tag for tag, _ in page.found] == [tag for tag, _ in plain.found]


def test_a_mark_by_hand_survives_grading_again(cycle: Cycle) -> None:
    grades = cycle.course.grades()
    assert grades["right"][FREE_TEXT].manual == 3
    assert grades["right"][FREE_TEXT].auto is None
    assert cycle.course.totals()["right"] == pytest.approx(sum(POINTS_RIGHT.values()) + 3)
    assert auto(grades["right"]) == pytest.approx(POINTS_RIGHT)


def test_a_mark_by_hand_survives_the_loss_of_the_record(cycle: Cycle) -> None:
    grades = cycle.course.grades()["vanished"]
    assert grades[FREE_TEXT].manual == 3
    assert auto(grades) == pytest.approx(POINTS_RIGHT)
    assert "vanished-unmarked" not in cycle.course.grades()  # refused, not zero
    refused = cycle.course.refused()
    assert refused["vanished"] == refused["vanished-unmarked"] == REFUSED["never-saved"]


def test_a_refused_student_who_hands_in_later_is_graded_and_leaves_the_list(cycle: Cycle) -> None:
    assert "never-saved" not in cycle.course.refused()
    assert auto(cycle.course.grades()["never-saved"]) == pytest.approx(POINTS_MIXED)
    assert set(cycle.course.refused()) == {*REFUSED, "vanished", "vanished-unmarked"} - {"never-saved"}


def feedback_of(cycle: Cycle, student: str) -> str:
    return (cycle.course.folder / "feedback" / student / QUIZ / f"{QUIZ}.html").read_text(encoding="utf-8")


def test_feedback_shows_answer_key_why_and_place_of_every_item(cycle: Cycle) -> None:
    assert cycle.feedback.code == 0, cycle.feedback.said
    bank = load_bank(cycle.course.folder / "banks" / f"{QUIZ}.graded.yaml")
    page = re.sub(r"\s+", " ", _Elements(feedback_of(cycle, "wrong")).text)
    for item in bank.items:
        assert item.public["stem"] in page
        assert f"Why: {item.key['why']}" in page
        assert f"Read again: {item.key['where']}" in page
        for why in item.key.get("rationales", {}).values():
            assert why in page
    (asked,) = (item.public["options"] for item in bank.items if item.id == "onset-null")
    null = {option["id"]: option["text"] for option in asked}
    for shown in (
        "0 of 2 points.",
        "Your answer: Remission Key: Response",
        f"Your answer: {null['b']} Key: {null['a']}; {null['c']}; {null['e']}",
        "Your answer: 8 per cent Key: 8 people",
        "Your answer: 79 percentage points Key: 7.9 percentage points",
        "I do not know.",
    ):
        assert shown in page
    mixed = re.sub(r"\s+", " ", _Elements(feedback_of(cycle, "mixed")).text)
    assert "You left this item unanswered." in mixed
    assert "Your answer has not the form that this item asks for." in mixed
    assert "1 of 3 points." in mixed
    assert "(left unanswered)" in mixed


@pytest.mark.parametrize("student", ["right", "wrong", "mixed", "hostile"])
def test_feedback_shows_no_code_no_traceback_and_no_markup_of_a_learner(cycle: Cycle, student: str) -> None:
    html = feedback_of(cycle, student).partition("</head>")[2]
    page = _Elements(html)
    never = ("Traceback", "Error", "raise ", "nbgrader_config", "&lt;p&gt;", "&lt;div", "sqlite3", "onerror")
    assert [text for text in never if text in html] == []
    assert not {tag for tag, _ in page.found} & {"script", "img", "iframe", "object", "embed", "style", "form"}
    assert not [attributes for _, attributes in page.found if any(name.startswith("on") for name in attributes)]
    if student == "right":
        assert '<script>alert("x")</script>' in page.text  # as text


def test_the_score_of_the_feedback_is_that_of_the_gradebook(cycle: Cycle) -> None:
    for student, total in (("right", "15.0"), ("wrong", "0.0"), ("mixed", "6.0")):
        assert f"{QUIZ} (Score: {total} / 17.0)" in feedback_of(cycle, student)


# What happens when the configuration is broken.

HOOK = "c.Autograde.pre_convert_hook = stop_unless_from_record(c)\n"
ADOPT = "    ClearOutput,\n    AdoptRecord,\n"
GRADE = "    GradeFromRecord,\n    LimitOutput,\n"


def configured(course: Course, *changes: tuple[str, str]) -> None:
    path = course.folder / "nbgrader_config.py"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


NO_ADOPT = (ADOPT, "    ClearOutput,\n")
NO_GRADE = (GRADE, "    LimitOutput,\n")
NO_HOOK = (HOOK, "")
NO_LISTS = (
    ("c.Autograde.sanitize_preprocessors = [", "unused = ["),
    (
        "c.Autograde.autograde_preprocessors = [",
        "unused = [",
    ),
)
ADOPT_IS_MISSING = "AdoptRecord is missing from Autograde.sanitize_preprocessors"
GRADE_IS_MISSING = "GradeFromRecord is missing from Autograde.autograde_preprocessors"

MISTAKES: dict[str, tuple[tuple[tuple[str, str], ...], tuple[str, ...]]] = {
    "no GradeFromRecord": ((NO_GRADE,), (GRADE_IS_MISSING,)),
    "no AdoptRecord": ((NO_ADOPT,), (ADOPT_IS_MISSING,)),
    "neither": ((NO_ADOPT, NO_GRADE), (ADOPT_IS_MISSING, GRADE_IS_MISSING)),
    "no lists": (NO_LISTS, (ADOPT_IS_MISSING, GRADE_IS_MISSING)),
    "Execute": (
        ((GRADE, "    'nbgrader.preprocessors.Execute',\n" + GRADE),),
        ("Execute must not be in Autograde.autograde_preprocessors",),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_hook_names_what_is_wrong_with_the_configuration(released: Course, tmp_path: Path, name: str) -> None:
    changes, said = MISTAKES[name]
    course = released.copy(tmp_path / "quizzes")
    assert hook(course)() is None
    configured(course, *changes)
    with pytest.raises(SystemExit) as stopped:
        hook(course)()
    assert str(stopped.value) == f"Nothing was graded. Correct nbgrader_config.py: {'; '.join(said)}."


def hook(course: Course) -> Any:
    """Return the hook of a course's configuration, read as nbgrader reads it."""
    return PyFileConfigLoader(str(course.folder / "nbgrader_config.py")).load_config().Autograde.pre_convert_hook


BROKEN: dict[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "neither": ((NO_ADOPT, NO_GRADE), f"Nothing was graded. Correct nbgrader_config.py: {ADOPT_IS_MISSING}"),
    "no GradeFromRecord and no hook": ((NO_GRADE, NO_HOOK), "cannot be greater than maximum points"),
    "no AdoptRecord and no hook": ((NO_ADOPT, NO_HOOK), ADOPT_IS_MISSING),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_configuration_in_which_a_step_is_missing_grades_nobody(released: Course, tmp_path: Path, name: str) -> None:
    changes, said = BROKEN[name]
    course = released.copy(tmp_path / "quizzes")
    course.hand_in("right", RIGHT)
    edit(course.hand_in("hostile", RIGHT), lambda book: fill_with_code(book, "2.0"))
    # What AdoptRecord would leave for GradeFromRecord, in a notebook that is otherwise in order.
    word = {"token": "", "answers": RIGHT}
    edit(course.hand_in("forged", RIGHT), lambda book: book["metadata"].update(ketamine_course_record=word))
    configured(course, *changes)
    run = course.nbgrader("autograde", QUIZ)
    assert run.code == 1
    assert said in run.said
    assert set(course.totals().values()) <= {0}
    assert not list(course.folder.glob("autograded/*/*/*.ipynb"))


def test_nbgraders_default_configuration_gives_nobody_a_point(released: Course, tmp_path: Path) -> None:
    course = released.copy(tmp_path / "quizzes")
    course.hand_in("right", RIGHT)
    (course.folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'ketamine'\n", encoding="utf-8"
    )
    run = course.nbgrader("autograde", QUIZ)
    assert course.totals() == {"right": 0}, run.said
    assert auto(course.grades()["right"]) == dict.fromkeys(CHOICES, 0)
    assert "Grade this quiz with quizzes/nbgrader_config.py" in json.dumps(course.autograded("right"))


def test_a_configuration_that_cannot_be_loaded_grades_nobody(released: Course, tmp_path: Path) -> None:
    course = released.copy(tmp_path / "quizzes")
    edit(course.hand_in("hostile", RIGHT), lambda book: fill_with_code(book, f"open({str(tmp_path / 'ran')!r}, 'w')"))
    configured(course, ("from ketamine_course.items.release import", "from ketamine_course.nowhere import"))
    run = course.nbgrader("autograde", QUIZ)
    assert run.code != 0
    assert set(course.totals().values()) <= {0}
    assert not (tmp_path / "ran").exists()


def test_the_answers_of_a_trial_in_the_source_are_not_released(released: Course, tmp_path: Path) -> None:
    course = released.copy(tmp_path / "quizzes")
    (course.folder / "source" / QUIZ / RECORD_FILE).write_text("{}", encoding="utf-8")
    run = course.nbgrader("generate_assignment", QUIZ, "--force")
    assert run.code == 1
    assert "Nothing was released" in run.said
    assert not (course.folder / "release" / QUIZ / RECORD_FILE).exists()
