"""One server of the built book, one Chromium and one JupyterLab for all tests of this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from ketamine_course import cli

from ..surfaces import Lab, chromium, jupyter_environment, read_axe, running_lab, served_book


@pytest.fixture(scope="package")
def site() -> Iterator[str]:
    """The address of the built book, served as ``ketamine-course book`` serves it."""
    with served_book() as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium; each test takes a context of its own from it."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def axe_source() -> str:
    """The source of axe-core."""
    return read_axe()


def _lab_command() -> tuple[list[str], str]:
    """Return what ``ketamine-course lab`` runs, and its JUPYTER_CONFIG_PATH: asked, rather than repeated here."""
    commands: list[list[str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_CONFIG_PATH", "")
        patch.setattr(cli, "_run", lambda *parts, **_: commands.append([str(part) for part in parts]))
        cli.lab(quizzes=False)
        config_path = os.environ["JUPYTER_CONFIG_PATH"]
    (command,) = commands
    return command, config_path


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A real JupyterLab over a copy of ``notebooks/``, started as ``ketamine-course lab`` starts it."""
    home = tmp_path_factory.mktemp("lab-home")
    root = tmp_path_factory.mktemp("lab-root")
    shutil.copytree(cli.ROOT / "notebooks", root, dirs_exist_ok=True)
    command, config_path = _lab_command()
    command = [str(root) if part == str(cli.ROOT / "notebooks") else part for part in command]
    assert str(root) in command, f"ketamine-course lab does not open notebooks/: {command}"
    environment = jupyter_environment(home, JUPYTER_CONFIG_PATH=config_path)
    with running_lab(command, root, environment) as running:
        yield running
