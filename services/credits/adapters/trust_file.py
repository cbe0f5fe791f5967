"""The trust list as a file beside the platform's data, for the command line without a database."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

NAME = "trust.json"


def save_trust_file(folder: Path, content: bytes) -> bool:
    """Write the list where it has changed, whole or not at all; return whether it had."""
    path = folder / NAME
    if path.is_file() and path.read_bytes() == content:
        return False
    handle, partial = tempfile.mkstemp(dir=folder, prefix=f"{NAME}.")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(partial).replace(path)
    return True
