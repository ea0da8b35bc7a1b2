"""A small built page with every type of item, the Chromium and the JupyterLab of the other browser tests."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from ketamine_course.items import load_bank
from ketamine_course.items.selfcheck import payload
from ketamine_course.sphinx.assets import FOLDER, PACKAGE

from ...browser.conftest import axe_source, browser, lab

__all__ = ["axe_source", "browser", "lab"]

FIXTURES = Path(__file__).parents[1] / "fixtures"

_CONF = """
extensions = ["myst_parser", "miniature"]
html_theme = "sphinx_book_theme"
html_static_path = ["static"]
html_title = "Miniature"
html_favicon = {favicon!r}
language = "en"
myst_enable_extensions = ["colon_fence"]
import sys, types
from pathlib import Path
from ketamine_course.sphinx import bibliography, lean_pages, self_check
def setup_parts(app):
    bibliography.use(Path({bibliography!r}))
    self_check.setup(app)
    lean_pages.setup(app)
miniature = types.ModuleType("miniature")
miniature.setup = setup_parts
sys.modules["miniature"] = miniature
"""

_PAGE = """# Miniature

Before.

```{self-check} types
```

After.
"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="package")
def items() -> list[dict[str, Any]]:
    """Return the items of the practice bank as the page gets them, keys included."""
    listed: list[dict[str, Any]] = payload(load_bank(FIXTURES / "types.formative.yaml"))["items"]
    return listed


@pytest.fixture(scope="package")
def page_url(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that Sphinx built from the directive, with the book's theme and the real modules."""
    folder = tmp_path_factory.mktemp("miniature")
    source, book = folder / "source", root / "book"
    (source / "quizzes" / "banks").mkdir(parents=True)
    shutil.copy(FIXTURES / "types.formative.yaml", source / "quizzes" / "banks")
    for static in ("widgets", "sphinx"):
        shutil.copytree(PACKAGE / static / "static", source / "static" / FOLDER, dirs_exist_ok=True)
    (source / "conf.py").write_text(
        _CONF.format(bibliography=str(book / "references.bib"), favicon=str(book / "favicon.svg")), encoding="utf-8"
    )
    (source / "index.md").write_text(_PAGE, encoding="utf-8")
    (source / "plain.md").write_text("---\norphan: true\n---\n# Plain\n\nNothing to check.\n", encoding="utf-8")
    with docutils_namespace():
        app = Sphinx(source, source, folder / "html", folder / "doctrees", "html", status=None, freshenv=True)
        app.build()
    handler = functools.partial(_Quiet, directory=str(folder / "html"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()
        thread.join()
