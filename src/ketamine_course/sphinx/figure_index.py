"""The directive ``figure-index``: every living figure of the book, its still picture, and a link to where it lives.

A figure that asks for a prediction keeps picture and finding folded, so that leafing through gives nothing away.
"""

from __future__ import annotations

import json
import re
from html import escape, unescape
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from .figure_node import course_figure

_NAME = re.compile(r'id="([\w-]+)-title">([^<]*)</figcaption>')
_PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)
_FINDING = re.compile(r'<p class="kc-finding"[^>]*>.*?<span>(.*?)</span>', re.DOTALL)
_ENV_KEY = "course_figures"


class course_figure_index(nodes.General, nodes.Element):  # noqa: N801  # docutils names nodes in lower case
    """The place of the index; what stands there is known once every page was read."""


class FigureIndex(SphinxDirective):
    """``figure-index``."""

    def run(self) -> list[nodes.Node]:
        """Return the node; the page is written anew whenever a figure of the book changes."""
        self.env.course_figure_index = self.env.docname  # type: ignore[attr-defined]
        return [course_figure_index()]


def _figures(env: Any) -> dict[str, list[dict[str, Any]]]:
    """Return what is known of the figures, by page."""
    if not hasattr(env, _ENV_KEY):
        setattr(env, _ENV_KEY, {})
    found: dict[str, list[dict[str, Any]]] = getattr(env, _ENV_KEY)
    return found


def _note(app: Any, doctree: nodes.document) -> None:
    """Keep what the index needs of a page's figures."""
    noted = []
    for node in doctree.findall(course_figure):
        named, pictured, found = (pattern.search(node["html"]) for pattern in (_NAME, _PICTURE, _FINDING))
        if not (named and pictured and found):
            raise ValueError(f"{app.env.docname}: a figure has no title, no picture or no finding: {node['html'][:80]}")
        noted.append(
            {
                "name": named[1],
                "title": unescape(named[2]),
                "picture": pictured[0],
                "finding": unescape(found[1]),
                "predicts": bool(json.loads(node["payload"]).get("prediction")),
            }
        )
    if noted:
        _figures(app.env)[app.env.docname] = noted


def _purge(_app: Any, env: Any, docname: str) -> None:
    _figures(env).pop(docname, None)


def _merge(_app: Any, env: Any, docnames: set[str], other: Any) -> None:
    _figures(env).update({name: found for name, found in _figures(other).items() if name in docnames})
    if page := getattr(other, "course_figure_index", None):
        env.course_figure_index = page


def _again(_app: Any, env: Any) -> list[str]:
    """Have the index written anew, if a figure came, went or changed since the last build."""
    page, found = getattr(env, "course_figure_index", None), _figures(env)
    if page is None or page not in env.found_docs or getattr(env, "course_figures_written", None) == found:
        return []
    env.course_figures_written = dict(found)
    return [page]


def _reading_order(env: Any, docname: str) -> list[str]:
    """Return a page and all beneath it, in the order of the table of contents."""
    found = [docname]
    for child in env.toctree_includes.get(docname, ()):
        found += [each for each in _reading_order(env, child) if each not in found]
    return found


def _entry(translator: Any, docname: str, figure: dict[str, Any]) -> str:
    builder = translator.builder
    href = f"{builder.get_relative_uri(builder.current_docname, docname)}#{figure['name']}-title"
    seen = f"{figure['picture']}<p>{escape(figure['finding'])}</p>"
    if figure["predicts"]:
        seen = (
            "<p>The figure asks what you expect before it shows anything.</p>"
            f"<details><summary>Show its picture and finding here</summary>{seen}</details>"
        )
    return (
        f'<li class="kc-still"><h3><a href="{escape(href)}">{escape(figure["title"])}</a></h3>{seen}'
        f'<p><a href="{escape(href)}" aria-label="Open the living figure: {escape(figure["title"])}">'
        "Open the living figure</a></p></li>"
    )


def _visit_html(translator: Any, _node: course_figure_index) -> None:
    env = translator.builder.env
    figures = _figures(env)
    shown: set[str] = set()
    parts = []
    for docname in _reading_order(env, env.config.root_doc):
        entries = [each for each in figures.get(docname, ()) if each["name"] not in shown]
        shown |= {each["name"] for each in entries}
        if entries:
            title = escape(env.titles[docname].astext())
            listed = "".join(_entry(translator, docname, each) for each in entries)
            parts.append(f'<section><h2>{title}</h2><ul class="kc-stills">{listed}</ul></section>')
    if not parts:
        raise ValueError("figure-index: no page of the book has a figure; take the directive out")
    translator.body.append("".join(parts))
    raise nodes.SkipNode


def _skip(_translator: Any, _node: course_figure_index) -> None:
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the directive and what it must know of every page."""
    app.add_node(course_figure_index, html=(_visit_html, None), latex=(_skip, None), text=(_skip, None))
    app.add_directive("figure-index", FigureIndex)
    app.connect("doctree-read", _note)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _again)
