"""One course with its release, made once, for every test of the cycle."""

from __future__ import annotations

import pytest

from .cycle import Course


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose quiz is released and which nobody has answered: copy it before you change it."""
    course = Course.new(tmp_path_factory.mktemp("released") / "quizzes")
    course.release()
    return course
