"""The report on how easily chapters read: what it counts, and the formulas against values worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketamine_course import cli
from ketamine_course.chapters import chapters
from ketamine_course.readability import LONG, measure, measure_page, report, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *((word, 1) for word in "the cat called eased through treat weeks scale change don't".split()),
        *((word, 2) for word in "people table changes diet infused safety movement relapse science tables".split()),
        *((word, 3) for word in "placebo ketamine depression suicide earlier remission improvement area".split()),
        *((word, 4) for word in "suicidal esketamine psychiatric anaesthetic".split()),
        *((word, 5) for word in "dissociation antidepressant electricity".split()),
        ("SSRI", 4), ("SSRIs", 4), ("off-label", 3), ("12", 2), ("—", 1),
    ],
)  # fmt: skip
def test_syllables_are_counted_by_the_spelling(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_formulas_give_what_they_give_by_hand() -> None:
    found = measure(["The cat sat on the mat.", "It was a relapse."])
    assert (found.words, found.sentences, found.syllables, found.long_sentences) == (10, 2, 11, 0)
    assert found.sentence_length == 5.0
    assert found.reading_ease == pytest.approx(206.835 - 1.015 * 5 - 84.6 * 1.1)
    assert found.grade == pytest.approx(0.39 * 5 + 11.8 * 1.1 - 15.59)


def test_a_line_of_several_sentences_is_split_and_long_ones_are_counted() -> None:
    found = measure(["Short here. Dr. Smith came, e.g. Monday.", "long " * (LONG + 1) + "end."])
    assert found.sentences == 3
    assert found.long_sentences == 1
    assert found.long_share == pytest.approx(1 / 3)


def test_no_text_has_no_measures() -> None:
    found = measure([])
    assert (found.words, found.reading_ease, found.grade, found.sentence_length, found.long_share) == (0, 0, 0, 0, 0)


def test_harder_words_and_longer_sentences_read_harder() -> None:
    easy = measure(["The drug helps some of us.", "It may not last."])
    hard = measure(["Pharmacological interventions demonstrate considerable interindividual heterogeneity."])
    assert easy.reading_ease > 80 > 30 > hard.reading_ease
    assert easy.grade < 4 < 14 < hard.grade


def test_what_no_reader_reads_is_not_measured(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '---\nchapter: "1"\n---\n\n# A title\n\n'
        "## In plain words\n\nIt helps {value}`row.a` of us {footcite:p}`x2020`.\n\n"
        "## A story\n\n```{code-cell} python\nfigure()\n```\n\n| a | table |\n\n- An item.\n",
        encoding="utf-8",
    )
    summary, whole = measure_page(page)
    assert (summary.words, summary.sentences) == (5, 1)
    assert (whole.words, whole.sentences) == (7, 2)


def test_the_command_has_a_line_for_each_chapter(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["readability"])
    head, *lines, note = capsys.readouterr().out.splitlines()
    assert head.split() == "chapter words sentences mean long ease grade summary: ease grade".split()
    assert "more than 30 words" in note
    assert len(lines) == len(chapters(root))
    numbers = [int(line.split()[0]) for line in lines]
    assert numbers == sorted(numbers)
    assert {line.split()[1] for line in lines} == {page.stem for page in chapters(root)}
    assert [head, *lines, note] == report(root)
