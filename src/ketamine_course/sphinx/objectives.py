"""The directive ``objectives MODULE``: what a chapter teaches, as its formative bank lists it.

The bank is the one home of the objectives, so that what the page promises is what its items ask.
Each line carries its id as an anchor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ..chapters import front_matter
from ..items import BankError, load_bank
from ..items.selfcheck import page_objectives


class Objectives(SphinxDirective):
    """``objectives MODULE``: the time to learn (``minutes`` of the page's front matter), then the list."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the list; a bank that is missing or wrong is an error at the directive's line."""
        path = Path(self.env.srcdir) / "quizzes" / "banks" / f"{self.arguments[0]}.formative.yaml"
        self.env.note_dependency(str(path))
        try:
            objectives = page_objectives(load_bank(path))
        except BankError as error:
            raise self.error(f"objectives: {error}") from None
        minutes = front_matter(Path(self.env.doc2path(self.env.docname))).get("minutes")  # Sphinx notes it only later
        if minutes is None:
            raise self.error("objectives: this page's front matter has no `minutes`, the time to learn it")
        listed = nodes.bullet_list()
        for objective in objectives:
            listed += nodes.list_item(
                "", nodes.paragraph(text=objective["text"]), ids=[objective["id"]], classes=["kc-objective"]
            )
        # Raw, because the time is a plan of the course's own and not a finding that a row could carry.
        time = nodes.raw("", f"<p>Time to learn: about {int(minutes)} minutes. After this chapter you can:</p>")
        time["format"] = "html"
        return [time, listed]


def setup(app: Any) -> None:
    """Register the directive."""
    app.add_directive("objectives", Objectives)
