"""Front-end packages are the pinned ones or nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from ketamine_course.sphinx import frontend


def test_a_tarball_with_another_digest_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    wrong = dataclasses.replace(frontend.AXE, integrity="sha512-" + "A" * 86 + "==")
    with pytest.raises(frontend.FrontendError, match=r"axe-core@.* not the pinned"):
        frontend.fetch(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_cannot_be_had_is_an_error_with_the_remedy(tmp_path: Path) -> None:
    missing = dataclasses.replace(frontend.AXE, version="0.0.0-nothing")
    with pytest.raises(frontend.FrontendError, match="check that the npm registry can be reached"):
        frontend.fetch(missing, tmp_path)


def test_a_fetched_package_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = frontend.fetch(frontend.AXE, tmp_path)
    monkeypatch.setattr(frontend, "_pack", lambda *_: pytest.fail("fetched again"))
    assert frontend.fetch(frontend.AXE, tmp_path) == folder


def test_plotly_of_the_page_is_the_plotly_of_the_labs() -> None:
    from plotly.offline import get_plotlyjs_version

    assert get_plotlyjs_version() == frontend.PLOTLY.version
