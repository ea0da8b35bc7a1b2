"""The claim register prints every claim, or a chapter's, with verdict, evidence, rows and sources."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag

from ketamine_course import evidence
from ketamine_course.sphinx import bibliography
from ketamine_course.sphinx.claim_register import VERDICTS
from ketamine_course.sphinx.values import anchor

Build = Callable[..., tuple[str, list[str]]]

CLAIMS = evidence.table("claims")
CHAPTERS = sorted({row["chapter"] for row in CLAIMS})


def register(build: Build, chapter: str = "") -> BeautifulSoup:
    html, warnings = build(f"```{{claim-register}} {chapter}\n```")
    assert warnings == []
    return BeautifulSoup(html, "html.parser")


def claims(page: BeautifulSoup) -> list[Tag]:
    return list(page.select("li.kc-claim"))


def test_the_register_prints_every_claim_in_the_order_of_the_table(build_evidence: Build) -> None:
    shown = claims(register(build_evidence))
    assert [str(each["id"]) for each in shown] == [anchor(row.id) for row in CLAIMS]


def test_each_claim_has_its_verdict_in_words_its_certainty_its_evidence_and_its_sources(build_evidence: Build) -> None:
    for row, each in zip(CLAIMS, claims(register(build_evidence)), strict=True):
        text = each.get_text(" ")
        assert row["claim"] in text
        assert row["evidence"] in text
        verdict = each.select_one(".kc-verdict")
        assert verdict is not None
        # The sign and the word tell, never the colour alone.
        sign, word = VERDICTS[row["verdict"]]
        assert verdict.get_text().startswith(f"{sign} {word}")
        assert f"certainty: {row['certainty']}" in verdict.get_text()
        assert verdict.select_one("[aria-hidden=true]").get_text() == sign  # type: ignore[union-attr]
        sources = each.select_one(".kc-claim-sources")
        assert sources is not None
        assert all(bibliography.label(key) in sources.get_text() for key in row["references"].split())


def test_each_claim_links_to_the_rows_that_bear_it_out(build_evidence: Build) -> None:
    links = 0
    for row, each in zip(CLAIMS, claims(register(build_evidence)), strict=True):
        found = [str(link["href"]) for link in each.select("details a")]
        ids = (row["row_ids"] or "").split()
        assert found == [f"book/tables/{evidence.row(other).table}.html#{anchor(other)}" for other in ids]
        assert all(link.get_text().strip() for link in each.select("details a"))
        links += len(found)
    assert links > 150


def test_the_filters_offer_what_the_claims_have(build_evidence: Build) -> None:
    page = register(build_evidence)
    shown = claims(page)
    for name in ("verdict", "theme", "chapter"):
        select = page.select_one(f"select#kc-claims-{name}")
        assert select is not None
        assert page.select_one(f"label[for=kc-claims-{name}]") is not None
        values = [str(option["value"]) for option in select.select("option")]
        assert values[0] == ""
        assert sorted(values[1:]) == sorted({row[name] for row in CLAIMS})
        assert [str(each[f"data-{name}"]) for each in shown] == [row[name] for row in CLAIMS]
    # Without JavaScript they would do nothing, so the script shows them.
    form = page.select_one("form.kc-claim-filters")
    assert form is not None
    assert form.has_attr("hidden")
    assert f"{len(CLAIMS)} of {len(CLAIMS)} claims" in form.get_text()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_prints_the_claims_that_it_answers_and_no_filters(build_evidence: Build, chapter: str) -> None:
    page = register(build_evidence, chapter)
    wanted = [anchor(row.id) for row in CLAIMS if row["chapter"] == chapter]
    assert [str(each["id"]) for each in claims(page)] == wanted != []
    assert page.select_one("form.kc-claim-filters") is None


def test_an_unknown_chapter_is_an_error_with_its_line_and_the_chapters_that_there_are(build_evidence: Build) -> None:
    html, warnings = build_evidence("Prose.\n\n```{claim-register} astrology\n```")
    (warning,) = [each for each in warnings if "astrology" in each]
    assert "index.md:5:" in warning
    assert f"the chapters are {', '.join(CHAPTERS)}" in warning
    assert "kc-claim" not in html


def test_named_claims_stand_alone_in_the_order_given_and_need_no_filters(build_evidence: Build) -> None:
    wanted = [CLAIMS[5].id, CLAIMS[1].id]
    html, warnings = build_evidence(f"```{{claim-register}}\n:only: {' '.join(wanted)}\n```")
    assert warnings == []
    page = BeautifulSoup(html, "html.parser")
    assert [str(each["id"]) for each in claims(page)] == [anchor(each) for each in wanted]
    assert not page.select(".kc-claim-filters")


def test_a_named_claim_that_is_not_in_the_register_is_an_error(build_evidence: Build) -> None:
    _, warnings = build_evidence("```{claim-register}\n:only: claim.nowhere\n```")
    assert any("claim.nowhere" in each for each in warnings)


def test_a_claim_to_be_judged_offers_every_verdict_and_folds_its_own_below(build_evidence: Build) -> None:
    html, warnings = build_evidence(f"```{{claim-register}}\n:only: {CLAIMS[0].id} {CLAIMS[1].id}\n:judge:\n```")
    assert warnings == []
    names = set()
    for each in claims(BeautifulSoup(html, "html.parser")):
        radios = each.select("fieldset input[type=radio]")
        assert [radio["value"] for radio in radios] == list(VERDICTS)
        names.add(str(radios[0]["name"]))
        answer = each.select_one("details.kc-claim-answer")
        assert answer is not None
        assert not answer.has_attr("open")
        assert answer.select_one(".kc-verdict") is not None
        assert len(each.select(".kc-verdict")) == 1
    assert len(names) == 2
