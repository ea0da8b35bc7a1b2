"""Where a reader meets the course: pages in a browser that is watched, and a running JupyterLab."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

#: How long a locator or a click may take; the default of 30 s would hide nothing and cost much.
TIMEOUT_MS = 10_000

#: Schemes that ask no host.
_LOCAL_SCHEMES = ("data", "blob", "about")


@contextmanager
def watched_page(
    browser: Browser,
    own: str,
    *,
    width: int = 1280,
    theme: Literal["light", "dark"] = "light",
    javascript: bool = True,
) -> Iterator[Page]:
    """Give a page of its own context; fail at the end if anything went wrong in it that nobody saw.

    That is: a request to another host than ``own``, a failed request, an error in the console,
    an exception that nothing caught.
    """
    problems: list[str] = []
    host = urlsplit(own).netloc
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=theme,
        java_script_enabled=javascript,
        # The theme scrolls and fades slowly otherwise, and a test would look in the middle of it.
        reduced_motion="reduce",
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()

    def check_host(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _LOCAL_SCHEMES and parts.netloc != host:
            problems.append(f"asked another host: {url}")

    page.on("request", lambda request: check_host(request.url))
    page.on("websocket", lambda socket: check_host(socket.url))
    page.on(
        "requestfailed",
        # Chromium calls a request aborted when the page is left before it ends.
        lambda request: (
            problems.append(f"request failed: {request.url}: {request.failure}")
            if request.failure != "net::ERR_ABORTED"
            else None
        ),
    )
    page.on(
        "response",
        lambda response: (
            problems.append(f"status {response.status}: {response.url}") if response.status >= 400 else None
        ),
    )
    page.on(
        "console",
        lambda message: (
            problems.append(f"console error: {message.text} ({message.location['url']})")
            if message.type == "error"
            else None
        ),
    )
    page.on("pageerror", lambda error: problems.append(f"uncaught exception: {error}"))
    try:
        yield page
    except BaseException as error:
        error.add_note("Problems seen in the page: " + ("; ".join(problems) or "none"))
        raise
    else:
        assert not problems, "\n".join(problems)
    finally:
        context.close()


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, the folder that it serves."""

    url: str
    token: str
    root: Path

    def open(self, page: Page, notebook: Path) -> None:
        """Open a notebook of ``root`` in a workspace of its own, and wait until its kernel is idle."""
        path = notebook.relative_to(self.root).as_posix()
        page.goto(f"{self.url}/lab/workspaces/{notebook.stem}/tree/{path}?token={self.token}")
        expect(page.get_by_text("| Idle")).to_be_visible(timeout=60_000)

    def run_all(self, page: Page) -> None:
        """Run all cells by the menu, and wait until each has its number."""
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_function(
            """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
                .every((prompt) => /\\d/.test(prompt.textContent))""",
            timeout=60_000,
        )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours written ``rgb(…)``, as WCAG 2 defines it."""
    low, high = sorted(_luminance(colour) + 0.05 for colour in (one, other))
    return high / low


def _luminance(colour: str) -> float:
    channels = [float(number) / 255 for number in re.findall(r"[\d.]+", colour)[:3]]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook of code cells and return its path."""
    notebook: dict[str, Any] = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for number, source in enumerate(cells)
        ],
    }
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path
