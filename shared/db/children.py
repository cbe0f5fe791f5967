"""Child processes that never outlive the process which started them."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TypedDict

_PR_SET_PDEATHSIG = 1
# Loaded before the fork: the child between fork and exec must not import anything.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Output = IO[bytes] | int | None


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system other than root, as whom a child runs."""

    uid: int
    gid: int
    name: str

    @classmethod
    def named(cls, name: str) -> Account:
        """Return the account `name`; KeyError where the system knows none."""
        entry = pwd.getpwnam(name)
        return cls(uid=entry.pw_uid, gid=entry.pw_gid, name=name)

    @classmethod
    def of_uid(cls, uid: int) -> Account:
        """Return the account with the number `uid`, which need not have a name."""
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            return cls(uid=uid, gid=uid, name=str(uid))
        return cls(uid=uid, gid=entry.pw_gid, name=entry.pw_name)


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def identity(account: Account | None) -> _Identity:
    """Return the arguments of `subprocess` that make a child run as `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def die_with_parent(parent: int, signum: int = signal.SIGKILL) -> None:
    """Ask the kernel to send `signum` to this process when the thread that started it ends.

    `parent` is the process id that the parent has read of itself: a parent that was killed before
    this call is noticed too. A worker's own children call it as their first step.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def bound_to_parent(signum: int) -> Callable[[], None]:
    """Return the step that a child takes between fork and exec to die with this process."""
    parent = os.getpid()

    def bind() -> None:
        die_with_parent(parent, signum)

    return bind


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    account: Account | None = None,
    death: int = signal.SIGKILL,
    output: Output = None,
    pass_fds: Sequence[int] = (),
    cwd: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own; it gets `death` when this process is killed.

    The signal follows the *thread* that forked, hence only the main thread may spawn. It is set
    after the change of user, which would clear it (stack.md, trap 6).
    """
    assert threading.current_thread() is threading.main_thread(), "only the main thread may spawn"
    return subprocess.Popen(  # noqa: S603 - argv is ours, no shell
        list(argv),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=tuple(pass_fds),
        start_new_session=True,
        preexec_fn=bound_to_parent(death),  # noqa: PLW1509 - no other way to set the signal
        **identity(account),
    )
