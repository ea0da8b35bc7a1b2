"""The first link to a term carries its meaning; whatever else links to it stays a link."""

from __future__ import annotations

import os
import re
import time
from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

BIBLIOGRAPHY = "@article{lii2023, author = {Lii, Theresa R.}, title = {Masked}, journal = {Journal}, year = {2023}}"

CONF = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "ketamine_course.sphinx.glossary_hover"]
root_doc = "index"
myst_footnote_transition = False
suppress_warnings = ["myst.footnote"]
bibtex_bibfiles = ["references.bib"]
html_theme = "basic"
"""

GLOSSARY = """---
orphan: true
---

# Glossary

```{glossary}
placebo
dummy
  A control that *looks like* the treatment {footcite:p}`lii2023`.
  It is less than (<) the {term}`drug`.

  A paragraph that is not shown.

drug
  What acts.
```

```{footbibliography}
```
"""

PAGE = """# Title with a {term}`drug`

A {term}`placebo`, a {term}`dummy`, another {term}`placebo` and {term}`drugs <drug>`.

| table |
|---|
| {term}`drug` |
"""


class Book:
    """A book of a page and a glossary."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "source"
        self.source.mkdir()
        (self.source / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
        (self.source / "conf.py").write_text(CONF, encoding="utf-8")
        self.write("glossary", GLOSSARY)

    def write(self, name: str, text: str) -> None:
        """Write a page, as if a moment later."""
        path = self.source / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        later = time.time() + 5  # Sphinx goes by the time of a file
        os.utime(path, (later, later))

    def build(self) -> str:
        """Build what is out of date; return the page's HTML."""
        warnings = StringIO()
        with docutils_namespace():
            html = self.folder / "html"
            app = Sphinx(
                self.source, self.source, html, self.folder / "doctrees", "html", status=None, warning=warnings
            )
            app.build()
        assert warnings.getvalue() == ""
        return (html / "index.html").read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    made = Book(tmp_path)
    made.write("index", PAGE)
    return made


def meanings(html: str) -> list[tuple[str, str, str]]:
    """Return each term with the id that describes it and the text that has this id."""
    found = re.findall(
        r'<span class="kc-term"><a [^>]*aria-describedby="([^"]+)">(.*?)</a>'
        r'<span class="kc-meaning" role="tooltip" id="([^"]+)"><span>(.*?)</span></span></span>',
        html,
    )
    assert [one for one, _, other, _ in found if one != other] == []
    return [(re.sub("<.*?>", "", term), described, said) for described, term, _, said in found]


def test_the_first_link_to_each_term_carries_its_meaning(book: Book) -> None:
    html = book.build()
    assert meanings(html) == [
        ("placebo", "kc-meaning-1", "A control that looks like the treatment. It is less than (&lt;) the drug."),
        ("drugs", "kc-meaning-2", "What acts."),
    ]
    # In the title, as a synonym, again and in a table: links.
    assert len(re.findall(r'href="glossary\.html#term-(?:drug|placebo|dummy)"', html)) == 6


def test_the_page_asks_for_style_and_script_only_if_it_has_a_meaning(book: Book) -> None:
    html = book.build()
    assert "course/glossary.css" in html
    assert re.search(r'<script type="module" src="[^"]*course/glossary\.js', html)
    glossary = (book.folder / "html" / "glossary.html").read_text(encoding="utf-8")
    assert "course/glossary" not in glossary
    assert meanings(glossary) == []


def test_a_changed_glossary_changes_the_pages_that_use_it(book: Book) -> None:
    assert "What acts." in book.build()
    book.write("glossary", GLOSSARY.replace("What acts.", "What is given."))
    html = book.build()
    assert meanings(html)[-1][2] == "What is given."


def test_meanings_are_not_found_by_the_search(book: Book) -> None:
    book.build()
    index = (book.folder / "html" / "searchindex.js").read_text(encoding="utf-8")
    docs = re.search(r'docnames:\s*\[(.*?)\]|"docnames":\s*\[(.*?)\]', index)
    assert docs is not None
    page = [name.strip('" ') for name in (docs[1] or docs[2]).split(",")].index("index")
    looks = re.search(r'"?look"?:\s*(\[[^\]]*\]|\d+)', index)
    assert looks is not None
    assert page not in [int(each) for each in re.findall(r"\d+", looks[1])]
