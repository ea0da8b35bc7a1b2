"""Every chapter keeps the frame that ``book/chapter_template.md`` specifies, and each check can fail."""

from __future__ import annotations

import ast
import datetime
import json
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from ketamine_course.chapters import TEMPLATE, Section, chapters, front_matter, read_sections, words
from ketamine_course.widgets.page import SURFACE_VARIABLE

WORDS = (1800, 3500)
SUMMARY_WORDS = 120

#: Where a chapter's own sections stand, among the headings of the template.
STORY = "<"


def specified(template: Path) -> list[Section]:
    """Return the sections of the template; the heading of the story has an angle bracket."""
    return read_sections(template.read_text(encoding="utf-8"))[1:]


def findings(page: Path, template: Path) -> list[str]:
    """Return what a chapter lacks of its frame, each with file, line and remedy."""
    text = page.read_text(encoding="utf-8")
    lead, *sections = read_sections(text)
    found = [
        *_of_front_matter(page, template),
        *_of_title(text),
        *_of_headings(sections, specified(template)),
        *_of_directives(sections, specified(template), page.stem),
        *_of_length([lead, *sections]),
        *_of_lines([lead, *sections]),
        *_of_figures(sections, specified(template)),
    ]
    return [f"book/{page.name}:{line}: {said}" for line, said in sorted(found)]


def _of_front_matter(page: Path, template: Path) -> Iterator[tuple[int, str]]:
    here, wanted = front_matter(page), front_matter(template)
    for key in wanted:
        if key not in here:
            yield 1, f"the front matter has no `{key}`; add it as {TEMPLATE} has it"
    for key in ("chapter", "minutes"):
        if key in here and not re.fullmatch(r"[1-9]\d*", str(here[key])):
            yield 1, f"`{key}` is {here[key]!r}; write a whole number in quotes"
    days = []
    for key in ("reviewed", "review_by"):
        try:
            days.append(datetime.date.fromisoformat(here.get(key, "")))
        except (TypeError, ValueError):
            if key in here:
                yield 1, f'`{key}` is {here[key]!r}; write a date in quotes, such as "2026-11-23"'
    if len(days) == 2 and days[1] <= days[0]:
        yield 1, "`review_by` is not after `reviewed`; correct one"
    said = [(each.get("myst") or {}).get("html_meta", {}).get("description", "") for each in (here, wanted)]
    if not said[0] or said[0] == said[1]:
        yield 1, "the front matter has no description of its own; say in a sentence what the chapter answers"


def _of_title(text: str) -> Iterator[tuple[int, str]]:
    bare = re.sub(r"^(`{3,}|:{3,}).*?^\1", lambda match: "\n" * match[0].count("\n"), text, flags=re.M | re.S)
    titles = [number for number, line in enumerate(bare.splitlines(), 1) if line.startswith("# ")]
    if len(titles) != 1:
        yield (titles or [1])[-1], f"there are {len(titles)} titles; give the page one heading of the first level"
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"(#+ |: |- )?<[A-Z]", line):
            yield number, "this is still the template's; write what it asks for instead"


def _of_headings(sections: list[Section], template: list[Section]) -> Iterator[tuple[int, str]]:
    fixed = [each.heading for each in template if STORY not in each.heading]
    story = next(index for index, each in enumerate(template) if STORY in each.heading)
    first, last = template[story - 1].heading, template[story + 1].heading
    place = {section.heading: section.number for section in sections}
    present = [section.heading for section in sections if section.heading in fixed]
    for heading in fixed:
        if heading not in place:
            after = next((each for each in reversed(fixed[: fixed.index(heading)]) if each in place), "the title")
            yield place.get(after, 1), f"the section “{heading}” is missing; add it after “{after}”"
        elif present.count(heading) > 1:
            yield place[heading], f"the section “{heading}” stands twice; keep one"
    wanted = [heading for heading in fixed if heading in place]
    if len(present) == len(wanted) and present != wanted:
        here, there = next(pair for pair in zip(present, wanted, strict=True) if pair[0] != pair[1])
        yield place[here], f"“{here}” stands where “{there}” belongs; keep the order of {TEMPLATE}"
    if first in place and last in place:
        stories = [section for section in sections if section.heading not in fixed]
        for section in stories:
            if not place[first] < section.number < place[last]:
                said = f"“{section.heading}” is a section of the story; move it between “{first}” and “{last}”"
                yield section.number, f"{said}, or make it a heading of the third level"
        if not stories:
            yield place[first], f"there is no story; write it in sections between “{first}” and “{last}”"


def _of_directives(sections: list[Section], template: list[Section], module: str) -> Iterator[tuple[int, str]]:
    for wanted in template:
        here = next((each for each in sections if each.heading == wanted.heading), None)
        for directive in wanted.directives:
            if here is None:
                continue  # the missing section is a finding of its own
            argument = directive.argument.replace("MODULE", module)
            same = (directive.name, argument, directive.options)
            if same not in [(each.name, each.argument, each.options) for each in here.directives]:
                call = " ".join(filter(None, (f"{{{directive.name}}}", argument)))
                options = "".join(f" with :{key}: {value}" for key, value in directive.options.items())
                yield here.number, f"“{here.heading}” lacks the directive {call}{options}; add it"


def _count(section: Section) -> int:
    return sum(len(words(line.text)) for line in section.prose)


def _of_length(sections: list[Section]) -> Iterator[tuple[int, str]]:
    total = sum(map(_count, sections))
    low, high = WORDS
    if not low <= total <= high:
        remedy = f"write {low - total} more" if total < low else f"cut {total - high} or split the chapter"
        yield 1, f"the chapter has {total} words of prose, not {low:,} to {high:,}; {remedy}"
    for section in sections:
        if section.heading == "In plain words" and (count := _count(section)) > SUMMARY_WORDS:
            yield section.number, f"the summary has {count} words, not at most {SUMMARY_WORDS}; cut it"


def _of_lines(sections: list[Section]) -> Iterator[tuple[int, str]]:
    for section in sections:
        lines = [line for line in section.prose if line.kind == "text"]
        for line in lines:
            if len(parts := line.sentences()) > 1:
                yield line.number, f"two sentences stand in one line; begin a line before “{parts[1][:40]}”"
        for line, after in pairwise(lines):
            goes_on = line.block == after.block and after.number == line.number + 1
            if goes_on and not re.search(r"[.?!:;…][\"”’')\]]*$", line.text):
                yield line.number, "the sentence goes on in the next line; join the two"


def _of_figures(sections: list[Section], template: list[Section]) -> Iterator[tuple[int, str]]:
    cells = [each for section in sections for each in section.directives if each.name == "code-cell"]
    if not any(_predicts(bundle) for bundle in _shown(["\n".join(cell.content) for cell in cells])):
        story = next((each for each in sections if each.heading not in [one.heading for one in template]), None)
        said = "no figure asks for a prediction before it is revealed; call one that does, such as onset_timeline()"
        yield (story.number if story else 1), said


def _shown(cells: list[str]) -> Iterator[dict[str, Any]]:
    """Run the cells of a page, as the book does, and yield what each shows."""
    names: dict[str, Any] = {}
    for cell in cells:
        tree = ast.parse(cell)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            if hasattr(shown, "_repr_mimebundle_"):
                yield shown._repr_mimebundle_()


def _predicts(bundle: dict[str, Any]) -> bool:
    """Say whether what a cell shows asks the learner first: its payload, or its HTML, has a prediction."""
    return bool(re.search(r'kc-predict\b|"prediction": ?\{', json.dumps(bundle).replace('\\"', '"')))


def numbering(root: Path) -> list[str]:
    """Return what is wrong with the chapters' numbers, and with their order in ``_toc.yml``."""
    numbers: dict[int, Path] = {}
    found = []
    for page in chapters(root):
        number = front_matter(page)["chapter"]
        if not re.fullmatch(r"[1-9]\d*", str(number)):
            continue  # a finding of the chapter itself
        if (number := int(number)) in numbers:
            found.append(f"book/{page.name}:1: {numbers[number].name} is chapter {number} too; renumber one")
        numbers.setdefault(number, page)
    for number in sorted({*range(1, max(numbers, default=0) + 1)} - {*numbers}):
        following = next(page for each, page in sorted(numbers.items()) if each > number)
        found.append(f"book/{following.name}:1: no page is chapter {number}; number the chapters 1, 2, 3 without a gap")
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    order = sorted(
        (files.index(name), number) for number, page in numbers.items() if (name := f"book/{page.stem}") in files
    )
    for (_, one), (_, other) in pairwise(order):
        if one > other:
            found.append(f"_toc.yml: chapter {one} ({numbers[one].stem}) stands before chapter {other}; sort them")
    return found


# ---------------------------------------------------------------- the course's chapters


@pytest.fixture(autouse=True)
def _as_in_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SURFACE_VARIABLE, "page")


def test_every_chapter_keeps_the_frame(root: Path) -> None:
    found = [each for page in chapters(root) for each in findings(page, root / "book" / TEMPLATE)]
    assert chapters(root)
    assert not found, "\n".join(found)


def test_chapters_are_numbered_from_one_and_stand_in_that_order(root: Path) -> None:
    assert not (found := numbering(root)), "\n".join(found)


def test_the_template_names_the_sections_that_a_chapter_has(root: Path) -> None:
    headings = [section.heading for section in specified(root / "book" / TEMPLATE)]
    assert headings[0] == "In plain words"
    assert headings[-1] == "References"
    assert sum(STORY in heading for heading in headings) == 1


# ---------------------------------------------------------------- planted flaws

SOUND = '''---
reviewed: "2026-11-23"
review_by: "2027-11-23"
chapter: "1"
minutes: "45"
myst:
  html_meta:
    description: Whether a planted chapter is sound.
jupytext:
  text_representation: {{extension: .md, format_name: myst}}
kernelspec: {{name: python3, display_name: Python 3}}
---

# Is it sound? A planted chapter

## In plain words

It is short.

## What you will be able to do

```{{objectives}} planted
```

## Before you start

Guess first.

```{{self-check}} planted
:pool: pretest
```

## A story

{prose}
Only {{value}}`row.a:ci_low` of e.g. Smith's people {{footcite:p}}`smith2020` left.

```{{code-cell}} python
:tags: [remove-input]
from ketamine_course.widgets import onset_timeline

onset_timeline()
```

:::{{admonition}} Not counted
:class: note
A note is prose.
:::

## In practice

Call for help.

## How sure are we?

- **Not very:** it was planted. Nobody read it.

## What clinic websites say

```{{claim-register}} planted
```

## Check yourself

```{{self-check}} planted
```

## Key points

- It is sound.

## References

```{{footbibliography}}
```
'''.format(prose="\n".join(["These are ten words of prose that say nothing at all."] * 200))  # fmt: skip


@pytest.fixture
def judge(tmp_path: Path, root: Path) -> Callable[[str], list[str]]:
    """Write a chapter of the module ``planted``; return its findings."""
    (tmp_path / "book").mkdir()
    shutil.copy(root / "book" / TEMPLATE, tmp_path / "book")

    def write(text: str) -> list[str]:
        page = tmp_path / "book" / "planted.md"
        page.write_text(text, encoding="utf-8")
        return findings(page, tmp_path / "book" / TEMPLATE)

    return write


def test_a_sound_chapter_has_no_finding(judge: Callable[[str], list[str]]) -> None:
    assert judge(SOUND) == []


LINE_OF_STORY = SOUND[: SOUND.index("## A story")].count("\n") + 1
TEN_WORDS = "These are ten words of prose that say nothing at all.\n"

#: What is replaced in the sound chapter, by what, and what must be said of it.
FLAWS = {
    "a heading is missing": ("## Key points\n\n- It is sound.\n", "", "“Key points” is missing; add it after"),
    "a heading stands twice": ("- It is sound.\n", "- It is sound.\n\n## Key points\n", "“Key points” stands twice"),
    "another order": (
        SOUND[SOUND.index("## How sure are we?") : SOUND.index("## Check yourself")],
        "## What clinic websites say\n\n```{claim-register} planted\n```\n\n## How sure are we?\n\n",
        "“What clinic websites say” stands where “How sure are we?” belongs",
    ),
    "a late story": ("## Key points", "## More\n\n## Key points", "“More” is a section of the story; move it"),
    "no story": ("## A story", "### A story", "there is no story; write it in sections between “Before you start”"),
    "a long summary": ("It is short.", "word " * 121, "the summary has 121 words, not at most 120; cut it"),
    "too short": (TEN_WORDS * 40, "", "words of prose, not 1,800 to 3,500; write"),
    "too long": (TEN_WORDS, TEN_WORDS * 3, "words of prose, not 1,800 to 3,500; cut"),
    "two sentences in a line": ("Call for help.", "Call for help. Then wait.", "begin a line before “Then wait.”"),
    "a wrapped sentence": ("Call for help.", "Call for\nhelp.", "the sentence goes on in the next line; join the two"),
    "no time to learn": ('minutes: "45"\n', "", "the front matter has no `minutes`"),
    "no review": ('reviewed: "2026-11-23"\n', "", "the front matter has no `reviewed`"),
    "no number": ('chapter: "1"', 'chapter: "N"', "`chapter` is 'N'; write a whole number in quotes"),
    "a date that is none": ('review_by: "2027-11-23"', 'review_by: "soon"', "`review_by` is 'soon'; write a date"),
    "a review in the past": ('review_by: "2027-', 'review_by: "2025-', "`review_by` is not after `reviewed`"),
    "no description": ("Whether a planted chapter is sound.", '""', "no description of its own"),
    "two titles": ("## A story", "# Another title\n\n## A story", "there are 2 titles"),
    "a placeholder": ("Call for help.", "<What a nurse does.>", "this is still the template's"),
    "no prediction": ("onset_timeline", "star_d_flow", "no figure asks for a prediction"),
    "no figure": ("onset_timeline()", "print()", "no figure asks for a prediction"),
    "other claims": ("{claim-register} planted", "{claim-register} onset", "directive {claim-register} planted"),
    "no pretest": (":pool: pretest\n", "", "lacks the directive {self-check} planted with :pool: pretest"),
    "no self-check": ("```{self-check} planted\n```", "", "“Check yourself” lacks the directive {self-check} planted;"),
    "no objectives": ("```{objectives} planted\n```\n", "", "lacks the directive {objectives} planted"),
    "no references": ("```{footbibliography}\n```\n", "", "“References” lacks the directive {footbibliography}"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_planted_flaw_is_found(judge: Callable[[str], list[str]], flaw: str) -> None:
    old, new, said = FLAWS[flaw]
    assert old in SOUND
    found = judge(SOUND.replace(old, new))
    assert [each for each in found if said in each], found
    assert all(re.match(r"book/planted\.md:\d+: .*;? ", each) for each in found)
    assert len(found) == 1, found


def test_a_finding_names_its_line(judge: Callable[[str], list[str]]) -> None:
    (found,) = judge(SOUND.replace("## A story\n\n", "## A story\n\nOne here. Another there.\n\n"))
    assert found.startswith(f"book/planted.md:{LINE_OF_STORY + 2}: two sentences stand in one line")


PAGE = """---
chapter: '1'
---

# Title

## Story

% a comment
There were {value}`row.a` of us {footcite:p}`smith2020`.
```{code-cell} python
figure()
```

| a | b |
|---|---|
| cell | two words |

Term
: It means
  something.
"""


def test_directives_citations_and_front_matter_are_no_words() -> None:
    lead, story = read_sections(PAGE)
    assert lead.prose == []
    assert [(line.number, line.text, line.kind) for line in story.prose] == [
        (10, "There were 0 of us.", "text"),
        (15, "a   b", "row"),
        (17, "cell   two words", "row"),
        (19, "Term", "text"),
        (20, "It means", "item"),
        (21, "something.", "item"),
    ]
    assert [line.block for line in story.prose][-3:] == [4, 5, 5]


def test_a_bold_opening_is_no_sentence_and_an_abbreviation_ends_none(judge: Callable[[str], list[str]]) -> None:
    assert judge(SOUND.replace("Call for help.", "**Who calls?** Whoever sees it, e.g. Ms. Smith of St. Mary's.")) == []


@pytest.mark.parametrize(
    ("numbers", "toc", "said"),
    [
        ({"a": "1", "b": "2"}, "ab", []),
        ({"a": "1", "b": "1"}, "ab", ["book/b.md:1: a.md is chapter 1 too; renumber one"]),
        ({"a": "1", "b": "3"}, "ab", ["book/b.md:1: no page is chapter 2; number the chapters"]),
        ({"a": "2", "b": "1"}, "ab", ["_toc.yml: chapter 2 (a) stands before chapter 1; sort them"]),
    ],
)
def test_numbers_of_chapters_are_checked(tmp_path: Path, numbers: dict[str, str], toc: str, said: list[str]) -> None:
    (tmp_path / "book").mkdir()
    for name, number in numbers.items():
        (tmp_path / "book" / f"{name}.md").write_text(f'---\nchapter: "{number}"\n---\n\n# {name}\n', encoding="utf-8")
    listed = {"parts": [{"chapters": [{"file": f"book/{name}"} for name in toc]}]}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(listed), encoding="utf-8")
    found = numbering(tmp_path)
    assert len(found) == len(said)
    assert all(each.startswith(start) for each, start in zip(found, said, strict=True)), found
