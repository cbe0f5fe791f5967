"""Writes the bundle of Vega that browsers load: `python -m gateway.portal.vega_bundle`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.portal.drawing import VEGA_LITE

BUNDLE = Path(__file__).parent / "static" / "vega.js"
_NOTICE = "/*! Vega, Vega-Lite, Vega-Embed: BSD-3-Clause, University of Washington and others */\n"


def main() -> None:
    """Take the scripts that come with the drawing library, of the version that draws here."""
    import vl_convert  # a second and 100 MB, and only this command wants it

    untyped: Any = vl_convert  # its stub forgets that the snippet may be left out
    BUNDLE.write_text(_NOTICE + untyped.javascript_bundle(vl_version=VEGA_LITE), "utf-8")


if __name__ == "__main__":
    main()
