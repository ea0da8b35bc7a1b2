"""Where a reader meets the course: the served book, a Chromium, a real JupyterLab, pages that are watched.

Playwright's sync API allows one instance at a time in a process. So nothing here is a fixture:
each folder that needs a browser makes its own of package scope, which ends with the folder.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ketamine_course import cli
from ketamine_course.sphinx import frontend

#: How long a locator or a click may take; the default of 30 s would hide nothing and cost much.
TIMEOUT_MS = 10_000

#: Chromium asks nobody for updates or suggestions, runs where there is no sandbox or GPU, and reaches no other host.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

#: Schemes that ask no host.
_LOCAL_SCHEMES = ("data", "blob", "about")

_LAB_STARTS_WITHIN_S = 60


@contextmanager
def served_book() -> Iterator[str]:
    """Give the address of the built book, served as ``ketamine-course book`` serves it."""
    if not (cli.SITE / "index.html").exists():
        pytest.fail(f"no built book in {cli.SITE}: run ketamine-course build", pytrace=False)
    with cli.make_server(0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def chromium(timeout_ms: int = TIMEOUT_MS) -> Iterator[Browser]:
    """Run one Chromium; ``timeout_ms`` is how long an expectation waits."""
    executable = cli.find_chromium()
    if executable is None:
        pytest.fail("no Chromium found: install it or set CHROMIUM to its path", pytrace=False)
    with sync_playwright() as playwright:
        expect.set_options(timeout=timeout_ms)
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


def read_axe() -> str:
    """Return the source of axe-core, the pinned release."""
    return (frontend.fetch(frontend.AXE, cli.ROOT / ".frontend") / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def watched_page(
    browser: Browser,
    own: str,
    *,
    width: int = 1280,
    height: int = 800,
    theme: Literal["light", "dark"] = "light",
    javascript: bool = True,
    timeout_ms: int = TIMEOUT_MS,
    strict: bool = True,
    known: str | None = None,
) -> Iterator[Page]:
    """Give a page of its own context; fail at the end if anything went wrong in it that nobody saw.

    That is: a request to another host than ``own``, and an exception that nothing caught; with
    ``strict`` also a failed request, an answer that says so, and an error in the console.

    Args:
        browser: the Chromium.
        own: the address of the server.
        width: of the window, in pixels.
        height: of the window, in pixels.
        theme: what the browser prefers.
        javascript: whether scripts run.
        timeout_ms: how long a click or a locator waits.
        strict: whether failed requests and the console count.
        known: pattern of the problems of somebody else's software that do not count.
    """
    problems: list[str] = []
    host = urlsplit(own).netloc
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        java_script_enabled=javascript,
        # The theme scrolls and fades slowly otherwise, and a test would look in the middle of it.
        reduced_motion="reduce",
    )
    context.set_default_timeout(timeout_ms)
    page = context.new_page()

    def check_host(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _LOCAL_SCHEMES and parts.netloc != host:
            problems.append(f"asked another host: {url}")

    page.on("request", lambda request: check_host(request.url))
    page.on("websocket", lambda socket: check_host(socket.url))
    page.on("pageerror", lambda error: problems.append(f"uncaught exception: {error}"))
    if strict:
        _watch_answers(page, problems)
    try:
        yield page
    except BaseException as error:
        error.add_note("Problems seen in the page: " + ("; ".join(problems) or "none"))
        raise
    else:
        counted = [each for each in problems if not (known and re.search(known, each))]
        assert not counted, "\n".join(counted)
    finally:
        context.close()


def _watch_answers(page: Page, problems: list[str]) -> None:
    """Add each request that fails and each error of the console to the problems."""
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


# ---------------------------------------------------------------- JupyterLab


def jupyter_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment in which nobody's Jupyter settings take part: all of them lie under ``home``."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    own.pop("KETAMINE_COURSE_SURFACE", None)
    return own | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        **more,
    }


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, the folder that it serves."""

    url: str
    token: str
    root: Path

    def address(self, notebook: Path, workspace: str) -> str:
        """Return where a notebook of ``root`` opens, in a workspace of this name."""
        path = notebook.relative_to(self.root).as_posix()
        return f"{self.url}/lab/workspaces/{workspace}/tree/{path}?token={self.token}"

    def open_notebook(self, page: Page, notebook: Path) -> None:
        """Open a notebook of ``root`` in a workspace of its own, and wait until its kernel is idle."""
        page.goto(self.address(notebook, notebook.stem))
        wait_until_idle(page)

    def run_all(self, page: Page) -> None:
        """Run all cells by the menu, and wait until each has its number, or its output where its code is folded."""
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_function(
            """() => [...document.querySelectorAll('.jp-CodeCell')].every((cell) =>
                cell.querySelector('.jp-InputPlaceholder')
                    ? cell.querySelector('.jp-OutputArea-output')
                    : /\\d/.test(cell.querySelector('.jp-InputPrompt').textContent))""",
            timeout=60_000,
        )


def wait_until_idle(page: Page) -> None:
    """Wait until the kernel of the notebook that is shown is idle."""
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=60_000)


@contextmanager
def running_lab(command: Sequence[str], root: Path, environment: Mapping[str, str]) -> Iterator[Lab]:
    """Run a command that starts JupyterLab, on a free port and with a token; stop it at the end.

    Args:
        command: what starts it, without a port and without a token.
        root: the folder that the command serves.
        environment: from `jupyter_environment`.
    """
    port, token = _free_port(), secrets.token_hex(16)
    command = [
        *command,
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = Path(environment["HOME"]) / "lab.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(process, f"{url}/api/status?token={token}", log)
        yield Lab(url, token, root)
    finally:
        # SIGTERM lets the server shut its kernels down first.
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + _LAB_STARTS_WITHIN_S
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"jupyter lab did not start: {error}\n{log.read_text(encoding='utf-8')}", pytrace=False)
            time.sleep(0.1)  # a server that starts sends no event


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


# ---------------------------------------------------------------- colours


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours written ``rgb(…)``, as WCAG 2 defines it."""
    low, high = sorted(_luminance(colour) + 0.05 for colour in (one, other))
    return high / low


def _luminance(colour: str) -> float:
    channels = [float(number) / 255 for number in re.findall(r"[\d.]+", colour)[:3]]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
