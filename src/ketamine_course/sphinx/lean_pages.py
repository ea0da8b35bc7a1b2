"""Pages that ask no other host and load only what they use.

What the default set-up adds and a reader here has no use for is dropped: MathJax from a
CDN, the live-code button, Font Awesome as a script.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from .assets import FOLDER

_TEMPLATES = Path(__file__).parent / "templates"

#: Scripts and styles of extensions that Jupyter Book loads for features this book does not use.
_UNUSED = re.compile(r"thebe|mathjax|design-tabs|togglebutton|copybutton|clipboard|tabs\.css", re.IGNORECASE)

#: Needed where results are shown, and nowhere else: without it the search stops with an exception.
_FOR_SEARCH = "sphinx_highlight"


def _wanted(file: Any, page: str) -> bool:
    name = str(file.filename or file.attributes.get("body", ""))
    if name.startswith(("http:", "https:", "//")) or _UNUSED.search(name):
        return False
    return page == "search" or _FOR_SEARCH not in name


def _lean_context(app: Any, page: str, _template: str, context: dict[str, Any], doctree: Any) -> None:
    context["script_files"] = [file for file in context["script_files"] if _wanted(file, page)]
    context["css_files"] = [file for file in context["css_files"] if _wanted(file, page)]
    if " sd-" not in (context.get("body") or ""):
        context["css_files"] = [file for file in context["css_files"] if "sphinx-design" not in str(file.filename)]


def _prepare(_app: Any, config: Any) -> None:
    # At config-inited, because the builder looks for templates before builder-inited.
    config.templates_path.insert(0, str(_TEMPLATES))
    # The theme reads it in every page, and calls an empty mode an error.
    config.html_context.setdefault("default_mode", "auto")


def _page_files(app: Any, page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    app.add_css_file(f"{FOLDER}/course.css")
    if any(each in (context.get("body") or "") for each in ("kc-claim-filters", "kc-claim-judge")):
        app.add_js_file(f"{FOLDER}/claims.js", type="module")
    if "kc-selfcheck" in (context.get("body") or ""):
        app.add_css_file(f"{FOLDER}/item.css")
        app.add_css_file(f"{FOLDER}/selfcheck.css")
        app.add_js_file(f"{FOLDER}/selfcheck_page.js", type="module")
    if "kc-phq9" in (context.get("body") or ""):
        app.add_css_file(f"{FOLDER}/phq9.css")
        app.add_js_file(f"{FOLDER}/phq9_page.js", type="module")
    if "kc-still" in (context.get("body") or ""):
        app.add_css_file(f"{FOLDER}/figure.css")
    if "kc-payload" in (context.get("body") or ""):
        app.add_css_file(f"{FOLDER}/figure.css")
        if "kc-calculator" in context["body"]:
            app.add_css_file(f"{FOLDER}/calculator.css")
        app.add_js_file(f"{FOLDER}/page.js", type="module")


def _write_redirect(app: Any, exception: Exception | None) -> None:
    """Write the ``index.html`` that leads to the first page, with the language, title and icon of a page."""
    if exception or app.builder.format != "html" or app.config.root_doc == "index":
        return
    target = escape(app.builder.get_target_uri(app.config.root_doc))
    title = escape(app.config.html_title)
    icon = f"_static/{Path(app.config.html_favicon).name}"
    (Path(app.outdir) / "index.html").write_text(
        f'<!DOCTYPE html>\n<html lang="{app.config.language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="icon" href="{escape(icon)}"><meta http-equiv="refresh" content="0; url={target}"></head>'
        f'<body><a href="{target}">{title}</a></body></html>\n',
        encoding="utf-8",
    )


def setup(app: Any) -> None:
    """Register what makes pages lean."""
    app.connect("config-inited", _prepare)
    app.connect("html-page-context", _page_files, priority=400)
    # After every extension that adds files of its own.
    app.connect("html-page-context", _lean_context, priority=900)
    app.connect("build-finished", _write_redirect)
