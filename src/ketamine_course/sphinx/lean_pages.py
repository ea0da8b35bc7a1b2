"""Pages that ask no other host and load only what they use.

What the default set-up adds and a reader here has no use for is dropped: MathJax from a
CDN, the live-code button, Font Awesome as a script, the 4,000 icons of its fonts.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

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
    if "kc-payload" in (context.get("body") or ""):
        app.add_css_file(f"{FOLDER}/figure.css")
        app.add_js_file(f"{FOLDER}/page.js", type="module")


def _icons_used(outdir: Path) -> set[str]:
    """Return the characters of the icon fonts that the pages, styles and scripts name."""
    pages = "".join(path.read_text(encoding="utf-8") for path in outdir.rglob("*.html"))
    classes = set(re.findall(r"\bfa-([a-z0-9-]+)", pages))
    css = "".join(path.read_text(encoding="utf-8") for path in (outdir / "_static").rglob("*.css"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in (outdir / "_static" / "scripts").glob("*theme.js"))
    classes |= set(re.findall(r"\bfa-([a-z0-9-]+)", scripts))
    codes = set(re.findall(r"--pst-icon-[\w-]+:\s*\"?\\([0-9a-f]{2,5})", css))
    for names, code in re.findall(r"((?:\.fa-[\w-]+(?::before)?,?)+)\{--fa:\"\\([0-9a-f]{1,5})", css):
        if classes & set(re.findall(r"\.fa-([\w-]+)", names)):
            codes.add(code)
    codes |= set(re.findall(r"content:\"\\(f[0-9a-f]{3})", css))
    return {chr(int(code, 16)) for code in codes}


def _subset_icons(app: Any, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    characters = _icons_used(outdir)
    for path in outdir.rglob("fa-*.woff2"):
        font = TTFont(path)
        subsetter = subset.Subsetter(subset.Options(flavor="woff2", layout_features=[]))
        subsetter.populate(unicodes=[ord(character) for character in characters])
        subsetter.subset(font)
        font.flavor = "woff2"
        font.save(path)


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
    app.connect("build-finished", _subset_icons)
    app.connect("build-finished", _write_redirect)
