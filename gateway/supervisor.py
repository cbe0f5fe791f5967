"""The one-command start: one process that watches the database server and its own children."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Protocol

from shared.db.children import spawn
from shared.db.errors import DatabaseServerError

# A child that ends with this status (sysexits.h) says that its settings are wrong: no use in
# starting it again.
STATUS_SETTINGS = os.EX_CONFIG
_STOPPERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_RENEWED_S = 60.0  # without a signal the loop still looks around this often


@dataclass(frozen=True, slots=True)
class Child:
    """One program to keep running; its output goes where the supervisor's goes.

    It gets SIGTERM for a graceful end and SIGKILL when the supervisor is killed. Its own children
    call `die_with_parent` or are ended with its process group.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    once: bool = False  # ends well and stays ended; others are kept running


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long the supervisor tries."""

    quick_s: float = 10.0  # who lives longer than this has started well
    quick_deaths_max: int = 5
    backoff_first_s: float = 0.1
    backoff_max_s: float = 5.0
    stop_s: float = 15.0

    def backoff_s(self, deaths: int) -> float:
        """Return the wait before the next start after so many quick deaths in a row."""
        return min(self.backoff_max_s, self.backoff_first_s * 2.0 ** max(deaths - 1, 0))


class OwnedServer(Protocol):
    """What the supervisor asks of a database server that it owns."""

    def poll(self) -> int | None:
        """Return the exit status of a server that has ended."""
        ...

    def restart(self) -> None:
        """Start it again at the same address; DatabaseServerError says why not."""
        ...

    def stop(self) -> None:
        """Stop it."""
        ...


def run_supervised(
    children: Sequence[Child],
    *,
    server: OwnedServer | None = None,
    patience: Patience | None = None,
) -> int:
    """Keep `children` and `server` running until a signal; return the exit status.

    0: stopped by SIGTERM, SIGINT or SIGHUP (a second one stops at once). 1: something died too
    often too quickly, and the log says what. Runs in the main thread, the only one which may
    start children (stack.md, trap 6), and stops everything that it was given.
    """
    watch = _Watch(patience or Patience(), server)
    with _signals() as inbox:
        try:
            return watch.run(children, inbox)
        finally:
            watch.stop_children(inbox)
            if server is not None:
                server.stop()


class _Inbox:
    """Signals that have come, and a way to wait for the next one."""

    def __init__(self, wakeup: int) -> None:
        self._wakeup = wakeup
        self.stops = 0

    def note(self, signum: int, frame: FrameType | None) -> None:
        """Count a request to stop; the end of a child needs only the waking up."""
        del frame
        if signum in _STOPPERS:
            self.stops += 1

    def wait(self, seconds: float) -> None:
        """Return at the next signal or after `seconds`."""
        ready, _, _ = select.select([self._wakeup], [], [], max(0.0, seconds))
        if ready:
            with suppress(BlockingIOError):
                os.read(self._wakeup, 4096)


@contextmanager
def _signals() -> Generator[_Inbox]:
    """Catch the signals that matter; every one of them also writes a byte that ends a wait."""
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    inbox = _Inbox(reader)
    # What the caller ignores stays ignored: nohup means that the terminal may go.
    caught = [n for n in _STOPPERS if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, inbox.note) for number in (*caught, signal.SIGCHLD)}
    wakeup_before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield inbox
    finally:
        signal.set_wakeup_fd(wakeup_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)


class _Tries:
    """How often one thing died quickly in a row, and when to start it again."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.deaths = 0
        self.begun = time.monotonic()
        self.due = self.begun

    def begin(self) -> None:
        self.begun = time.monotonic()

    def died(self) -> None:
        now = time.monotonic()
        self.deaths = self.deaths + 1 if now - self.begun < self._patience.quick_s else 1
        self.due = now + self._patience.backoff_s(self.deaths)

    @property
    def exhausted(self) -> bool:
        return self.deaths >= self._patience.quick_deaths_max


class _Watched:
    """One child, running or waiting for its next start."""

    def __init__(self, child: Child, patience: Patience) -> None:
        self.child = child
        self.tries = _Tries(patience)
        self.process: subprocess.Popen[bytes] | None = None
        self.ended = False

    def start(self) -> None:
        self.tries.begin()
        self.process = spawn(self.child.argv, env=self.child.env)

    def bury(self) -> int | None:
        """Return the status of a child that has ended, and end what it left in its group."""
        if self.process is None:
            return None
        # Looked at but not yet reaped: until then its group's number belongs to nobody else.
        ended = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        self.kill_group()
        status = self.process.wait()
        self.process = None
        return status

    def kill_group(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class _Watch:
    """The loop: see who died, start again what is due, give up on what never lives."""

    def __init__(self, patience: Patience, server: OwnedServer | None) -> None:
        self._patience = patience
        self._server = server
        self._server_tries = _Tries(patience)
        self._server_down = False
        self._watched: list[_Watched] = []

    def run(self, children: Sequence[Child], inbox: _Inbox) -> int:
        """Return 0 when asked to stop, 1 when giving up."""
        self._watched = [_Watched(child, self._patience) for child in children]
        while not inbox.stops:
            # The server comes first: children that start beside a dead one die too.
            if not (self._tend_server() and all(self._tend(one) for one in self._watched)):
                return 1
            inbox.wait(self._next_look())
        return 0

    def stop_children(self, inbox: _Inbox) -> None:
        """Ask every child to end, wait, then end it; a further signal ends the patience."""
        until = time.monotonic() + self._patience.stop_s
        patience_ends_at = inbox.stops + 1
        for one in self._watched:
            if one.process is not None:
                one.process.send_signal(signal.SIGTERM)
        while any(one.bury() is None and one.process is not None for one in self._watched):
            if time.monotonic() >= until or inbox.stops >= patience_ends_at:
                for one in self._watched:
                    one.kill_group()
            inbox.wait(min(0.1, until - time.monotonic()) if time.monotonic() < until else 0.1)

    def _tend_server(self) -> bool:
        """Start the server again if it ended; return False when that never succeeds."""
        if self._server is None:
            return True
        if not self._server_down and self._server.poll() is not None:
            self._server_down = True
            self._server_tries.died()
            _log("database.died", status=self._server.poll())
        if self._server_down and time.monotonic() >= self._server_tries.due:
            return self._restart_server(self._server)
        return True

    def _restart_server(self, server: OwnedServer) -> bool:
        self._server_tries.begin()
        try:
            server.restart()
        except DatabaseServerError as error:
            self._server_tries.died()
            _log("database.not_started", error=str(error))
        else:
            self._server_down = False
            self._server_tries.begin()
            _log("database.restarted")
        if self._server_tries.exhausted:
            _log("database.gave_up", deaths=self._server_tries.deaths)
            return False
        return True

    def _tend(self, one: _Watched) -> bool:
        """Start one child if it is due; return False when it never lives."""
        status = one.bury()
        if status == 0 and one.child.once:
            one.ended = True
        elif status is not None:
            one.tries.died()
            _log("child.died", child=one.child.name, status=status)
            if status == STATUS_SETTINGS or one.tries.exhausted:
                _log(
                    "child.gave_up",
                    child=one.child.name,
                    status=status,
                    deaths=one.tries.deaths,
                    mend="its own words stand above; mend what they name and start again",
                )
                return False
        if one.process is None and not one.ended and time.monotonic() >= one.tries.due:
            try:
                one.start()
            except OSError as error:
                _log("child.gave_up", child=one.child.name, error=str(error))
                return False
        return True

    def _next_look(self) -> float:
        """Return the seconds until the next start is due."""
        waiting = (one for one in self._watched if one.process is None and not one.ended)
        due = [one.tries.due for one in waiting]
        if self._server_down:
            due.append(self._server_tries.due)
        return min([moment - time.monotonic() for moment in due], default=_RENEWED_S)


def _log(event: str, **fields: str | int | None) -> None:
    # Imported where something goes wrong only: it costs the start a tenth of its time.
    from shared.logs import get_logger

    get_logger("supervisor").warning(event, **fields)
