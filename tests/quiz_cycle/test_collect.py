"""Taking a bulk download of Canvas or Moodle apart, up to the points in the gradebook."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ketamine_course.answers import RECORD_FILE
from ketamine_course.grading.collect import Collected, CollectError, collect

from .cycle import (
    MIXED,
    POINTS_MIXED,
    POINTS_RIGHT,
    POINTS_WRONG,
    QUIZ,
    RIGHT,
    WRONG,
    Course,
    auto,
    hand_in_file,
    load,
)

DAY_1, DAY_2 = (2026, 3, 1, 10, 0, 0), (2026, 3, 2, 10, 0, 0)


def zipped(path: Path, files: Sequence[tuple[str, Any, tuple[int, ...]]]) -> Path:
    """Write an archive of (name, content, time); what is not bytes is written as JSON."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, at in files:
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            archive.writestr(zipfile.ZipInfo(name, at), data, zipfile.ZIP_DEFLATED)  # type: ignore[arg-type]
    return path


def by_file(results: list[Collected]) -> dict[str, Collected]:
    return {each.file: each for each in results}


def placed(submitted: Path) -> set[str]:
    return {str(path.relative_to(submitted)) for path in submitted.rglob("*") if path.is_file()}


def answers_in(submitted: Path, student: str) -> dict[str, Any]:
    answers: dict[str, Any] = load(submitted / student / QUIZ / RECORD_FILE)["answers"]
    return answers


@pytest.fixture(scope="module")
def release(released: Course) -> Path:
    return released.folder / "release" / QUIZ


def test_a_download_of_canvas_is_taken_apart(release: Path, tmp_path: Path) -> None:
    right, wrong, mixed = (hand_in_file(release, answers) for answers in (RIGHT, WRONG, MIXED))
    bare = load(release / f"{QUIZ}.ipynb")
    bomb = b'{"cells": [], "x": "' + b" " * 25_000_000 + b'"}'
    archive = zipped(
        tmp_path / "canvas.zip",
        [
            ("doejane_101_9001_onset.ipynb", wrong, DAY_2),
            ("doejane_101_9007_onset-1.ipynb", right, DAY_1),  # handed in again, whatever the archive's times are
            ("roejohn_LATE_102_9002_onset.ipynb", mixed, DAY_1),
            ("poe_103_9003_onset (1).ipynb", right, DAY_1),
            ("poe_103_9004_onset-2.ipynb", bare, DAY_1),  # later, but not the file of Download to hand in
            ("never_104_9005_onset.ipynb", bare, DAY_1),
            ("essay_105_9006_essay.docx", b"PK", DAY_1),
            ("broken_106_9008_onset.ipynb", b'{"cells": [', DAY_1),
            ("list_107_9009_onset.ipynb", b"[]", DAY_1),
            ("binary_108_9010_onset.ipynb", bytes(range(256)), DAY_1),
            ("other_109_9011_dosing.ipynb", bare, DAY_1),
            ("bad_110_9012_onset.ipynb", bare | {"metadata": {"ketamine_course_answers": {"score": 14}}}, DAY_1),
            ("half_111_9013_onset.ipynb", bare | {"metadata": {"title": "\ud800"}}, DAY_1),
            ("nometa_112_9014_onset.ipynb", bare | {"metadata": []}, DAY_1),
            ("deep_113_9015_onset.ipynb", b'{"cells": [], "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", DAY_1),
            ("bomb_114_9016_onset.ipynb", bomb, DAY_1),
            ("../../../x_115_9017_onset.ipynb", right, DAY_1),
            ("/etc/y_116_9018_onset.ipynb", right, DAY_1),
            ("..\\..\\z_117_9019_onset.ipynb", right, DAY_1),
            (".._118_9020_onset.ipynb", right, DAY_1),
            ("evil_119_9021_...ipynb", right, DAY_1),
            ("__MACOSX/._doejane_101_9999_onset.ipynb", b"\x00\x05\x16\x07", DAY_2),
            ("readme.txt", b"hello", DAY_1),
            ("folder/", b"", DAY_1),
        ],
    )
    submitted = tmp_path / "course" / "submitted"
    results = collect(archive, submitted, {QUIZ})
    found = by_file(results)

    assert answers_in(submitted, "doejane-101") == RIGHT
    assert answers_in(submitted, "roejohn-102") == MIXED
    assert answers_in(submitted, "poe-103") == RIGHT
    assert (submitted / "doejane-101" / QUIZ / "timestamp.txt").read_text() == "2026-03-01T10:00:00+01:00\n"
    for student in ("x-115", "y-116", "z-117", "student-118", "evil-119"):
        assert answers_in(submitted, student) == RIGHT  # taken, but into the folder of a harmless name
    assert placed(submitted) == {
        f"{student}/{QUIZ}/{name}"
        for student in ("doejane-101", "roejohn-102", "poe-103", "x-115", "y-116", "z-117", "student-118", "evil-119")
        for name in (f"{QUIZ}.ipynb", RECORD_FILE, "timestamp.txt")
    } | {f"never-104/{QUIZ}/{QUIZ}.ipynb", f"nometa-112/{QUIZ}/{QUIZ}.ipynb"}
    # Nothing beside the folder of submissions, and no scratch folder in it.
    assert {path.name for path in tmp_path.iterdir()} == {"canvas.zip", "course"}
    assert [path.name for path in (tmp_path / "course").iterdir()] == ["submitted"]
    assert not list(submitted.rglob(".*"))
    assert not (tmp_path.parent / "x_115_9017_onset.ipynb").exists()

    left = {name: each.said for name, each in found.items() if not each.taken}
    assert left == {
        "doejane_101_9001_onset.ipynb": "handed in again later: doejane_101_9007_onset-1.ipynb",
        "poe_103_9004_onset-2.ipynb": "carries no answers, but there is one that does: poe_103_9003_onset (1).ipynb",
        "essay_105_9006_essay.docx": "not named as Canvas or Moodle name a notebook",
        "broken_106_9008_onset.ipynb": "not a complete notebook; ask for the file that the quiz wrote",
        "list_107_9009_onset.ipynb": "not a notebook; ask for the file that the quiz wrote",
        "binary_108_9010_onset.ipynb": "not a complete notebook; ask for the file that the quiz wrote",
        "other_109_9011_dosing.ipynb": "the quiz 'dosing' is not known here; the quizzes are onset",
        "bad_110_9012_onset.ipynb":
            "the record has not the fields of an answer record; hand in the file that the quiz wrote",
        "half_111_9013_onset.ipynb": "not a complete notebook; ask for the file that the quiz wrote",
        "deep_113_9015_onset.ipynb": "not a complete notebook; ask for the file that the quiz wrote",
        "bomb_114_9016_onset.ipynb": "larger than 20000000 bytes; ask for the file that the quiz wrote",
        "__MACOSX/._doejane_101_9999_onset.ipynb": "not named as Canvas or Moodle name a notebook",
        "readme.txt": "not named as Canvas or Moodle name a notebook",
    }  # fmt: skip
    assert "carries no answers" in found["never_104_9005_onset.ipynb"].said


def test_a_download_of_moodle_is_taken_apart_with_a_roster(release: Path, tmp_path: Path) -> None:
    right, wrong, mixed = (hand_in_file(release, answers) for answers in (RIGHT, WRONG, MIXED))
    archive = zipped(
        tmp_path / "moodle.zip",
        [
            ("Jane Doe_201_assignsubmission_file_/onset.ipynb", wrong, DAY_1),
            ("Jane Doe_201_assignsubmission_file_/onset (2).ipynb", right, DAY_2),
            ("Jean-Luc O'Neill_202_assignsubmission_file_onset.ipynb", mixed, DAY_1),
            ("王芳_203_assignsubmission_file/renamed by hand.ipynb", right, DAY_1),
            ("Jane Doe_201_assignsubmission_onlinetext_/onlinetext.html", b"<p>", DAY_1),
            ("../Jane_204_assignsubmission_file_/onset.ipynb", right, DAY_1),
        ],
    )
    roster = tmp_path / "roster.csv"
    roster.write_text("\ufefflms_user,student,mail\n201,jdoe,j@x.test\n999,nobody,\n", encoding="utf-8")
    submitted = tmp_path / "submitted"
    found = by_file(collect(archive, submitted, {QUIZ}, roster))
    assert {path.name for path in submitted.iterdir()} == {"jdoe", "jean-luc-o-neill-202", "student-203"}
    assert answers_in(submitted, "jdoe") == RIGHT
    assert answers_in(submitted, "jean-luc-o-neill-202") == MIXED
    assert answers_in(submitted, "student-203") == RIGHT
    assert "handed in again later" in found["Jane Doe_201_assignsubmission_file_/onset.ipynb"].said
    assert not found["../Jane_204_assignsubmission_file_/onset.ipynb"].taken
    assert len(found) == 6


def test_a_quiz_whose_name_ends_in_a_number_is_known(release: Path, tmp_path: Path) -> None:
    bare = load(release / f"{QUIZ}.ipynb")
    archive = zipped(tmp_path / "a.zip", [("a_1_1_week-1.ipynb", bare, DAY_1), ("b_2_2_week-1-3.ipynb", bare, DAY_1)])
    assert [each.taken for each in collect(archive, tmp_path / "submitted", {"week-1"})] == [True, True]
    assert (tmp_path / "submitted" / "b-2" / "week-1" / "week-1.ipynb").exists()


def test_a_submission_is_replaced_only_by_a_complete_new_one(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted = tmp_path / "submitted"

    def hand_in(name: str, content: Any) -> Collected:
        archive = zipped(tmp_path / f"{name}.zip", [("doe_1_1_onset.ipynb", content, DAY_1)])
        (only,) = collect(archive, submitted, {QUIZ})
        return only

    assert hand_in("first", hand_in_file(release, WRONG)).taken
    (submitted / "doe-1" / QUIZ / "stale.txt").touch()
    before = {path: path.read_bytes() for path in submitted.rglob("*") if path.is_file()}

    assert not hand_in("broken", b"{").taken
    bare = hand_in("bare", load(release / f"{QUIZ}.ipynb"))
    assert (bare.taken, bare.said) == (False, "carries no answers; the submission that is there, which has some, stays")

    replace, calls = os.replace, []

    def full(source: Any, target: Any) -> None:
        calls.append(target)
        if len(calls) == 2:  # the old one is out of the way, the new one does not get in
            raise OSError(28, "No space left on device")
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        failed = hand_in("full", hand_in_file(release, RIGHT))
    assert not failed.taken
    assert "No space left on device" in failed.said
    assert {path: path.read_bytes() for path in submitted.rglob("*") if path.is_file()} == before

    assert hand_in("second", hand_in_file(release, RIGHT)).taken
    assert answers_in(submitted, "doe-1") == RIGHT
    assert placed(submitted) == {f"doe-1/{QUIZ}/{name}" for name in (f"{QUIZ}.ipynb", RECORD_FILE, "timestamp.txt")}


def test_a_damaged_or_locked_file_in_an_archive_stops_no_other(release: Path, tmp_path: Path) -> None:
    book = hand_in_file(release, RIGHT)
    archive = zipped(tmp_path / "a.zip", [(f"s{n}_{n}_{n}_onset.ipynb", book, DAY_1) for n in range(1, 5)])
    with zipfile.ZipFile(archive) as files:
        infos = files.infolist()
    data = bytearray(archive.read_bytes())
    for info in infos[:2]:  # rubbish in the middle of the compressed stream, and at its start
        start = info.header_offset + 30 + len(info.filename) + (40 if info is infos[0] else 0)
        data[start : start + 20] = b"\xff" * 20
    central = data.index(b"PK\x01\x02" + struct.pack("<H", infos[2].create_version)[:1])
    for _ in range(2):
        central = data.index(b"PK\x01\x02", central + 4)
    data[central + 8] |= 1  # says that the third is encrypted
    data[infos[2].header_offset + 6] |= 1
    archive.write_bytes(data)
    found = collect(archive, tmp_path / "submitted", {QUIZ})
    assert [each.taken for each in found] == [False, False, False, True]
    assert all("not a complete notebook" in each.said for each in found[:3])


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(CollectError, match=r"a\.zip: cannot be read as a ZIP file"):
        collect(tmp_path / "a.zip", tmp_path / "submitted", {QUIZ})
    with pytest.raises(CollectError, match=r"b\.zip: cannot be read"):
        collect(tmp_path / "b.zip", tmp_path / "submitted", {QUIZ})
    assert not (tmp_path / "submitted").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read as a CSV file"),
        (b"\xff\xfe\x00", "cannot be read as a CSV file"),
        (b"", "needs the columns lms_user and student"),
        (b"user,student\n1,a\n", "needs the columns lms_user and student"),
        (b"lms_user,student\n1,a\n2\n", "line 3: needs an lms_user and a student"),
        (b"lms_user,student\n1,../../a\n", "line 2: needs an lms_user and a student"),
        (b"lms_user,student\n1,..\n", "line 2: needs an lms_user and a student"),
    ],
)
def test_a_roster_that_cannot_be_used_is_named(release: Path, tmp_path: Path, content: bytes | None, said: str) -> None:
    roster = tmp_path / "roster.csv"
    if content is not None:
        roster.write_bytes(content)
    archive = zipped(tmp_path / "a.zip", [("a_1_1_onset.ipynb", hand_in_file(release, RIGHT), DAY_1)])
    with pytest.raises(CollectError, match=said):
        collect(archive, tmp_path / "submitted", {QUIZ}, roster)
    assert not (tmp_path / "submitted").exists()


def test_collected_submissions_earn_what_those_handed_in_directly_earn(
    released: Course, release: Path, tmp_path: Path
) -> None:
    course = released.copy(tmp_path / "quizzes")
    files = [
        (f"{name}_{number}_{number}_onset.ipynb", hand_in_file(release, answers), DAY_1)
        for number, (name, answers) in enumerate([("right", RIGHT), ("wrong", WRONG), ("mixed", MIXED)], start=1)
    ]
    collect(zipped(tmp_path / "a.zip", files), course.folder / "submitted", {QUIZ})
    run = course.nbgrader("autograde", QUIZ)
    assert run.code == 0, run.said
    grades = course.grades()
    for student, points in (("right-1", POINTS_RIGHT), ("wrong-2", POINTS_WRONG), ("mixed-3", POINTS_MIXED)):
        assert auto(grades[student]) == pytest.approx(points)
    assert course.refused() == {}
