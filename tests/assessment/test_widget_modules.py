"""Several ES modules as the one text that anywidget takes, and the self-check's way to its bank."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ketamine_course.widgets import esm, self_check, selfcheck_widget

from .interpreters import in_node


@pytest.mark.parametrize("name", ["quiz.js", "selfcheck.js"])
def test_a_bundle_is_one_module_that_imports_nothing_and_exports_what_the_module_did(name: str, tmp_path: Path) -> None:
    text = esm.bundle(name)
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert text.count("class ItemView") == 1
    path = tmp_path / "bundle.mjs"
    path.write_text(text, encoding="utf-8")
    assert in_node(f"import it from {json.dumps(path.as_uri())}; console.log(typeof it.render)") == "function\n"


def test_modules_in_a_bundle_keep_their_names_to_themselves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(esm, "STATIC", tmp_path)
    (tmp_path / "low.js").write_text("const own = 1;\nexport function low() { return own; }\n")
    (tmp_path / "mid.js").write_text(
        'import * as all from "./low.js";\nconst own = 10;\nexport const mid = all.low() + own;\n'
    )
    (tmp_path / "top.js").write_text(
        'import { mid } from "./mid.js";\nimport { low as deep } from "./low.js";\n'
        "const own = 100;\nconsole.log(own + mid + deep());\n"
    )
    text = esm.bundle("top.js")
    assert text.count("function low") == 1
    assert in_node(text) == "112\n"


@pytest.mark.parametrize("line", ['import low from "./low.js";', "export { own };"])
def test_what_a_bundle_cannot_hold_is_refused_with_file_and_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    monkeypatch.setattr(esm, "STATIC", tmp_path)
    (tmp_path / "low.js").write_text(f"const own = 1;\n{line}\n")
    (tmp_path / "top.js").write_text('import * as low from "./low.js";\n')
    with pytest.raises(ValueError, match=re.escape(line)) as raised:
        esm.bundle("top.js")
    assert "low.js" in str(raised.value)


def test_a_self_check_holds_the_open_items_of_its_module() -> None:
    content = json.loads(self_check("onset").payload)
    assert (content["module"], content["pool"]) == ("onset", "formative")
    assert all(item["why"] and item["version"] for item in content["items"])


def test_a_graded_pool_is_never_shown() -> None:
    with pytest.raises(ValueError, match="choose formative or pretest"):
        self_check("onset", pool="graded")


def test_a_module_without_a_bank_is_told_which_there_are() -> None:
    with pytest.raises(FileNotFoundError, match=r"no bank nothing\.formative\.yaml .* Choose one of: .*onset"):
        self_check("nothing")


def test_outside_the_repository_it_says_where_the_banks_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(selfcheck_widget, "BANKS", tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="in the course's repository, not in the package"):
        self_check("onset")
