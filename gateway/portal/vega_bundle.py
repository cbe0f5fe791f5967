"""Writes the bundle of Vega that browsers load: `python -m gateway.portal.vega_bundle`."""

from __future__ import annotations

from pathlib import Path

from gateway.portal.drawing import VEGA_LITE

BUNDLE = Path(__file__).parent / "static" / "vega.js"
_NOTICE = "/*! Vega, Vega-Lite, Vega-Embed: BSD-3-Clause, University of Washington and others */\n"


def main() -> None:
    """Take the scripts that come with the drawing library, of the version that draws here."""
    import vl_convert  # a second and 100 MB, and only this command wants it

    BUNDLE.write_text(_NOTICE + vl_convert.javascript_bundle(None, vl_version=VEGA_LITE), "utf-8")


if __name__ == "__main__":
    main()
