"""A running JupyterLab with quizzes in it, and a quiz as a learner meets it there."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

from ketamine_course import cli
from ketamine_course.answers import RECORD_FILE

from ... import surfaces

TIMEOUT_MS = 20_000

#: What stands under a question once its answer is on disk.
SAVED = re.compile(r"^Saved \d{1,2}:\d{2}")

#: In the learner's kernel; makes saving fail where nothing can be mounted. See `trouble.py`.
_STARTUP = """\
import os, pathlib, tempfile
_make = tempfile.mkstemp
def _mkstemp(*args, dir=None, **kwargs):
    flag = pathlib.Path(f"{dir}.trouble")
    if dir and flag.exists():
        number = int(flag.read_text())
        raise OSError(number, os.strerror(number))
    return _make(*args, dir=dir, **kwargs)
tempfile.mkstemp = _mkstemp
"""


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which nobody's Jupyter settings take part and the learner has a name."""
    return surfaces.jupyter_environment(
        home,
        JUPYTER_CONFIG_PATH=str(Path(cli.__file__).parent / "jupyter_config"),
        LOGNAME="learner",
        # nbgrader calls alembic by name
        PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    )


def watched_page(
    browser: Browser,
    own: str,
    *,
    width: int = 1200,
    height: int = 1000,
    theme: Literal["light", "dark"] = "light",
    known: str | None = None,
) -> AbstractContextManager[Page]:
    """Give a page that fails if it asked another host or an exception went uncaught.

    A disk that takes nothing makes JupyterLab's own console complain, so that one does not count.
    """
    return surfaces.watched_page(
        browser, own, width=width, height=height, theme=theme, timeout_ms=TIMEOUT_MS, strict=False, known=known
    )


@dataclass(frozen=True)
class Lab(surfaces.Lab):
    """A running JupyterLab, and the release to hand out."""

    release: Path

    def hand_out(self, student: str) -> Path:
        """Give a student a copy of the release; return its folder."""
        folder = self.root / student / "onset"
        shutil.copytree(self.release, folder, dirs_exist_ok=True)
        return folder

    def open(self, page: Page, folder: Path, workspace: str) -> OpenQuiz:
        """Open the notebook of a folder, up to where the learner presses ▶."""
        # A workspace that is reset remembers no other tabs.
        page.goto(f"{self.address(folder / 'onset.ipynb', workspace)}&reset")
        return OpenQuiz(page, folder).ready()

    @contextmanager
    def quiz(
        self,
        browser: Browser,
        folder: Path,
        *,
        width: int = 1200,
        height: int = 1000,
        theme: Literal["light", "dark"] = "light",
    ) -> Iterator[OpenQuiz]:
        """Open the notebook of a folder in a page of its own and press ▶."""
        with watched_page(browser, self.url, width=width, height=height, theme=theme) as page:
            opened = self.open(page, folder, folder.parent.name)
            opened.run()
            yield opened


class OpenQuiz:
    """A quiz in one page of JupyterLab."""

    def __init__(self, page: Page, folder: Path, within: str = ".jp-NotebookPanel") -> None:
        self.page = page
        self.folder = folder
        self.root = page.locator(f"{within} .kq")
        self.notice = self.root.get_by_role("alert")
        self.receipt = self.root.locator(".kq-receipt")

    def ready(self) -> OpenQuiz:
        """Wait until the notebook's kernel is idle."""
        expect(self.page.locator(".jp-Notebook")).to_be_visible(timeout=60_000)
        surfaces.wait_until_idle(self.page)
        return self

    def run(self) -> None:
        """Select the first cell and press ▶."""
        self.page.locator(".jp-Notebook .jp-Cell .jp-InputPrompt").first.click()
        self.page.locator('[data-jp-item-name="run"]').locator("visible=true").first.click()
        expect(self.root).to_be_visible(timeout=60_000)

    def record(self) -> dict[str, Any]:
        """Return the record on disk."""
        record: dict[str, Any] = json.loads((self.folder / RECORD_FILE).read_text(encoding="utf-8"))
        return record

    def item(self, item: str) -> Locator:
        """Return the part of the quiz that belongs to an item."""
        return self.root.locator(f'fieldset[id$="-{item}"]')

    def status(self, item: str) -> Locator:
        """Return the line that says whether an item's answer is saved."""
        return self.item(item).get_by_role("status")

    def enter(self, item: str, answer: Any) -> None:
        """Click and type an answer, whatever becomes of it."""
        part = self.item(item)
        if isinstance(answer, dict):
            part.get_by_label("Number").fill(f"{answer['value']:g}")
            part.get_by_label("Unit").select_option(answer["unit"])
        elif isinstance(answer, list) or part.locator("input").count():
            for option in [answer] if isinstance(answer, str) else answer:
                part.locator(f'input[value="{option}"]').click()
        else:
            part.get_by_role("textbox").fill(answer)

    def answer(self, item: str, answer: Any) -> None:
        """Give an answer; it must be said to be saved, and be on disk at that moment."""
        self.enter(item, answer)
        self.is_saved(item, answer)

    def is_saved(self, item: str, answer: Any) -> None:
        """Wait for "Saved HH:MM" under an item; the answer must be on disk at that moment."""
        expect(self.status(item)).to_have_text(SAVED)
        assert self.record()["answers"][item] == answer

    def shows(self, answers: Mapping[str, Any]) -> None:
        """Check that the window holds these answers."""
        for item, answer in answers.items():
            part = self.item(item)
            if isinstance(answer, dict):
                expect(part.get_by_label("Number")).to_have_value(f"{answer['value']:g}")
                expect(part.get_by_label("Unit")).to_have_value(answer["unit"])
            elif isinstance(answer, list) or part.locator("input").count():
                for field in part.locator("input").all():
                    chosen = field.get_attribute("value") in ([answer] if isinstance(answer, str) else answer)
                    expect(field).to_be_checked(checked=chosen)
            else:
                expect(part.get_by_role("textbox")).to_have_value(answer)

    def press(self, name: str) -> None:
        """Press one of the quiz's buttons."""
        self.root.get_by_role("button", name=name, exact=True).click()

    def tab_to(self, target: Locator) -> None:
        """Press Tab until something has the focus."""
        for _ in range(60):
            if target.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"60 times Tab did not lead to {target}")

    def download(self) -> Download:
        """Press "Download to hand in" and return what came."""
        with self.page.expect_download() as download:
            self.press("Download to hand in")
        return download.value

    def restart_kernel(self) -> None:
        """Restart the kernel by the menu."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.locator('.lm-Menu-item[data-command="kernelmenu:restart"]').click()
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.ready()


@contextmanager
def serve(home: Path, root: Path, release: Path) -> Iterator[Lab]:
    """Run a JupyterLab over ``root``, with the options of ``ketamine-course lab`` and an empty home."""
    themes = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    themes.mkdir(parents=True)
    # The theme follows what the browser prefers, so that a test chooses it.
    (themes / "themes.jupyterlab-settings").write_text('{"adaptive-theme": true}', encoding="utf-8")
    startup = home / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "trouble.py").write_text(_STARTUP, encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlab", str(root), *cli.LAB_OPTIONS]
    with surfaces.running_lab(command, root, environment(home)) as running:
        yield Lab(running.url, running.token, root, release)
