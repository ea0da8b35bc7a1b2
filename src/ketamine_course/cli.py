"""The ``ketamine-course`` command: build and serve the book, open the labs, test, prove."""

from __future__ import annotations

import argparse
import csv
import datetime
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
QUIZZES = ROOT / "quizzes"
DEFAULT_PORT = 8000

#: Keeps JupyterLab from asking other hosts for updates and extensions.
LAB_OPTIONS = (
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)

#: Sphinx and notebooks in the build write these; they tell a reader of the terminal nothing.
_NOISE = re.compile(r"myst(-nb)? v|IPKernelApp|^Using jupyter-cache|sphinx-multitoc|^\s*$")


def _say(text: str) -> None:
    print(text, flush=True)


def _run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command and stop with its exit code if it fails."""
    # nbgrader calls alembic by name, and a venv need not be activated.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=False, env=os.environ | {"PATH": path})
    if done.returncode:
        sys.exit(done.returncode)


def _python(*arguments: str) -> None:
    _run(sys.executable, *arguments)


def derive() -> None:
    """Work the derived tables out (pooled trials, references), if what they follow from changed."""
    from .analysis import derive as work_out
    from .evidence import EvidenceError

    try:
        if work_out():
            _say("Worked the derived tables out.")
    except EvidenceError as error:
        sys.exit(str(error))


def build(strict: bool = False) -> None:
    """Build the book into ``_build/html``; only what changed is built again.

    Args:
        strict: every warning (a typed number, an unknown citation, a broken link) fails the build.
    """
    _say("Building the book …")
    # As a child of its own, because the extension is imported anew from the package as it is now.
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT)]
    if strict:
        command += ["-W", "--keep-going"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            plain = re.sub(r"\x1b\[[0-9;]*m", "", line.rstrip())
            if not _NOISE.search(plain):
                _say(f"  {plain}")
    if process.returncode:
        sys.exit(process.returncode)


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves the site without a line in the terminal for each file."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def end_headers(self) -> None:
        # The book on disk changes with each build; a browser that remembers would show the old one.
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def make_server(port: int) -> http.server.ThreadingHTTPServer:
    """Return a server of the built site on 127.0.0.1; another free port is taken if ``port`` is not free."""
    handler = functools.partial(_QuietHandler, directory=str(SITE))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        return http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)


def book(port: int) -> None:
    """Build the book and serve it on 127.0.0.1 until Ctrl-C."""
    build()
    with make_server(port) as server:
        _say(f"\nThe book is at http://127.0.0.1:{server.server_port}/ (stop with Ctrl-C)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            _say("\nStopped.")


def lab(quizzes: bool) -> None:
    """Open JupyterLab with the labs, or with the quizzes and nbgrader's formgrader; no other host is asked.

    Args:
        quizzes: open the instructor's folder of quizzes instead of the labs.
    """
    # Holds the setting that keeps JupyterLab from asking whether it may fetch news.
    paths = [str(Path(__file__).parent / "jupyter_config"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    derive()
    _say("The keys of the public sample quizzes are public: marks that count need a private bank (quizzes/README.md).")
    # nbgrader reads its configuration from the folder in which the server starts.
    folder = QUIZZES if quizzes else ROOT / "notebooks"
    # A container's only user is often root, whom Jupyter refuses unless told; the server is on loopback with a token.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    _run(sys.executable, "-m", "jupyterlab", folder, *LAB_OPTIONS, *root, cwd=folder)


def find_chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome, ``None`` if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


def ensure_chromium() -> str:
    """Return the path of Chromium, installing Debian's if this is root and apt is there.

    Stops with an instruction if it cannot.
    """
    if path := find_chromium():
        return path
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _say("Installing Debian's chromium for the browser tests …")
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
        if path := find_chromium():
            return path
    sys.exit(
        "The browser tests need Chromium. Install it (Debian, Ubuntu: sudo apt-get install chromium) "
        "or set CHROMIUM to the path of a Chrome or Chromium, then run this again."
    )


def check() -> None:
    """Run the checks that need no test: style, types, one-way imports."""
    _say("Checking style, types and imports …")
    _python("-m", "ruff", "check", ".")
    _python("-m", "ruff", "format", "--check", "--quiet", ".")
    _python("-m", "mypy")
    _run(Path(sys.executable).with_name("lint-imports"), "--no-cache")
    lint_items(QUIZZES / "banks")


def lint_items(banks: Path) -> None:
    """Look for flaws of writing in the items of each bank; fail if one is neither mended nor suppressed."""
    from .items.linter import LintError, lint_bank, report

    paths = sorted(banks.glob("*.yaml"))
    if not paths:
        sys.exit(f"No bank (*.yaml) in {banks}; name the folder of the banks with --banks.")
    count = 0
    for path in paths:
        try:
            findings = lint_bank(path)
        except LintError as error:
            sys.exit(str(error))
        count += len(findings)
        for line in report(path, findings):
            _say(line)
    if count:
        sys.exit(f"{count} findings in the items: mend each, or suppress it with a reason (see CONTRIBUTING.md).")
    _say(f"The items of {len(paths)} banks have no findings.")


def review(today: datetime.date) -> None:
    """List the tables, chapters and item banks whose review is due within 60 days; fail if one is late."""
    from .review import ReviewError, report, reviewed_files

    try:
        files = list(reviewed_files(ROOT))
    except ReviewError as error:
        sys.exit(str(error))
    lines, late = report(files, today, ROOT)
    next_due = min(each.review_by for each in files)
    _say(
        "\n".join(lines)
        or f"All {len(files)} tables, chapters and item banks are reviewed; the next review is due by {next_due}."
    )
    if late:
        sys.exit("Review what is late: read its sources again, correct it, then set reviewed and review_by.")


def readability() -> None:
    """Print how easily each chapter reads: words, sentences, Flesch reading ease and grade."""
    from .readability import report

    for line in report(ROOT):
        _say(line)


def test(arguments: Sequence[str]) -> None:
    """Run everything that CI gates on: the checks, a strict build, every test."""
    os.environ["CHROMIUM"] = ensure_chromium()
    check()
    review(datetime.date.today())
    build(strict=True)
    # A file of tests is one worker's: its browser, its JupyterLab and its book are made once. More than
    # four workers would have more laboratories open at once than a laptop has memory for.
    _python("-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", *arguments)


def benchmark_page() -> None:
    """Measure the onset chapter against the same chapter under the default Jupyter Book set-up."""
    os.environ["CHROMIUM"] = ensure_chromium()
    build()
    _python("benchmarks/page.py")


def prove() -> None:
    """Run the long proofs: a fresh clone from nothing, each Python that is here, the benchmarks."""
    os.environ["CHROMIUM"] = ensure_chromium()
    _python("-m", "pytest", "tests/prove", "-p", "no:cacheprovider", "-s")
    benchmark_page()
    _python("benchmarks/explorer.py")
    _python("benchmarks/simulator.py")


def quiz(banks: Path, overlay: Path | None = None) -> None:
    """Write the nbgrader source of each graded bank, without keys, and show what every bank covers.

    Args:
        banks: the folder of the banks.
        overlay: a folder of private banks, whose items replace those of the same id and add to them.
    """
    from .items import BankError, load_bank
    from .items.bank import POOLS
    from .items.blueprint import check_blueprint, table_text
    from .items.release import write_source

    derive()
    folders = [folder for folder in (banks, overlay) if folder]
    names = sorted({path.name for folder in folders for path in folder.glob("*.yaml")})
    if not names:
        sys.exit(f"No bank (*.yaml) in {' or '.join(map(str, folders))}; name the folder with --banks.")
    if strange := [name for name in names if not name.endswith(tuple(f".{pool}.yaml" for pool in POOLS))]:
        sys.exit(f"{', '.join(strange)}: a bank is called MODULE.POOL.yaml, with POOL one of {', '.join(POOLS)}.")
    loaded, wrong = [], []
    for name in names:
        try:
            bank = load_bank(banks / name, overlay, complete=False)
        except BankError as error:
            sys.exit(str(error))
        _say(f"{bank.title} ({name}, version {bank.version})\n{table_text(bank)}\n")
        try:
            check_blueprint(bank)
        except BankError as error:
            wrong.append(str(error))
        loaded.append(bank)
    if wrong:
        sys.exit("\n".join(["No source was written: the blueprint is not filled.", *wrong]))
    graded = [bank for bank in loaded if bank.pool == "graded"]
    if not graded:
        sys.exit(f"No graded bank (MODULE.graded.yaml) in {' or '.join(map(str, folders))}; nothing was written.")
    for bank in graded:
        folder = write_source(bank, QUIZZES / "source")
        _say(f"{bank.title}: {len(bank.items)} items, {sum(item.points for item in bank.items):g} points -> {folder}")


def collect(archive: Path, roster: Path | None) -> None:
    """Take a Canvas or Moodle bulk download apart into nbgrader's folder of submissions."""
    from .grading.collect import CollectError
    from .grading.collect import collect as take_apart

    graded = (path.name.partition(".")[0] for path in (QUIZZES / "banks").glob("*.graded.yaml"))
    quizzes = {path.stem for path in (QUIZZES / "source").glob("*")} or set(graded)
    try:
        results = take_apart(archive, QUIZZES / "submitted", quizzes, roster)
    except CollectError as error:
        sys.exit(str(error))
    for each in results:
        _say(f"  {'taken  ' if each.taken else 'LEFT   '} {each.file}: {each.said}")
    taken = sum(each.taken for each in results)
    _say(f"{taken} of {len(results)} files taken into {QUIZZES / 'submitted'}")
    if taken < len(results):
        sys.exit(1)


def nbgrader(arguments: Sequence[str]) -> None:
    """Run nbgrader in the folder of the quizzes, as in: ketamine-course nbgrader autograde onset."""
    _run(sys.executable, "-m", "nbgrader", *arguments, cwd=QUIZZES)


def seal() -> None:
    """Write each table's sha256 into its sidecar, after a table was edited and reviewed."""
    from .evidence.table import TABLES, read_table, sha256, sidecar_path

    for csv_path in sorted(TABLES.glob("*.csv")):
        read_table(csv_path)
        path = sidecar_path(csv_path)
        sidecar = json.loads(path.read_text(encoding="utf-8"))
        if sidecar["hash"] != sha256(csv_path):
            sidecar["hash"] = sha256(csv_path)
            scratch = path.with_suffix(".tmp")
            scratch.write_text(json.dumps(sidecar, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            os.replace(scratch, path)
            _say(f"sealed {csv_path.name}")


def requirements() -> None:
    """Resolve ``requirements.txt`` anew from ``pyproject.toml``, for every supported Python."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--no-annotate",
        "--custom-compile-command",
        "make requirements",
        "-",
        "-o",
        "requirements.txt",
    ]
    done = subprocess.run(command, cwd=ROOT, input="-e .[all]\n", text=True, check=False)
    sys.exit(done.returncode)


def clean() -> None:
    """Remove what was generated: the built book and caches. The environment stays."""
    for name in ("_build", ".frontend", ".pytest_cache", ".mypy_cache", ".ruff_cache"):
        shutil.rmtree(ROOT / name, ignore_errors=True)


def simulate(model: str, dose_mg: float, minutes: float, weight_kg: float, until_min: float, step_min: float) -> None:
    """Print the concentrations of an infusion as CSV: time_min, ketamine_ng_ml, norketamine_ng_ml.

    Education, not advice about anyone's treatment. A model that has no metabolite leaves its column blank.
    """
    from .core import compartments, regimen
    from .evidence.pharmacokinetics import pk_model

    try:
        compartments.checked_number("step-min", step_min, 0.01, 1440, "min")
        compartments.checked_number("until-min", until_min, 0, regimen.TIME_RANGE_MIN[1], "min")
        times = [round(step * step_min, 9) for step in range(int(until_min / step_min + 1e-9) + 1)]
        schedule = regimen.infusion(dose_mg, minutes)
        curve = regimen.concentrations(pk_model(model), weight_kg, schedule, times)
    except ValueError as error:
        sys.exit(f"simulate: {error}")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["time_min", "ketamine_ng_ml", "norketamine_ng_ml"])
    metabolite = curve["norketamine_ng_ml"] or [None] * len(times)
    for time, drug, other in zip(times, curve["ketamine_ng_ml"], metabolite, strict=True):
        writer.writerow([f"{time:g}", f"{drug:.6g}", "" if other is None else f"{other:.6g}"])


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="ketamine-course", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, action: Callable[..., None]) -> argparse.ArgumentParser:
        assert action.__doc__ is not None
        command = commands.add_parser(name, help=action.__doc__.splitlines()[0])
        command.set_defaults(action=action)
        return command

    add("book", book).add_argument("--port", type=int, default=DEFAULT_PORT)
    add("build", build).add_argument("--strict", action="store_true", help="let every warning fail the build")
    labs = add("lab", lab)
    labs.add_argument("--quizzes", action="store_true", help="the instructor's quizzes and formgrader")
    add("derive", derive)
    day = "as if it were this day, written 2026-11-23"
    add("review", review).add_argument(
        "--today", type=datetime.date.fromisoformat, default=datetime.date.today(), metavar="DAY", help=day
    )
    add("readability", readability)
    add("check", check)
    linted = add("lint-items", lint_items)
    linted.add_argument("--banks", type=Path, default=QUIZZES / "banks", help="folder of the banks")
    add("test", test).add_argument("arguments", nargs="*", help="passed on to pytest")
    add("prove", prove)
    add("benchmark-page", benchmark_page)
    banks = "folder of the banks (default: the public sample)"
    quizzing = add("quiz", quiz)
    quizzing.add_argument("--banks", type=Path, default=QUIZZES / "banks", help=banks)
    over = "folder of private banks, whose items replace and add to those of --banks"
    quizzing.add_argument("--overlay", type=Path, help=over)
    taking = add("collect", collect)
    taking.add_argument("archive", type=Path, metavar="FILE.zip")
    taking.add_argument("--roster", type=Path, help="CSV with the columns lms_user and student")
    add("nbgrader", nbgrader)
    simulated = add("simulate", simulate)
    simulated.add_argument("--model", default="fanta_otto", help="fanta_otto (otto2021), clements250, domino, ...")
    for name, default, what in (
        ("dose-mg", 35, "all of it given over --minutes"),
        ("minutes", 40, "how long the pump runs"),
        ("weight-kg", 70, "40 to 150"),
        ("until-min", 240, "last time printed"),
        ("step-min", 1, "between two times"),
    ):
        simulated.add_argument(f"--{name}", type=float, default=default, help=what)
    add("seal", seal)
    add("requirements", requirements)
    add("clean", clean)
    parsed, rest = parser.parse_known_args(argv)
    options = vars(parsed)
    if options.pop("command") == "nbgrader":
        options["arguments"] = rest  # its options are nbgrader's, not ours
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        options.pop("action")(**options)
    except KeyboardInterrupt:
        sys.exit(130)  # what a shell gives for Ctrl-C; no traceback


if __name__ == "__main__":
    main()
