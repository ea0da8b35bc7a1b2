"""The book's Sphinx extension: living figures, values drawn from rows, lean pages.

Loaded by ``_config.yml``. What it adds:

- a renderer for the course's MIME type (`figure_node`), so that a chapter's cell becomes a
  figure which needs no kernel;
- the directive ``figure-index`` (`figure_index`), a page of all figures;
- the roles ``value``, ``magnitude``, ``time`` and ``calc`` and the directives
  ``evidence-table``, ``evidence-index``, ``conflicting-rows``, ``recomputed-results`` and
  ``crisis-help`` (`values`, `evidence_table`), which print rows and link to where they were read;
- the directive ``self-check`` (`self_check`), which puts a module's formative items on a page;
- the directive ``objectives`` (`objectives`), which lists what the chapter teaches;
- the meaning of a term beside the first link of ``{term}`` to it (`glossary_hover`);
- the directive ``phq9-scorer`` (`phq9`), the questionnaire with its total and with crisis help;
- the directive ``claim-register`` (`claim_register`), and the review dates of a page (`review_dates`);
- a warning where a page prints a row without the rows that conflict with it (`evidence_table`);
- a warning for each number that was typed into prose (`typed_numbers`);
- pages that ask no other host and load little (`lean_pages`, `icons`, `assets`);
- a content security policy in every page (`policy`).
"""

from __future__ import annotations

from typing import Any

from . import (
    assets,
    claim_register,
    evidence_table,
    figure_index,
    figure_node,
    glossary_hover,
    icons,
    lean_pages,
    objectives,
    phq9,
    policy,
    review_dates,
    self_check,
    typed_numbers,
    values,
)

__all__ = ["setup"]


def setup(app: Any) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    for part in (
        assets,
        figure_node,
        figure_index,
        values,
        evidence_table,
        claim_register,
        self_check,
        objectives,
        glossary_hover,
        phq9,
        review_dates,
        typed_numbers,
        lean_pages,
        icons,
        policy,
    ):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
