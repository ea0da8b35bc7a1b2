"""The self-check of a built page: every type by keyboard, at every width, with and without what a browser keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ...surfaces import watched_page
from .keys import Keys, right, wrong
from .surfaces_of_items import assert_axe_clean, assert_fits, named_controls

Items = list[dict[str, Any]]

KEPT = "ketamine-course.progress.v1"
#: A phone, and a desk's window of 1280 pixels at 200 %; the desk itself is JupyterLab's, in its own module.
NARROW = (320, 640)


@contextmanager
def self_check(
    browser: Browser, url: str, width: int = 1280, theme: Literal["light", "dark"] = "light"
) -> Iterator[tuple[Page, Locator]]:
    with watched_page(browser, url, width=width, theme=theme) as page:
        page.goto(url)
        root = page.locator(".ks")
        expect(root).to_be_visible()
        yield page, root


def part_of(root: Locator, item: dict[str, Any]) -> Locator:
    return root.locator(f'fieldset[id$="-{item["id"]}"]')


def check(keys: Keys, part: Locator) -> Locator:
    keys.use(part.get_by_role("button", name="Check", exact=True))
    result = part.get_by_role("group", name="Result")
    expect(result).to_be_focused()
    return result


@pytest.mark.parametrize("width", NARROW)
def test_every_type_can_be_answered_and_checked_by_keyboard_alone(
    browser: Browser, page_url: str, items: Items, width: int
) -> None:
    """Wrong first, told so in words; then again, and right."""
    with self_check(browser, page_url, width) as (page, root):
        keys = Keys(page)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        for number, item in enumerate(items, start=1):
            part = part_of(root, item)
            expect(part).to_be_visible()
            expect(root.locator(".ks-where")).to_have_text(f"Question {number} of {len(items)}")
            free = item["type"] == "free_text"
            keys.answer(part, item, wrong(item))
            result = check(keys, part)
            if free:
                expect(part).to_contain_text("Compare your text with these points:")
                for line in item["key"]["rubric"]:
                    expect(part).to_contain_text(f"{line['for']} ({line['points']:g} point")
            else:
                expect(result).to_contain_text("✗ Wrong: 0 of ")
                expect(part.locator(".kq-body .kq-wrong").first).to_contain_text("Wrong")
                for verdict in part.locator(".kq-verdict").all_inner_texts():
                    assert verdict in ("✗ Wrong", "○ Missed", "✓ Right"), verdict
            expect(result.get_by_role("link").first).to_have_attribute("href", re.compile(r"^book/onset\.html#[\w-]+$"))
            expect(result.get_by_role("link").nth(1)).to_have_attribute("href", re.compile(r"^https://"))
            assert_fits(page, root)

            keys.use(part.get_by_role("button", name="Try again"))
            expect(part).to_be_focused()
            expect(part.locator(".kq-verdict")).to_have_count(0)
            keys.answer(part, item, right(item))
            result = check(keys, part)
            if not free:
                expect(result).to_contain_text(f"✓ Right: {item['points']:g} of {item['points']:g} point")
                assert set(part.locator(".kq-verdict").all_inner_texts()) == {"✓ Right"}
            if number < len(items):
                keys.use(root.get_by_role("button", name="Next"))
                expect(part_of(root, items[number])).to_be_focused()
        total = sum(item["points"] for item in items if item["type"] != "free_text")
        expect(root.locator(".ks-reached")).to_have_text(
            f"Checked {len(items)} of {len(items)} questions: {total:g} of {total:g} points so far."
        )
        assert asked == [], "an answer must not be sent anywhere"


# Each width once, each theme at least once: all pairs take minutes and show no more.
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (320, "dark"), (640, "light")])
def test_axe_finds_nothing_and_each_control_has_a_name_before_and_after_checking(
    browser: Browser, page_url: str, items: Items, axe_source: str, width: int, theme: Literal["light", "dark"]
) -> None:
    with self_check(browser, page_url, width, theme) as (page, root):
        root.get_by_label("Show all questions").check()
        expect(root.locator("fieldset:visible")).to_have_count(len(items))
        for summary in root.locator("summary").all():
            summary.click()
        names = named_controls(page, root)
        assert "Gap 1 of 2: The sky is blank by day, and grass is…" in names
        assert "Gap 3 of 3: moon, First letter" in names
        assert "Dog Animal" in names
        assert "Move up: Ten" in names
        assert "Put in: Water it (Actions to take)" in names
        assert_axe_clean(root, axe_source, "before answering")
        assert_fits(page, root)
        keys = Keys(page)
        root.get_by_label("Show all questions").focus()
        for item in items:
            keys.answer(part_of(root, item), item, wrong(item))
        assert_axe_clean(root, axe_source, "answered")
        for item in items:
            check(keys, part_of(root, item))
        named_controls(page, root)
        assert_axe_clean(root, axe_source, "checked")
        assert_fits(page, root)


@pytest.mark.parametrize(("width", "cards"), [(1280, False), (320, True)])
def test_a_matrix_is_a_table_on_a_desk_and_cards_on_a_phone(
    browser: Browser, page_url: str, width: int, cards: bool
) -> None:
    with self_check(browser, page_url, width) as (_, root):
        root.get_by_label("Show all questions").check()
        table = root.locator('fieldset[id$="-matrix-kinds"]').get_by_role("table")
        assert table.get_by_role("row").count() == 4
        assert table.get_by_role("rowheader").all_inner_texts() == ["Dog", "Oak", "Frog"]
        assert table.get_by_role("columnheader").count() == 2
        dog = table.get_by_role("radio", name="Dog Plant")
        tops = [table.get_by_role("radio", name=name).bounding_box()["y"] for name in ("Dog Animal", "Dog Plant")]
        assert (tops[0] < tops[1]) is cards
        label = table.locator("label").nth(1)
        expect(label).to_contain_text("Plant")
        # The whole label answers, not the button alone; in a card it says the column.
        box = label.bounding_box()
        if cards:
            label.click(position={"x": box["width"] - 3, "y": box["height"] / 2})
        else:
            label.click()
        expect(dog).to_be_checked()


def test_too_many_choices_are_told_and_are_no_answer(browser: Browser, page_url: str) -> None:
    with self_check(browser, page_url) as (page, root):
        root.get_by_label("Show all questions").check()
        part = root.locator('fieldset[id$="-multiple-select"]')
        expect(part).to_contain_text("Choose exactly 2.")
        for box in part.get_by_role("checkbox").all()[:3]:
            box.check()
        expect(part.get_by_role("status")).to_have_text("Choose exactly 2 (you chose 3).")
        expect(part.get_by_role("checkbox").nth(3)).to_be_enabled()
        Keys(page).use(part.get_by_role("button", name="Check", exact=True))
        expect(part.get_by_role("group", name="Result")).to_have_count(0)
        part.get_by_role("checkbox").first.uncheck()
        expect(part.get_by_role("status")).to_be_empty()


def test_options_can_be_put_into_order_and_into_a_bow_tie_with_the_pointer(browser: Browser, page_url: str) -> None:
    def drag(page: Page, grip: Locator, x: float, y: float) -> None:
        grip.scroll_into_view_if_needed()
        start = grip.bounding_box()
        page.mouse.move(start["x"] + 5, start["y"] + 5)
        page.mouse.down()
        page.mouse.move(x, y, steps=5)
        page.mouse.up()

    with self_check(browser, page_url) as (page, root):
        root.get_by_label("Show all questions").check()
        part = root.locator('fieldset[id$="-ordered-numbers"]')
        part.scroll_into_view_if_needed()
        rows = part.locator(".kq-order > li")
        before = rows.locator(".kq-text").all_inner_texts()
        last = rows.last.bounding_box()
        drag(page, rows.first.locator(".kq-grip"), last["x"] + 20, last["y"] + last["height"] - 2)
        assert rows.locator(".kq-text").all_inner_texts() == [*before[1:], before[0]]
        expect(part.locator(".kq-told")).to_have_text(f"“{before[0]}” is now 4 of 4.")

        part = root.locator('fieldset[id$="-bow-tie-garden"]')
        part.scroll_into_view_if_needed()
        wing = part.get_by_role("group", name="Actions to take")
        for text in ("Water it", "Paint the pot", "Cut it off"):
            target = wing.locator(".kq-target").bounding_box()
            option = wing.locator("li", has_text=text)
            drag(page, option.locator(".kq-grip"), target["x"] + 30, target["y"] + 30)
        assert wing.locator(".kq-target .kq-text").all_inner_texts() == ["Water it", "Paint the pot"]
        expect(part.locator(".kq-told")).to_have_text("Actions to take is full: 2 of 2. Take one out first.")
        target = wing.locator(".kq-target").bounding_box()
        drag(page, wing.locator("li", has_text="Water it").locator(".kq-grip"), target["x"] + 30, target["y"] + 300)
        assert wing.locator(".kq-target .kq-text").all_inner_texts() == ["Paint the pot"]


def test_a_trend_shows_a_chart_with_its_readings_as_a_table(browser: Browser, page_url: str) -> None:
    with self_check(browser, page_url) as (_, root):
        root.get_by_label("Show all questions").check()
        figure = root.locator('fieldset[id$="-trend-single"]').get_by_role("figure")
        expect(figure).to_contain_text("Made-up readings for practice")
        expect(figure.get_by_role("img")).to_have_accessible_name(
            "Line chart of Gauge and Other gauge in units over 45 min. The table below has every reading."
        )
        assert figure.locator(".kq-chart circle").count() == 4
        assert figure.locator(".kq-chart rect").count() == 4
        figure.get_by_text("Readings as a table").click()
        rows = [row.inner_text().split("\t") for row in figure.get_by_role("row").all()]
        assert rows == [
            ["Time (min)", "Gauge (units)", "Other gauge (units)"],
            ["0", "10", "7"], ["15", "20", "7"], ["30", "30", "8"], ["45", "40", "7"],
        ]  # fmt: skip


def test_a_case_tells_its_story_up_to_the_question_and_marks_what_is_new(browser: Browser, page_url: str) -> None:
    with self_check(browser, page_url) as (_, root):
        root.get_by_label("Show all questions").check()
        part = root.locator('fieldset[id$="-case-walk-3"]')
        expect(part).to_have_accessible_name(re.compile(r"^\d+\. Question 3 of a walk\.$"))
        story = part.get_by_role("region", name="Case: A walk, question 3 of 6")
        assert story.locator("p").all_inner_texts() == [
            "Case: A walk Question 3 of 6",
            "Part 1: Anna leaves the house.",
            "Part 2: She meets a dog.",
            "New information Part 3: It begins to rain.",
        ]


def test_progress_survives_a_reload_follows_a_second_tab_and_can_be_forgotten(
    browser: Browser, page_url: str, items: Items
) -> None:
    with self_check(browser, page_url) as (page, root):
        second = page.context.new_page()
        second.goto(page_url)
        other = second.locator(".ks")
        expect(other.locator(".ks-reached")).to_contain_text("Nothing here counts towards a mark")
        keys = Keys(page)
        page.bring_to_front()
        first = items[0]
        keys.answer(part_of(root, first), first, wrong(first))
        check(keys, part_of(root, first))
        said = f"Checked 1 of {len(items)} questions: 0 of 1 point so far."
        expect(root.locator(".ks-reached")).to_have_text(said)
        expect(other.locator(".ks-reached")).to_have_text(said)
        expect(part_of(other, first).get_by_role("status")).to_have_text("Checked before: 0 of 1 point, 1 try.")

        second.bring_to_front()
        keys = Keys(second)
        keys.answer(part_of(other, first), first, right(first))
        check(keys, part_of(other, first))
        kept = json.loads(page.evaluate("name => localStorage.getItem(name)", KEPT))
        (entry,) = kept["types"].values()
        assert entry.pop("at")
        assert kept == {"types": {first["id"]: {"version": first["version"], "earned": 1, "possible": 1, "tries": 2}}}

        page.reload()
        expect(part_of(root, first).get_by_role("status")).to_have_text("Checked before: 1 of 1 point, 2 tries.")
        Keys(page).use(root.get_by_role("button", name="Forget my answers here"))
        expect(root.locator(".ks-reached")).to_have_text("Forgotten: nothing of your answers is kept here any more.")
        assert json.loads(page.evaluate("name => localStorage.getItem(name)", KEPT)) == {}
        page.reload()
        expect(part_of(root, first).get_by_role("status")).to_be_empty()


def test_a_question_that_was_changed_since_is_not_counted(browser: Browser, page_url: str, items: Items) -> None:
    first = items[0]
    old = {"version": first["version"] - 1, "earned": 1, "possible": 1, "tries": 1, "at": "2026-01-01T00:00:00Z"}
    with watched_page(browser, page_url) as page:
        page.add_init_script(f"localStorage.setItem('{KEPT}', '{json.dumps({'types': {first['id']: old}})}')")
        page.goto(page_url)
        expect(page.locator(".ks-reached")).to_contain_text("Nothing here counts towards a mark")


@pytest.mark.parametrize("kept", ["nonsense", "[]", "null", '{"types": 3}'])
def test_what_another_program_left_in_the_storage_does_no_harm(browser: Browser, page_url: str, kept: str) -> None:
    with watched_page(browser, page_url) as page:
        page.add_init_script(f"if (!localStorage.length) localStorage.setItem('{KEPT}', '{kept}')")
        page.goto(page_url)
        root = page.locator(".ks")
        root.get_by_role("radio", name="Blue").check()
        root.get_by_role("button", name="Check", exact=True).locator("visible=true").click()
        expect(root.locator(".ks-reached")).to_contain_text("1 of 1 point so far")


def test_where_nothing_may_be_kept_it_works_and_says_so(browser: Browser, page_url: str) -> None:
    with watched_page(browser, page_url) as page:
        page.add_init_script(
            # The theme keeps its choice of colours, and does not survive a storage that is blocked altogether.
            """for (const name of ['setItem', 'getItem']) {
                const native = Storage.prototype[name];
                Storage.prototype[name] = function (key, ...rest) {
                    if (key.startsWith('ketamine')) throw new DOMException('no', 'SecurityError');
                    return native.call(this, key, ...rest);
                };
            }"""
        )
        page.goto(page_url)
        root = page.locator(".ks")
        expect(root.locator(".ks-privacy")).to_contain_text("This browser keeps nothing for this page")
        root.get_by_role("radio", name="Blue").check()
        root.get_by_role("button", name="Check", exact=True).locator("visible=true").click()
        expect(root.locator(".ks-reached")).to_contain_text("1 of 1 point so far")


def test_without_javascript_items_and_keys_can_be_read(browser: Browser, page_url: str, items: Items) -> None:
    with watched_page(browser, page_url, javascript=False) as page:
        page.goto(page_url)
        listed = page.locator(".kc-selfcheck-host > ol > li")
        assert listed.count() == len(items)
        for item, entry in zip(items, listed.all(), strict=True):
            expect(entry).to_contain_text(item["stem"])
            expect(entry).to_contain_text(item["why"])
            expect(entry.locator("details")).not_to_have_attribute("open", "")
        for reason in items[0]["rationales"].values():
            expect(listed.first.locator("details")).to_contain_text(reason)


def test_a_page_without_items_loads_nothing_of_them(browser: Browser, page_url: str) -> None:
    with watched_page(browser, page_url) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_url.replace("index.html", "plain.html"))
        assert not [each for each in asked if re.search(r"item|selfcheck|scoring", each)]
