"""The policy of a page allows its own inline scripts by digest, and nothing else that stands in it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from ketamine_course.sphinx.policy import policy, with_policy

HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8" /><title>t</title></head><body>'


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_what_a_page_runs_inline_is_allowed_by_its_digest() -> None:
    rule = policy(f"{HEAD}<script>let a = 1;\n</script><script type='module'>b()</script><script>b()</script>")
    assert digest("let a = 1;\n") in rule
    assert rule.count(digest("b()")) == 1


def test_data_and_files_get_no_digest() -> None:
    rule = policy(f'{HEAD}<script type="application/json">{{"a": 1}}</script><script src="x.js"></script>')
    assert "sha256" not in rule
    assert "script-src 'self' 'wasm-unsafe-eval';" in rule


@pytest.mark.parametrize("word", ["'unsafe-eval'", "http:", "https:", "*"])
def test_no_policy_opens_the_page_to_others(word: str) -> None:
    assert word not in policy(f"{HEAD}<script>let a = 1;</script>")


def test_scripts_get_no_general_leave() -> None:
    rules = dict(each.strip().split(" ", 1) for each in policy(HEAD).split(";"))
    assert "unsafe-inline" not in rules["script-src"]
    assert rules["default-src"] == "'self'"


def test_the_policy_stands_before_whatever_it_rules_and_is_written_once() -> None:
    page = f"{HEAD}<script>a()</script>"
    ruled = with_policy(page)
    assert ruled.index("Content-Security-Policy") < ruled.index("<title>")
    assert with_policy(ruled) == ruled


def test_a_page_whose_encoding_is_not_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="charset"):
        with_policy("<html><head></head></html>")


def test_every_page_of_the_book_has_a_policy(root: Path) -> None:
    site = root / "_build" / "html"
    pages = [path for path in site.rglob("*.html") if "_static" not in path.relative_to(site).parts]
    assert len(pages) > 30
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert text.count('http-equiv="Content-Security-Policy"') == 1, path
        assert "<script" not in text.partition("Content-Security-Policy")[0], path
