"""Warns of each number in prose that was typed instead of drawn from a row.

It reads the doctree, so that text in lists, tables, notes and captions counts, and what
came from a row, a citation or code does not. The warning has the type ``ketamine_course.typed_number``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.util import logging

from .values import course_value

logger = logging.getLogger(__name__)

_UNITS = "one two three four five six seven eight nine ten eleven twelve".split()
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_LARGE = "hundreds? thousands? millions? billions? dozens?".split()
_PARTS = "half halves halved thirds? quarters? fifths? tenths? twice thrice doubled? doubles tripled? triples".split()

_NUMBER = re.compile(
    r"[½⅓⅔¼¾⅕⅛]|\d+(?:[.,/]\d+)*"
    rf"|\b(?:zero|{'|'.join((*_UNITS, *_TEENS, *_TENS, *_LARGE, *_PARTS))})\b|\b\w+fold\b",
    re.IGNORECASE,
)

#: What may be typed, with the reason. At most fifteen; a test counts them.
EXCEPTIONS: tuple[tuple[str, str], ...] = (
    (r"\b[A-Z][A-Za-z]*(?:-[A-Z]+)?-\d+\b", "names of trials and scales: TRANSFORM-1, PHQ-9, HAM-D-17"),
    (r"\bKARMA-Dep 2\b", "a trial's name"),
    (r"\bdouble-blind\b|\bdouble blind\b", "a term of trial design, not a count"),
    (r"\bdouble[- ]check(?:s|ed|ing)?\b", "a term of medication safety, not a count"),
    (r"\b95 % interval\b", "the confidence level that every interval of the course has"),
    (r"\b[Hh]al(?:f-life|f-lives)\b", "a term of pharmacokinetics, not a share"),
    (r"\bCC BY 4\.0\b", "a licence's name"),
    (r"\b(?:the|this|that|which|any|every|each|no|an?|other) one\b|\bone another\b", "a pronoun, not a count"),
)

_EXCEPTION = re.compile("|".join(pattern for pattern, _ in EXCEPTIONS))

#: Nodes whose text is not prose of ours: rows, citations, code, addresses, raw HTML.
_NOT_PROSE = (
    course_value,
    nodes.literal,
    nodes.literal_block,
    nodes.raw,
    nodes.comment,
    nodes.footnote_reference,
    nodes.problematic,
    nodes.system_message,
    nodes.math,
)


def typed_numbers(text: str) -> Iterator[str]:
    """Yield the numbers of a text (digits, number words, fractions) that no exception allows."""
    allowed = [match.span() for match in _EXCEPTION.finditer(text)]
    for match in _NUMBER.finditer(text):
        if not any(start <= match.start() and match.end() <= end for start, end in allowed):
            yield match[0]


def _is_not_prose(node: nodes.Node) -> bool:
    if isinstance(node, nodes.container) and "cell" in node.get("classes", ()):
        return True  # code and its output
    if isinstance(node, nodes.footnote) and any(name.startswith("footcite-") for name in node["names"] + node["ids"]):
        return True  # an entry of the bibliography
    return isinstance(node, _NOT_PROSE)


def _prose(document: nodes.document) -> Iterator[nodes.Text]:
    for text in document.findall(nodes.Text):
        parent = text.parent
        while parent is not None and not _is_not_prose(parent):
            parent = parent.parent
        if parent is None:
            yield text


def _warn(app: Any, document: nodes.document) -> None:
    for text in _prose(document):
        for number in typed_numbers(text.astext()):
            logger.warning(
                "the number %r was typed: print it from a row with the role value, or reword; text: %r",
                number,
                text.astext()[:80],
                location=text.parent,
                type="ketamine_course",
                subtype="typed_number",
            )


def setup(app: Any) -> None:
    """Check each page once it is read."""
    app.connect("doctree-read", _warn)
