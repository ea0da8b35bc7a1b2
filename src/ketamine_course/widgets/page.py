"""A figure on its way into the published page: a MIME bundle, made where the chapter's cell runs."""

from __future__ import annotations

import os
from typing import Any

from ..figures import Figure, static_html

#: The MIME type that the book's extension renders.
MIME_TYPE = "application/vnd.ketamine-course.figure+json"

#: Set to ``page`` by the book's extension for the kernels that run the chapters.
SURFACE_VARIABLE = "KETAMINE_COURSE_SURFACE"

#: Addresses in the bundle that the book's extension replaces, since only it knows the page's place.
CSV_PLACEHOLDER = "ketamine-course-table:"


def _cite_placeholder(key: str) -> str:
    return f'<cite data-key="{key}">{key}</cite>'


class PageFigure:
    """A figure that displays as its payload and its static HTML, without a widget or a comm."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        figure = self._figure
        html = static_html(figure, csv_href=CSV_PLACEHOLDER.__add__, cite=_cite_placeholder)
        return {
            MIME_TYPE: {"html": html, "payload": figure.payload_json()},
            "text/plain": figure.views[figure.default_key].finding,
        }


def show(figure: Figure) -> Any:
    """Return the figure as this surface displays it: `PageFigure` in the book, else a live widget."""
    if os.environ.get(SURFACE_VARIABLE) == "page":
        return PageFigure(figure)
    from .live import LiveFigure  # opens a comm to the browser, which a book's kernel has not

    return LiveFigure(figure)
