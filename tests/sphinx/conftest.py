"""A miniature book to build: one page, the course's roles and its check of typed numbers."""

from __future__ import annotations

import io
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
from ketamine_course.sphinx import bibliography, typed_numbers, values
def setup_parts(app):
    bibliography.use(Path(app.srcdir) / "references.bib")
    values.setup(app)
    typed_numbers.setup(app)
miniature = types.ModuleType("miniature")
miniature.setup = setup_parts
sys.modules["miniature"] = miniature
"""


@pytest.fixture
def build_page(tmp_path: Path) -> Callable[[str], tuple[str, list[str]]]:
    """Build one page of Markdown; return its HTML and the warnings."""

    def build(markdown: str) -> tuple[str, list[str]]:
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        (source / "conf.py").write_text(CONF, encoding="utf-8")
        (source / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
        (source / "index.md").write_text(f"# Title\n\n{markdown}\n", encoding="utf-8")
        warnings = io.StringIO()
        with docutils_namespace():
            app = Sphinx(
                source,
                source,
                tmp_path / "html",
                tmp_path / "doctrees",
                "html",
                status=None,
                warning=warnings,
                freshenv=True,
            )
            app.build()
        html = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
        return html, [line for line in warnings.getvalue().splitlines() if line.strip()]

    return build
