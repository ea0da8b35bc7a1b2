"""From nothing: a fresh clone with an empty home and no environment publishes the book and passes its tests.

Run by `make prove`, for every supported Python that the machine has. Prints the times, which are no assertion.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

VERSIONS = ("3.11", "3.13")


def pythons() -> dict[str, str]:
    """Return the interpreters found, by version: on the path, this one, or pyenv's."""
    found: dict[str, str] = {}
    candidates = [getattr(sys, "_base_executable", sys.executable)]
    for version in VERSIONS:
        candidates.append(shutil.which(f"python{version}") or "")
        candidates += [str(path) for path in Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    for candidate in filter(None, candidates):
        done = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            version, path = done.stdout.split(maxsplit=1)
            if version in VERSIONS:
                found.setdefault(version, path.strip())
    return found


@pytest.fixture(params=VERSIONS)
def clone(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> tuple[Path, dict[str, str], str]:
    """A fresh clone of what is committed, an environment with an empty home, and a Python."""
    python = pythons().get(request.param)
    assert python, f"Python {request.param} is needed for this proof; found {pythons()}"
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(root), str(folder)], check=True)
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        environment.pop(name, None)
    return folder, environment, python


def test_make_book_serves_the_book_and_make_test_passes(clone: tuple[Path, dict[str, str], str]) -> None:
    folder, environment, python = clone
    started = time.monotonic()
    with subprocess.Popen(
        ["make", "book", f"PYTHON={python}", "PORT=0"],
        cwd=folder, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as making:  # fmt: skip
        assert making.stdout is not None
        lines: list[str] = []
        address = None
        for line in making.stdout:
            lines.append(line)
            if match := re.search(r"The book is at (http://127\.0\.0\.1:\d+/)", line):
                address = match[1]
                break
        assert address, "".join(lines[-40:])
        print(f"\n{python}: make book served the book after {time.monotonic() - started:.0f} s")
        with urllib.request.urlopen(f"{address}book/onset.html") as page:
            assert b"kc-payload" in page.read()
        subprocess.run(["pkill", "-INT", "-s", str(making.pid)], check=False)
        making.wait(timeout=30)
    started = time.monotonic()
    tested = subprocess.run(
        ["make", "test", f"PYTHON={python}"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stdout[-6000:] + tested.stderr[-3000:]
    summary = tested.stdout.strip().splitlines()[-1]
    print(f"{python}: make test took {time.monotonic() - started:.0f} s: {summary}")
    assert " passed" in summary
    assert "skipped" not in summary
