"""The files that every page can ask for, gathered from the package, and the fingerprint of all of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import analysis, evidence
from ..widgets.infusion import infusion_context
from ..widgets.page import SURFACE_VARIABLE
from . import frontend

PACKAGE = Path(__file__).resolve().parents[1]

#: The folder under ``_static/`` that holds what the course serves.
FOLDER = "course"


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return a digest of the package's own files: code, modules, styles, templates and tables."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix not in (".pyc", ".pyo"):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _follow_package(app: Any, config: Any) -> None:
    analysis.derive()
    # A page's cells are executed again, and every page is written again, whenever the package
    # or a table changes: jupyter-cache keys on the cell's text alone, and Sphinx on the chapter's.
    config.ketamine_course_fingerprint = fingerprint()
    config.nb_execution_cache_path = str(Path(app.outdir).parent / ".jupyter_cache" / fingerprint())
    # The kernels that run the chapters are children of this process.
    os.environ[SURFACE_VARIABLE] = "page"


def _gather(app: Any) -> None:
    if app.builder.format != "html":
        return
    root = Path(app.outdir).parent / "course_static"
    shutil.rmtree(root, ignore_errors=True)
    folder = root / FOLDER
    (folder / "tables").mkdir(parents=True)
    for source in (PACKAGE / "widgets" / "static", PACKAGE / "sphinx" / "static"):
        # The graded quiz lives in JupyterLab only; its items (item.js) are those of the self-check too.
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("quiz.*"))
    for name in evidence.names():
        shutil.copy(evidence.table_path(name), folder / "tables")
    plotly = frontend.fetch(frontend.PLOTLY, Path(app.srcdir) / ".frontend")
    shutil.copy(plotly / "plotly-basic.min.js", folder)
    _gather_core(folder, Path(app.srcdir) / ".frontend")
    # Not the root's _static/: Jupyter Book puts every script found there on every page.
    app.config.html_static_path.append(str(root))


def _gather_core(folder: Path, cache: Path) -> None:
    """Put the Python that the page runs beside its host: MicroPython, the sources, the contexts."""
    micropython = frontend.fetch(frontend.MICROPYTHON, cache)
    for name in ("micropython.mjs", "micropython.wasm"):
        shutil.copy(micropython / name, folder)
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "core").glob("*.py"))}
    (folder / "core.json").write_text(json.dumps(sources), encoding="utf-8")
    (folder / "contexts").mkdir()
    context = json.dumps(infusion_context(), ensure_ascii=False, separators=(",", ":"))
    (folder / "contexts" / "infusion.json").write_text(context, encoding="utf-8")


def setup(app: Any) -> None:
    """Register the gathering of assets and the fingerprint that makes a rebuild follow the package."""
    app.add_config_value("ketamine_course_fingerprint", "", "env", [str])
    app.connect("config-inited", _follow_package)
    app.connect("builder-inited", _gather)
