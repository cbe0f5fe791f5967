"""Keeps `locale/zh.po` in step with the pages: `python -m gateway.portal.catalogue`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from gateway.portal.translation import CATALOGUE

_PORTAL = Path(__file__).parent
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
# `say` is gettext by a short name in pages; with two arguments it is the design page's own.
_KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "marked": None,
    "say": {1: (1,)},
}
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}

_HEADER = b"""msgid ""
msgstr ""
"Language: zh_CN\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def extract() -> Catalog:
    """Return every message that the pages and their code use, without translations."""
    catalogue = Catalog(locale="zh_CN", project="chanjiao portal", charset="utf-8")
    found = extract_from_dir(_PORTAL, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS)
    for file, _line, message, comments, _context in found:
        # Line numbers would change the file with every edit of a page.
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments)
    return catalogue


def committed() -> Catalog:
    """Return the catalogue as it is committed."""
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="zh_CN")


def update() -> int:
    """Write new messages into the catalogue, drop dead ones; return how many lack Chinese."""
    kept, wanted = committed(), extract()
    for message in wanted:
        known = kept.get(message.id) if message.id else None
        if known is not None and known.string:
            message.string = known.string
    with CATALOGUE.open("wb") as target:
        # Babel's header carries dates, which would change with every run.
        target.write(_HEADER)
        write_po(target, wanted, sort_output=True, no_location=True, omit_header=True, width=96)
    return sum(1 for message in wanted if message.id and not message.string)


if __name__ == "__main__":
    raise SystemExit(f"{update()} messages lack Chinese")
