from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

import gateway.portal
from gateway.portal import catalogue
from gateway.portal.translation import texts_in

PORTAL = Path(gateway.portal.__file__).parent
TEMPLATES = sorted((PORTAL / "templates").rglob("*.html"))
# A language is named in itself, whatever the page's language is.
OWN_NAMES = {"English", "中文"}
READ_ALOUD = {"aria-label", "title", "alt", "placeholder", "content"}


def messages(which):
    return {message.id: message for message in which if message.id}


def test_the_catalogue_holds_exactly_the_messages_of_the_pages():
    wanted, kept = set(messages(catalogue.extract())), set(messages(catalogue.committed()))
    assert wanted == kept, "run python -m gateway.portal.catalogue"


def test_every_message_has_its_chinese():
    lacking = [
        message.id
        for message in messages(catalogue.committed()).values()
        if not all(message.string if isinstance(message.string, tuple) else (message.string,))
        or message.fuzzy
    ]
    assert not lacking


def test_every_translation_carries_the_same_values_as_its_message():
    for message in messages(catalogue.committed()).values():
        said = message.id if isinstance(message.id, str) else message.id[-1]
        told = message.string if isinstance(message.string, str) else message.string[0]
        values = set(re.findall(r"%\(\w+\)[a-z]", said))
        # "One seat" may leave the number out; Chinese never does.
        assert set(re.findall(r"%\(\w+\)[a-z]", told)) == values, said


def test_chinese_sentences_end_and_pause_with_chinese_marks():
    for message in messages(catalogue.committed()).values():
        told = message.string if isinstance(message.string, str) else message.string[0]
        assert not re.search(r"[一-鿿][,;?!]|[一-鿿]\.$", told), told


class _Said(HTMLParser):
    """Collects what a template says in its own words."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta" and dict(attrs).get("name") in {"viewport", "theme-color"}:
            return
        self.said += [value or "" for name, value in attrs if name in READ_ALOUD]


def own_words(source: str) -> list[str]:
    """Return the words of a template that stand outside of any Jinja expression or trans block."""
    source = re.sub(r"{%-?\s*trans\b.*?endtrans\s*-?%}", "", source, flags=re.DOTALL)
    data = "".join(
        value if kind == "data" else " "
        for _line, kind, value in Environment(autoescape=True).lex(source)
        if kind == "data" or kind.endswith("_begin")
    )
    parser = _Said()
    parser.feed(data)
    # Attributes that a macro writes into a tag of another are not said.
    spoken = (re.sub(r'[\w-]+="[^"]*"', "", said) for said in parser.said)
    words = {word.strip() for said in spoken for word in said.split("\n")}
    return [w for w in words if re.search(r"[A-Za-z一-鿿]", w) and w not in OWN_NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PORTAL).as_posix())
def test_a_template_says_nothing_outside_of_the_catalogue(path: Path):
    assert own_words(path.read_text("utf-8")) == []


def test_a_forgotten_word_in_a_template_would_be_found():
    assert own_words('<p>Hello {{ name }}</p>{{ _("Saved") }}') == ["Hello"]
    assert own_words('<img alt="图"><p>{{ x }}</p>') == ["图"]


def test_counts_take_the_form_of_the_language():
    english, chinese = texts_in("en"), texts_in("zh")
    assert english.ngettext("one seat", "many seats", 1) == "one seat"
    assert english.ngettext("one seat", "many seats", 0) == "many seats"
    assert chinese.gettext("Sign in") == "登录"
    assert english.gettext("Sign in") == "Sign in"


def test_days_and_hours_are_those_of_china():
    assert texts_in("zh").date("2026-03-02T18:30:00Z") == "2026年3月3日"
    assert texts_in("en").moment("2026-03-02T18:30:00Z") == "3 Mar 2026 02:30"
    assert texts_in("zh").date("2026-03-02") == "2026年3月2日"
    assert texts_in("zh").iso("2026-03-02T18:30:00Z") == "2026-03-03T02:30:00+08:00"


def test_money_shows_fen_only_where_there_are_any():
    texts = texts_in("zh")
    assert [texts.money(fen) for fen in (420000, 350050, 5, 0)] == [
        "¥4,200",
        "¥3,500.50",
        "¥0.05",
        "¥0",
    ]


def test_numbers_are_written_as_the_language_writes_them():
    assert texts_in("zh").compact(23456) == "2.3万"
    assert texts_in("en").compact(23456) == "23.5K"
    assert texts_in("en").percent(0.8725) == "87.2%"
    assert texts_in("en").percent(0.42, 0) == "42%"
    assert texts_in("en").number(3356) == "3,356"
