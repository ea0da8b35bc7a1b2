"""What every test may use: the project's root, and its read-only parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketamine_course import analysis

# Before any test module is imported, since some read the tables as they are collected.
analysis.derive()

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT
