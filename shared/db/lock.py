"""The lock that decides which process owns the server of a data folder."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

_POLL_S = 0.01


class FolderLock:
    """An flock on one file: the kernel frees it when the holder ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, wait_s: float = 0.0) -> bool:
        """Take the lock within `wait_s`; return whether it is held now."""
        assert self._descriptor is None, "held already"
        # Not inherited (PEP 446): a server that survives its holder must not keep the lock.
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(descriptor)
                    return False
                time.sleep(_POLL_S)
            else:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
                self._descriptor = descriptor
                return True

    def release(self) -> None:
        """Give the lock back; the file stays, because another process may wait on it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> int | None:
        """Return the process id that the holder has written."""
        try:
            return int(self.path.read_text().strip())
        except (OSError, ValueError):
            return None
