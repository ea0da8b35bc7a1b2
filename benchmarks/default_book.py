"""Writes and builds the onset chapter under the default Jupyter Book set-up, its figures made to work.

What a course author gets from ``jupyter-book build`` without an extension of their own: the
chapter's text with every value printed, the same menu and bibliography, and each figure as
the plain plotly figure of our figure's default view.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import plotly.graph_objects as go

from ketamine_course import sphinx, widgets
from ketamine_course.cli import ROOT
from ketamine_course.figures import Figure

CHAPTER = "book/onset"

#: The extensions that Jupyter Book enables by default, and the two that the chapter's markup needs.
_CONFIG = """\
title: Ketamine Infusions for Depression
author: The ketamine-course contributors
only_build_toc_files: true
execute:
  execute_notebooks: force
parse:
  myst_enable_extensions: [colon_fence, dollarmath, linkify, substitution, tasklist, deflist, attrs_inline]
bibtex_bibfiles: [book/references.bib]
"""

_CODE_CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)


def build(folder: Path, renderer: str) -> Path:
    """Build the peer in ``folder`` with a plotly renderer and return the folder of its HTML.

    Args:
        folder: an empty folder.
        renderer: ``notebook`` puts plotly.js into the page, ``notebook_connected`` loads it from a CDN.

    Stops with what Jupyter Book said if it fails.
    """
    _write(folder, renderer)
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(folder)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
    )
    site = folder / "_build" / "html"
    if done.returncode or not (site / f"{CHAPTER}.html").exists():
        sys.exit(f"The default book could not be built:\n{done.stdout}\n{done.stderr}")
    return site


def _write(folder: Path, renderer: str) -> None:
    chapter = folder / f"{CHAPTER}.md"
    chapter.parent.mkdir(parents=True)
    (folder / "_config.yml").write_text(_CONFIG, encoding="utf-8")
    shutil.copy(ROOT / "book" / "references.bib", chapter.parent)
    _write_menu(folder)
    text = _print_values((ROOT / f"{CHAPTER}.md").read_text(encoding="utf-8"))
    text = _CODE_CELL.sub(lambda cell: _plain_cell(cell[0], chapter.parent), text)
    # Once only: each time that a renderer is chosen it puts plotly.js into the page again.
    choice = f'plotly.io.renderers.default = "{renderer}"\nplotly.io.read_json('
    chapter.write_text(text.replace("plotly.io.read_json(", choice, 1), encoding="utf-8")


def _write_menu(folder: Path) -> None:
    """Write the same table of contents, each other page with its heading alone, so that the menu weighs the same."""
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    (folder / "_toc.yml").write_text(toc, encoding="utf-8")
    for name in re.findall(r"(?:root|file):\s*(\S+)", toc):
        page = folder / f"{name.removesuffix('.md')}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        source = ROOT / page.relative_to(folder)
        heading = re.search(r"^# .+$", source.read_text(encoding="utf-8") if source.exists() else "", re.MULTILINE)
        page.write_text(f"{heading[0] if heading else f'# {name}'}\n", encoding="utf-8")


def _print_values(text: str) -> str:
    """Return the chapter with our roles printed as plain values and our directives left out."""
    # Our extension registers its roles with a stand-in for Sphinx: each then prints as it does in the book.
    app = Mock()
    sphinx.setup(app)
    roles = dict(call.args for call in app.add_role.call_args_list)
    text = re.sub(rf"\{{({'|'.join(roles)})\}}`([^`]+)`", lambda match: roles[match[1]].look_up(match[2])[1], text)
    directives = "|".join(call.args[0] for call in app.add_directive.call_args_list)
    return re.sub(rf"^(`{{3,}}|:{{3,}})\{{(?:{directives})\}}.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)


def _plain_cell(cell: str, folder: Path) -> str:
    """Return the code cell that shows the same figure by plotly alone; its JSON goes into ``folder``.

    Returns nothing for a cell that shows no figure (a quiz, say): the default set-up has none to set beside it.
    """
    last_line = cell.splitlines()[-2]
    make_figure = _figure_maker(last_line.removesuffix("()"))
    if not make_figure:
        print(f"  not in the default chapter: {last_line}")
        return ""
    file = f"{last_line.removesuffix('()')}.json"
    _plain_figure(make_figure()).write_json(folder / file)
    return f'```{{code-cell}} python\n:tags: [remove-input]\nimport plotly.io\n\nplotly.io.read_json("{file}")\n```'


def _figure_maker(call: str) -> Callable[[], Figure] | None:
    """Return the function ``NAME_figure``, which stands beside the call ``NAME`` of a figure."""
    shown = getattr(widgets, call, None)
    return getattr(sys.modules[shown.__module__], f"{call}_figure", None) if shown else None


def _plain_figure(figure: Figure) -> go.Figure:
    """Return the default view of a figure as a plain plotly figure in our light colours."""
    view = figure.views[figure.default_key]
    colours = _light_colours()
    traces = [_with_colours(figure.traces[name], colours) for name in view.traces]
    layout = _with_colours(figure.layouts[view.layout], colours)
    # Ours has its key beside the plot too.
    return go.Figure(traces, layout | {"title": {"text": figure.title}, "showlegend": False})


def _light_colours() -> dict[str, str]:
    """Return our colour variables by name, such as ``--kc-ketamine``, as hexadecimal colours."""
    style = Path(widgets.__file__).parent / "static" / "figure.css"
    light = style.read_text(encoding="utf-8").split("}")[0]
    return dict(re.findall(r"(--kc-[\w-]+):[^;]*?(#[0-9a-fA-F]{6,8})\b", light))


def _with_colours(node: Any, colours: dict[str, str]) -> Any:
    """Return a copy of a plotly dictionary with each ``var(--name)`` replaced by its colour."""
    if isinstance(node, str):
        return colours[node[4:-1]] if node.startswith("var(") else node
    if isinstance(node, list | tuple):
        return [_with_colours(item, colours) for item in node]
    if isinstance(node, dict):
        return {key: _with_colours(value, colours) for key, value in node.items()}
    return node
