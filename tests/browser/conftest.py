"""One server of the built book, one Chromium and one JupyterLab for all tests of this folder.

They end with the folder, not with the session: Playwright allows one Chromium driver at a time
in a process, and other folders have their own.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from ketamine_course import cli
from ketamine_course.sphinx import frontend

from .surfaces import TIMEOUT_MS, Lab

#: Chromium asks nobody for updates or suggestions, and runs where there is no sandbox or GPU.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_LAB_STARTS_WITHIN_S = 60


@pytest.fixture(scope="package")
def site() -> Iterator[str]:
    """The address of the built book, served as ``ketamine-course book`` serves it."""
    if not (cli.SITE / "index.html").exists():
        pytest.fail(f"no built book in {cli.SITE}: run ketamine-course build", pytrace=False)
    with cli.make_server(0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium; each test takes a context of its own from it."""
    executable = cli.find_chromium()
    if executable is None:
        pytest.fail("no Chromium found: install it or set CHROMIUM to its path", pytrace=False)
    with sync_playwright() as playwright:
        expect.set_options(timeout=TIMEOUT_MS)
        chromium = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def axe_source() -> str:
    """The source of axe-core, the pinned release."""
    folder: Path = frontend.fetch(frontend.AXE, cli.ROOT / ".frontend")
    return (folder / "axe.min.js").read_text(encoding="utf-8")


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


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A real JupyterLab over a copy of ``notebooks/``, started as ``ketamine-course lab`` starts it.

    Its home is an empty folder, so that nobody's settings take part.
    """
    home = tmp_path_factory.mktemp("lab-home")
    root = tmp_path_factory.mktemp("lab-root")
    shutil.copytree(cli.ROOT / "notebooks", root, dirs_exist_ok=True)
    port, token = _free_port(), secrets.token_hex(16)
    command, config_path = _lab_command()
    command = [str(root) if part == str(cli.ROOT / "notebooks") else part for part in command]
    assert str(root) in command, f"ketamine-course lab does not open notebooks/: {command}"
    command += [
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    environment.pop("KETAMINE_COURSE_SURFACE", None)
    environment |= {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_PATH": config_path,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    log = home / "lab.log"
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
