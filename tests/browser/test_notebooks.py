"""Each lab notebook runs from top to bottom in JupyterLab as ``ketamine-course lab`` opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ketamine_course import cli

from ..surfaces import Lab, watched_page
from .living_figure import wake

NOTEBOOKS = sorted((cli.ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_lab_runs_without_an_error(browser: Browser, lab: Lab, notebook: Path) -> None:
    """All cells run, none ends in an error, every figure comes alive, and no other host is asked."""
    with watched_page(browser, lab.url) as page:
        lab.open_notebook(page, lab.root / notebook.name)
        lab.run_all(page)
        for error in ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr"):
            output = page.locator(f'[data-mime-type="{error}"]')
            assert not output.count(), output.first.inner_text()
        expect(page.get_by_text("Jupyter news")).to_have_count(0)
        figures = page.locator("figure.kc-figure")
        expect(figures).not_to_have_count(0)
        for figure in figures.all():
            for skip in figure.locator("button[name=skip]").element_handles():
                skip.click()
            wake(figure)
            expect(figure.locator(".kc-live .main-svg").first).to_be_visible()
