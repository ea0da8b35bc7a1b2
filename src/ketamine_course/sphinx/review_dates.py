"""Prints when a page was reviewed, and when it must be reviewed again, at its end."""

from __future__ import annotations

import datetime
from typing import Any


def _long(day: str) -> str:
    date = datetime.date.fromisoformat(day)
    return f"{date.day} {date:%B %Y}"


def _add_dates(app: Any, pagename: str, _templatename: str, context: dict[str, Any], _doctree: Any) -> None:
    found = app.env.metadata.get(pagename, {})
    if "reviewed" in found and context.get("body"):
        context["body"] += (
            f'<p class="kc-reviewed"><small>Reviewed on {_long(str(found["reviewed"]))}; '
            f"next review by {_long(str(found['review_by']))}.</small></p>"
        )


def setup(app: Any) -> None:
    """Register the line at the end of each page whose front matter has the dates."""
    app.connect("html-page-context", _add_dates)
