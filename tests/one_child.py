"""One child for the numeric work of every platform, room and chart that a test process opens."""

from __future__ import annotations

from collections.abc import Callable

from gateway import serving
from gateway.portal import drawing
from shared.jobs.worker import Cpu


class SharedChild(Cpu):
    """A child that its users do not close; it ends with the process that tests."""

    def close(self) -> None:
        """Leave it to the others."""

    def end(self) -> None:
        """Stop it."""
        super().close()


def _nothing() -> None:
    """What a job needs is imported by the first that needs it."""


CHILD = SharedChild(_nothing)


def share_child() -> None:
    """Let the platform's workers and drawers take the one child instead of starting their own."""

    def shared(_warm: Callable[[], object]) -> Cpu:
        return CHILD

    serving.Cpu = drawing.Cpu = shared
