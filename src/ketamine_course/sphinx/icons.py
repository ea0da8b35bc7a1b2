"""Cuts the theme's icon fonts, and the rules that name their icons, down to the icons in use."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

from .assets import FOLDER

#: A rule of Font Awesome: the classes of an icon, and its character as an escape or as itself.
_RULE = re.compile(r'((?:\.fa-[\w-]+:{1,2}before,?)+)\{content:"(\\?[^"]+)"\}')
_ESCAPE = re.compile(r"\\(f[0-9a-f]{3})")
#: The fonts' characters lie in Unicode's private use area.
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def _named_icons(outdir: Path) -> set[str]:
    """Return the icon classes that a page, or a script of a theme, names."""
    files = [*outdir.rglob("*.html"), *(outdir / "_static" / "scripts").glob("*theme.js")]
    return {name for path in files for name in re.findall(r"\bfa-[a-z0-9-]+", path.read_text(encoding="utf-8"))}


def _without_unused(css: str, used: set[str]) -> str:
    """Return a style sheet without the rules of icons that nothing names."""

    def keep(match: re.Match[str]) -> str:
        return match[0] if used & set(re.findall(r"fa-[\w-]+", match[1])) else ""

    return _RULE.sub(keep, css)


def _cut(app: Any, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    used = _named_icons(outdir)
    characters: set[int] = set()
    for path in (outdir / "_static").rglob("*.css"):
        css = path.read_text(encoding="utf-8")
        lean = _without_unused(css, used)
        if lean != css:
            path.write_text(lean, encoding="utf-8")
        characters |= {int(code, 16) for code in _ESCAPE.findall(lean)} | {ord(sign) for sign in _PRIVATE.findall(lean)}
    for path in outdir.rglob("fa-*.woff2"):
        # Without the time of cutting, so that the same book is the same bytes.
        font = TTFont(path, recalcTimestamp=False)
        subsetter = subset.Subsetter(subset.Options(layout_features=[]))
        subsetter.populate(unicodes=characters)
        subsetter.subset(font)
        font.flavor = "woff2"
        font.save(path)


def _start_from_the_originals(app: Any, _builder: Any) -> None:
    # Else Sphinx reports for each file cut by the last build that it overwrites something else.
    # At write-started, because only a build that writes a page copies the files again.
    for name in ("vendor", "styles", FOLDER):
        shutil.rmtree(Path(app.outdir) / "_static" / name, ignore_errors=True)


def setup(app: Any) -> None:
    """Register the cutting, which comes once everything is written."""
    app.connect("write-started", _start_from_the_originals)
    app.connect("build-finished", _cut)
