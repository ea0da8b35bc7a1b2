"""The directive ``phq9-scorer``: the PHQ-9 to fill in, its severity bands, and crisis help.

Without JavaScript the page shows the items, how to add them up, the bands and the crisis lines.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ..widgets.phq9 import payload


class course_phq9(nodes.General, nodes.Element):  # noqa: N801  # docutils names nodes in lower case
    """The scorer; it has no attributes, since all that it shows comes from rows."""


class Phq9Scorer(SphinxDirective):
    """``phq9-scorer``: takes nothing."""

    def run(self) -> list[nodes.Node]:
        """Return the node."""
        return [course_phq9("")]


def _line_html(line: dict[str, Any]) -> str:
    ways = [
        escape(way["before"]) + (f'<a href="{escape(way["href"])}">{escape(way["text"])}</a>' if way["text"] else "")
        for way in line["ways"]
    ]
    hours = f", {escape(line['hours'])}" if line["hours"] else ""
    emergency = f" {escape(line['emergency'])}" if line["emergency"] else ""
    country, service = escape(line["country"]), escape(line["service"])
    return f"<li><b>{country}:</b> {service}, {' or '.join(ways)}{hours}.{emergency}</li>"


def fallback_html(content: dict[str, Any]) -> str:
    """Return the questionnaire to read: how to answer, how to add up, what totals are called, where help is."""
    answers = ", ".join(f"{value} for “{escape(answer)}”" for value, answer in enumerate(content["answers"]))
    items = "".join(f"<li>{escape(item)}</li>" for item in content["items"])
    bands = "".join(
        f'<tr><th scope="row">{band["low"]} to {band["high"]}</th><td>{escape(band["name"])}</td></tr>'
        for band in content["bands"]
    )
    crisis = content["crisis"]
    lines = "".join(map(_line_html, crisis["lines"]))
    return (
        f'<section class="kp" aria-label="PHQ-9"><p><b>{escape(content["not_a_diagnosis"])}</b></p>'
        f"<p>{escape(content['before'])}</p>"
        f"<p>If the answer to item {content['crisis_item']} is anything but 0, talk to somebody now, "
        f"whatever the total. In immediate danger, call your local emergency number.</p>"
        f"<ul>{lines}</ul><p class='kp-small'>{escape(crisis['checked'])}</p>"
        f'<p class="kp-introduction">{escape(content["introduction"])}</p><ol>{items}</ol>'
        f"<p>Give each item {answers}, and add the {len(content['items'])} numbers up: "
        f"the total lies between 0 and {content['highest']}.</p>"
        f'<table class="kp-bands"><caption>What the totals are called</caption>'
        f'<thead><tr><th scope="col">Total</th><th scope="col">Called</th></tr></thead><tbody>{bands}</tbody></table>'
        f'<p class="kp-small">{escape(content["function_item"])}</p></section>'
    )


def _visit_html(translator: Any, _node: course_phq9) -> None:
    content = payload()
    data = json.dumps(content, ensure_ascii=False).replace("</", "<\\/")
    translator.body.append(
        f'<div class="kc-phq9-host">{fallback_html(content)}'
        f'<script type="application/json" class="kc-phq9">{data}</script></div>'
    )
    raise nodes.SkipNode


def _skip(_translator: Any, _node: course_phq9) -> None:
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the directive."""
    app.add_node(course_phq9, html=(_visit_html, None), latex=(_skip, None), text=(_skip, None))
    app.add_directive("phq9-scorer", Phq9Scorer)
