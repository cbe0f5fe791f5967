"""The first operator, who cannot come over the API: `chanjiao admin create` makes them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from shared.kernel.errors import DomainError, Text

OPERATOR = "demo-operator"


class FounderFailedError(DomainError):
    """The first operator could not be made."""

    code = "demo_founder_failed"
    title_zh = "无法建立演示运营账号"
    mend = Text("{reason}", "{reason}")


async def create_operator(password: str, *, data: Path, environment: Mapping[str, str]) -> None:
    """Run `chanjiao admin create` on the folder of a running platform."""
    own = {
        **environment,
        "CHANJIAO_DATA": str(data),
        "CHANJIAO_ADMIN_PASSWORD": password,
    }
    words = ("admin", "create", "--login", OPERATOR, "--name", "演示运营")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway.commands", *words),
        env=own,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode != os.EX_OK:
        raise FounderFailedError(reason=said.decode(errors="replace").strip()[-300:])
