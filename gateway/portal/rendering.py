"""Templates: one Jinja environment per language, with the same filters and macros in each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from gateway.portal import charts
from gateway.portal.assets import Assets
from gateway.portal.translation import HTML_LANGUAGE, Texts, texts_in
from shared.kernel.errors import Language

_TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Renderer:
    """Renders a template in a language; a name that a page forgot to give is an error."""

    def __init__(self, assets: Assets, address: Callable[..., str]) -> None:
        self._environments = {
            language: _environment(texts_in(language), assets, address) for language in LANGUAGES
        }

    def render(self, template: str, language: Language, context: Mapping[str, Any]) -> str:
        """Return the page."""
        return self._environments[language].get_template(template).render(context)


def _environment(texts: Texts, assets: Assets, address: Callable[..., str]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    # The extension adds the method at run time, and Jinja types its globals by their first values.
    untyped: Any = environment
    untyped.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)
    untyped.globals.update(
        asset=assets.address,
        url=address,
        html_language=HTML_LANGUAGE[texts.language],
        language=texts.language,
        bar_width=charts.bar_width,
        sparkline=charts.sparkline,
    )
    environment.filters.update(
        {
            "date": texts.date,
            "moment": texts.moment,
            "iso": texts.iso,
            "number": texts.number,
            "compact": texts.compact,
            "percent": texts.percent,
            "money": texts.money,
            "anchor": anchor,
            "lines": lines,
            "digest": digest,
            # For messages of the code: unlike `_`, a per cent sign in them is only that.
            "said": texts.gettext,
        }
    )
    return environment


def anchor(name: str) -> str:
    """Return the element id of a form field: `sites.0.city` is `field-sites-0-city`."""
    return "field-" + name.replace(".", "-").replace("_", "-")


def lines(text: str) -> Markup:
    """Return text whose line breaks are kept, everything else escaped."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def digest(text: str) -> str:
    """Return a short id that the same text always has."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]
