"""What the environment says to the gateway, and the secret kept beside the data."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.settings import PlatformSettings

DATA = ".chanjiao"
ROOMS = ("accounts", "internships", "forecasting", "credits", "exchange")


def load_settings() -> PlatformSettings:
    """Return the settings; a missing secret is made once and kept in the data folder."""
    from shared.settings import PlatformSettings  # the supervisor starts without pydantic

    settings = PlatformSettings()
    if settings.secret:
        return settings
    return settings.model_copy(update={"secret": keep_secret(settings.data)})


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the data folder that the environment names; the same one as the settings'."""
    return Path(environment.get("CHANJIAO_DATA", DATA)).absolute()


def keep_secret(data: Path) -> str:
    """Return the secret of the data folder `data`; the first caller makes it."""
    path = data / "secret"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = secrets.token_hex(32)
    # Two processes may come first at once: a link to a finished file is made once or not at all.
    aside = data / f"secret.{os.getpid()}"
    aside.touch(mode=0o600)
    aside.write_text(fresh)
    try:
        os.link(aside, path)
    except FileExistsError:
        fresh = path.read_text()
    finally:
        aside.unlink()
    return fresh


def room_urls(environment: Mapping[str, str]) -> dict[str, str]:
    """Return where rooms run as processes of their own: `<ROOM>_URL`."""
    found = {room: environment.get(f"{room.upper()}_URL", "") for room in ROOMS}
    return {room: url.rstrip("/") for room, url in found.items() if url}


def room_database_urls(environment: Mapping[str, str]) -> dict[str, str]:
    """Return rooms whose database lies on a server of its own: `<ROOM>_DATABASE_URL`."""
    found = {room: environment.get(f"{room.upper()}_DATABASE_URL", "") for room in ROOMS}
    return {room: url for room, url in found.items() if url}
