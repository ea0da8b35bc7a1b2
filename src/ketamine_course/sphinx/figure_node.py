"""Turns the MIME bundle of a chapter's cell into a figure of the page."""

from __future__ import annotations

import re
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx.util.osutil import relative_uri

from ..widgets.page import CSV_PLACEHOLDER, MIME_TYPE
from .assets import FOLDER
from .bibliography import label, link


class course_figure(nodes.General, nodes.Element):
    """A figure: ``html`` stands without JavaScript, ``payload`` brings it to life, ``plain`` is its finding."""


class FigureRenderer:
    """A myst-nb MIME renderer (entry point ``myst_nb.mime_renderers``)."""

    mime_priority_overrides: ClassVar = [("*", MIME_TYPE, 1)]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """Return the figure for a bundle of the course's MIME type, ``None`` for any other."""
        if inline or data.mime_type != MIME_TYPE:
            return None
        return [course_figure("", html=data.content["html"], payload=data.content["payload"])]


def static_uri(translator: Any, path: str) -> str:
    """Return the address of a file under ``_static/``, relative to the page being written."""
    page = translator.builder.get_target_uri(translator.builder.current_docname)
    return str(relative_uri(page, f"_static/{path}"))


def cite(key: str) -> str:
    """Return the HTML of a reference: author and year, linked to the paper where it has an address."""
    href = link(key)
    return f'<a href="{escape(href)}">{escape(label(key))}</a>' if href else escape(label(key))


def _visit_html(translator: Any, node: course_figure) -> None:
    html = re.sub(r'<cite data-key="([^"]+)">[^<]*</cite>', lambda match: cite(match[1]), node["html"])
    html = re.sub(
        rf"{CSV_PLACEHOLDER}([\w-]+)", lambda match: static_uri(translator, f"{FOLDER}/tables/{match[1]}.csv"), html
    )
    payload = node["payload"].replace("</", "<\\/")
    translator.body.append(
        f'<div class="kc-host">{html}<script type="application/json" class="kc-payload">{payload}</script></div>'
    )
    raise nodes.SkipNode


def _skip(_translator: Any, _node: course_figure) -> None:
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the figure's node."""
    app.add_node(course_figure, html=(_visit_html, None), latex=(_skip, None), text=(_skip, None))
