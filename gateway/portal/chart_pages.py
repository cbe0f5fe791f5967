"""A chart on a page: where it is drawn, what it says, and the answer that draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
from starlette.responses import Response

from gateway.portal.drawing import WIDTHS, Spec, finished, height_of
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure: its finding in a sentence, its pictures for two widths, its data for scripts."""

    finding: str
    wide: str
    narrow: str
    spec: str
    source: str
    wide_size: tuple[int, int]
    narrow_size: tuple[int, int]


def chart_at(
    visit: Visit,
    page: str,
    *,
    finding: str,
    source: str,
    query: Mapping[str, str] | None = None,
    height: int | None = None,
) -> Chart:
    """Return the chart that the page named `page` draws: its path ends in `{form}`.

    The path's other parts are those of the page that shows it. The page keeps the chart's place
    free: `height` is the drawn one where its rows decide.
    """
    held = {**visit.request.path_params}
    asked = {"lang": visit.language, **(query or {})}

    def address(form: str) -> str:
        path = visit.request.app.url_path_for(page, **{**held, "form": form})
        return f"{path}?{urlencode(asked)}"

    wide, narrow = ((WIDTHS[width], height_of(width, height)) for width in ("wide", "narrow"))
    return Chart(
        finding, address("svg"), address("narrow.svg"), address("json"), source, wide, narrow
    )


async def answer_chart(visit: Visit, spec: Spec) -> Response:
    """Return `spec` in the form that the path asks for: `svg`, `narrow.svg` or `json`."""
    form = visit.request.path_params["form"]
    if form == "json":
        return Response(orjson.dumps(finished(spec, width="wide")), media_type="application/json")
    widths = {"svg": "wide", "narrow.svg": "narrow"}
    if form not in widths:
        raise NotFoundError
    svg = await visit.portal.drawer.draw(spec, width=widths[form])
    return Response(svg, media_type="image/svg+xml")
