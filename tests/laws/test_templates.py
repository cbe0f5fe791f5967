"""The laws of templates: a page never breaks on a message, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from gateway.portal.catalogue import committed

ROOT = Path(__file__).parents[2] / "gateway" / "portal" / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
# `{% trans %}` becomes calls of the long names; there a per cent sign is doubled by Jinja.
_SAYS = {"_", "gettext", "ngettext"}
_NAMED = re.compile(r"%\((\w+)\)s")


def _environment() -> Environment:
    """Return the pages' environment as far as its messages go."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    environment.policies["ext.i18n.trimmed"] = True
    untyped: Any = environment
    untyped.install_gettext_callables(str, lambda one, _many, _count: one, newstyle=True)
    return environment


def _calls(source: str) -> Iterator[nodes.Call]:
    for call in _environment().parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in _SAYS:
            yield call


def _words(call: nodes.Call) -> list[Any]:
    """Return the words of a message: one, or its forms for one and for many."""
    plural = isinstance(call.node, nodes.Name) and call.node.name == "ngettext"
    return call.args[: 2 if plural else 1]


def faults_of(source: str) -> list[str]:
    """Return what would break a page: messages are formatted, so `%` alone has no meaning."""
    faults: list[str] = []
    for call in _calls(source):
        given = {each.key for each in call.kwargs}
        for words in _words(call):
            if not isinstance(words, nodes.Const):
                faults.append(f"line {call.lineno}: not the words themselves; say `… | said`")
                continue
            if _bare(words.value):
                faults.append(f"line {call.lineno}: % stands alone in “{words.value}”; write %%")
            if missing := set(_NAMED.findall(words.value)) - given - {"num"}:
                faults.append(f"line {call.lineno}: nothing is given for {sorted(missing)}")
    return faults


def _bare(text: str) -> bool:
    return "%" in _NAMED.sub("", text.replace("%%", ""))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_message_of_a_template_can_be_formatted(path: Path) -> None:
    assert faults_of(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('{{ _("80% of them") }}', "stands alone"),
        ('{{ _("%s of them") }}', "stands alone"),
        ('{{ _("%(share)s of them", part=1) }}', "share"),
        ("{{ _(title) }}", "said"),
        ('{{ ngettext("1% of it", "%(num)s% of it", 3) }}', "stands alone"),
    ],
)
def test_the_law_sees_what_breaks_a_page(source: str, told: str) -> None:
    assert told in "\n".join(faults_of(source))


def test_the_law_lets_pass_what_holds() -> None:
    source = (
        '{{ _("80%% of them") }}{{ _("%(share)s of them", share=1) }}'
        "{% trans share=1 %}80% is {{ share }}{% endtrans %}"
        '{{ ngettext("%(num)s post", "%(num)s posts", 3) }}'
    )
    assert faults_of(source) == []


def test_a_translation_is_formatted_with_what_its_message_is_given() -> None:
    asked = {
        words.value
        for path in TEMPLATES
        for call in _calls(path.read_text(encoding="utf-8"))
        for words in _words(call)
        if isinstance(words, nodes.Const)
    }
    assert len(asked) > 1000
    wrong: list[str] = []
    known: set[str] = set()
    for message in committed():
        forms = message.id if isinstance(message.id, tuple) else (message.id,)
        known.update(forms)
        if not asked & set(forms):
            continue
        given = {name for form in forms for name in _NAMED.findall(form)}
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        wrong += [
            str(words)
            for words in said
            if words and (_bare(words) or set(_NAMED.findall(words)) - given)
        ]
    assert wrong == []
    # A page asks with the sign doubled, and gets English where the catalogue has it once.
    assert {words for words in asked if "%%" in words} <= known
