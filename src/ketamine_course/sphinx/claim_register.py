"""The claim register: what clinic websites and popular articles say, and what the evidence says.

``claim-register`` prints every claim with filters; ``claim-register CHAPTER`` those that a chapter answers;
with ``:only:``, the named ones. With ``:judge:`` a learner chooses a verdict before that of the course opens.
Each claim of the full register leads to the chapter that answers it, and each claim of a chapter to the register.
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from .. import evidence
from .figure_node import cite
from .values import anchor, row_href

#: Each verdict with its sign: the sign and the word tell, never the colour alone.
VERDICTS = {
    "supported": ("✓", "Supported"),
    "partly": ("◐", "Partly supported"),
    "misleading": ("⚠", "Misleading"),
    "unsupported": ("✗", "Unsupported"),
}
#: The page of the full register.
REGISTER_PAGE = "book/claims"

#: The filters of the full register: column and label.
_FILTERS = (("verdict", "Verdict"), ("theme", "About"), ("chapter", "Chapter"))


class course_claims(nodes.General, nodes.Element):
    """A list of claims: those of ``chapter``, or with the ids ``only``, or all if both are empty."""


class ClaimRegister(SphinxDirective):
    """``claim-register [CHAPTER]``, with ``:only:`` (ids of claims) and ``:judge:``."""

    optional_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"only": directives.unchanged_required, "judge": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the node; an unknown chapter or claim is an error at the directive's line."""
        chapter = self.arguments[0] if self.arguments else ""
        known = sorted({row["chapter"] for row in evidence.table("claims")})
        if chapter and chapter not in known:
            raise self.error(f"no claim is answered by a chapter {chapter!r}; the chapters are {', '.join(known)}")
        only = self.options.get("only", "").split()
        claims = {row.id for row in evidence.table("claims")}
        if unknown := [each for each in only if each not in claims]:
            raise self.error(f"there is no claim {', '.join(unknown)}; the ids stand in claims.csv")
        return [course_claims("", chapter=chapter, only=only, judge="judge" in self.options)]


def _select(name: str, label: str, values: list[str]) -> str:
    words = {value: VERDICTS[value][1] if name == "verdict" else _capital(value) for value in values}
    options = "".join(f'<option value="{escape(value)}">{escape(word)}</option>' for value, word in words.items())
    return (
        f'<div><label for="kc-claims-{name}">{label}</label>'
        f'<select id="kc-claims-{name}" name="{name}"><option value="">All</option>{options}</select></div>'
    )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _row_link(translator: Any, row_id: str) -> str:
    row = evidence.row(row_id)
    text = row.get("statement") or row.get("claim")
    if not text:
        names = [row.get(name) for name in ("study", "item", "event", "outcome", "label", "model") if row.get(name)]
        text = ", ".join(str(name) for name in names[:3]) or row.id
    return f'<li><a href="{escape(row_href(translator, row))}">{escape(str(text))}</a></li>'


def _other_place(translator: Any, row: evidence.Row) -> str:
    """Return a link to where the claim stands too: the chapter that answers it, or the register."""
    builder = translator.builder
    chapter = f"book/{row['chapter']}"
    in_register = builder.current_docname == REGISTER_PAGE
    page = chapter if in_register else REGISTER_PAGE
    if page not in builder.env.titles:
        return ""  # the register of a miniature book
    title = builder.env.titles[page].astext()
    words = f"Answered in the chapter “{title}”" if in_register else "This claim in the full register"
    href = f"{builder.get_relative_uri(builder.current_docname, page)}#{anchor(row.id)}"
    return f'<p class="kc-claim-place"><a href="{escape(href)}">{escape(words)}</a></p>'


def _judging(row: evidence.Row, answer: str) -> str:
    """Return the answer, folded, below a choice of verdicts; without scripts it can be unfolded all the same."""
    name = f"kc-judge-{anchor(row.id)}"
    choices = "".join(
        f'<label><input type="radio" name="{name}" value="{verdict}"> {word}</label>'
        for verdict, (_, word) in VERDICTS.items()
    )
    return (
        f'<fieldset class="kc-claim-judge"><legend>Your verdict</legend>{choices}</fieldset>'
        '<p class="kc-claim-judged" role="status"></p>'
        f'<details class="kc-claim-answer"><summary>The course\'s verdict and the evidence</summary>{answer}</details>'
    )


def _claim_html(translator: Any, row: evidence.Row, judge: bool) -> str:
    sign, word = VERDICTS[row["verdict"]]
    rows = "".join(_row_link(translator, each) for each in (row["row_ids"] or "").split())
    references = "; ".join(cite(key) for key in row["references"].split())
    note = f'<p class="kc-claim-note">{escape(row["note"])}</p>' if row["note"] else ""
    rows_html = f"<details><summary>Rows that bear it out</summary><ul>{rows}</ul></details>" if rows else ""
    data = " ".join(f'data-{name}="{escape(row[name])}"' for name, _ in _FILTERS)
    answer = (
        f'<p class="kc-verdict kc-verdict-{row["verdict"]}"><span aria-hidden="true">{sign}</span> {word}'
        f"<small>; certainty: {escape(row['certainty'])}</small></p>"
        f"<p>{escape(row['evidence'])}</p>{note}{rows_html}"
        f'<p class="kc-claim-sources"><small>Sources: {references}</small></p>{_other_place(translator, row)}'
    )
    return (
        f'<li class="kc-claim" id="{anchor(row.id)}" {data}>'
        f'<p class="kc-claim-said">{escape(row["claim"])}</p>{_judging(row, answer) if judge else answer}</li>'
    )


def _visit_html(translator: Any, node: course_claims) -> None:
    rows = [row for row in evidence.table("claims") if node["chapter"] in ("", row["chapter"])]
    if node["only"]:
        rows = [evidence.row(each) for each in node["only"]]
    claims = "".join(_claim_html(translator, row, node["judge"]) for row in rows)
    filters = ""
    if not node["chapter"] and not node["only"]:
        selects = []
        for name, label in _FILTERS:
            found = {row[name] for row in rows}
            values = [each for each in VERDICTS if each in found] if name == "verdict" else sorted(found)
            selects.append(_select(name, label, values))
        filters = (
            f'<form class="kc-claim-filters" hidden aria-label="Filter the claims">{"".join(selects)}'
            f'<p role="status"><b class="kc-claim-count">{len(rows)}</b> of {len(rows)} claims</p></form>'
        )
    translator.body.append(f'<div class="kc-claims">{filters}<ol>{claims}</ol></div>')
    raise nodes.SkipNode


def _skip(_translator: Any, _node: course_claims) -> None:
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the directive."""
    app.add_node(course_claims, html=(_visit_html, None), latex=(_skip, None), text=(_skip, None))
    app.add_directive("claim-register", ClaimRegister)
