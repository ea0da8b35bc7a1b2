"""A miniature book to build: one page, the course's roles and directives, its check of typed numbers."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

BIBLIOGRAPHY = """
@article{lii2023, author = {Lii, Theresa R.}, title = {Masked}, journal = {Journal}, year = {2023}, doi = {10.1/x}}
"""

CONF = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "miniature"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_footnote_transition = False
suppress_warnings = ["myst.footnote"]
bibtex_bibfiles = ["references.bib"]
import sys, types
from pathlib import Path
from ketamine_course import sphinx
from ketamine_course.sphinx import bibliography
def setup_parts(app):
    bibliography.use(Path(app.srcdir) / "references.bib")
    for part in {parts}:
        getattr(sphinx, part).setup(app)
miniature = types.ModuleType("miniature")
miniature.setup = setup_parts
sys.modules["miniature"] = miniature
"""

#: What a page of prose needs, and what prints whole tables; those cite every reference of the course.
PROSE = ("values", "typed_numbers")
TABLES = (*PROSE, "evidence_table", "claim_register", "review_dates")


def build_book(folder: Path, page: str, parts: tuple[str, ...]) -> tuple[str, list[str]]:
    """Build a book of one page, in the folder beside its ``references.bib``; return its HTML and the warnings."""
    source = folder / "source"
    (source / "conf.py").write_text(CONF.format(parts=parts), encoding="utf-8")
    (source / "index.md").write_text(page, encoding="utf-8")
    warnings = io.StringIO()
    with docutils_namespace():
        app = Sphinx(
            source,
            source,
            folder / "html",
            folder / "doctrees",
            "html",
            status=None,
            warning=warnings,
            freshenv=True,
        )
        app.build()
    html = (folder / "html" / "index.html").read_text(encoding="utf-8")
    return html, [line for line in warnings.getvalue().splitlines() if line.strip()]


@pytest.fixture
def build_page(tmp_path: Path) -> Callable[[str], tuple[str, list[str]]]:
    """Build one page of Markdown; return its HTML and the warnings."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
    return lambda markdown: build_book(tmp_path, f"# Title\n\n{markdown}\n", PROSE)


@pytest.fixture(scope="session")
def build_evidence(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Callable[..., tuple[str, list[str]]]:
    """Build one page with the directives that print rows; return its HTML and the warnings.

    ``front`` is the front matter. One folder serves all: each build is from nothing.
    """
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "source").mkdir()
    shutil.copy(root / "book" / "references.bib", folder / "source")

    def build(markdown: str, front: str = "") -> tuple[str, list[str]]:
        matter = f"---\n{front}---\n\n" if front else ""
        return build_book(folder, f"{matter}# Title\n\n{markdown}\n", TABLES)

    return build
