"""Codes by which searches are narrowed, as query parameters: one wording in every room."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

_CODE = r"^[0-9A-Za-z-]{1,16}$"

Region = Annotated[str | None, Query(pattern=r"^(\d{2}|\d{4}|\d{6})$", description="GB/T 2260")]
Industry = Annotated[str | None, Query(pattern=_CODE, description="GB/T 4754")]
Occupation = Annotated[str | None, Query(pattern=_CODE, description="职业分类大典")]
Major = Annotated[
    str | None, Query(pattern=_CODE, description="major, class (4) or group (2 digits)")
]
