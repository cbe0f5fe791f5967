"""The supervisor keeps its children and the database server running, and leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

# Reads what to run from its first argument, as `chanjiao run` has it in code.
SUPERVISE = """
import json, sys
from pathlib import Path
from gateway.supervisor import Child, Patience, run_supervised
from shared.db.server import Server
plan = json.loads(sys.argv[1])
children = [Child(name, (sys.executable, "-c", code), {"WHO": name}, once=name == "migrate")
            for name, code in plan["children"].items()]
server = Server.start(Path(plan["data"]), settings={"fsync": "off"}) if plan["data"] else None
if server:
    print("server", server.address.pid, server.address.socket, flush=True)
sys.exit(run_supervised(children, server=server, patience=Patience(**plan["patience"])))
"""

# A child that says its name and number, then works until it is asked to stop.
STEADY = """
import os, signal, sys, time
def say(word):  # a signal may come in the middle of a print
    os.write(1, f"{os.environ['WHO']} {word}\\n".encode())
def stop(*_):
    say("stopped")
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
say(os.getpid())
while True: time.sleep(60)
"""
STUBBORN = STEADY.replace(
    "signal.signal(signal.SIGTERM, stop)", "signal.signal(15, signal.SIG_IGN)"
)
# It leaves a child of its own in its process group.
PARENT = STEADY.replace(
    "while True",
    "import subprocess\n"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print('grandchild', p.pid, flush=True)\n"
    "while True",
)

Begin = Callable[..., subprocess.Popen[str]]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def words(process: subprocess.Popen[str]) -> list[str]:
    return process.stdout.readline().split()


def pids(process: subprocess.Popen[str], count: int) -> dict[str, int]:
    """Return who says which number, from the next `count` lines."""
    heard = [words(process) for _ in range(count)]
    return {line[0]: int(line[1]) for line in heard}


@pytest.fixture
def begin() -> Iterator[Begin]:
    begun: list[subprocess.Popen[str]] = []
    addresses: list[Path] = []

    def begin(
        children: dict[str, str], *, data: Path | None = None, **patience
    ) -> subprocess.Popen:
        plan = {"children": children, "data": data and str(data), "patience": patience}
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, json.dumps(plan)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun.append(process)
        if data is not None:
            addresses.append(data / "postgres.json")
        return process

    yield begin
    for process in begun:
        process.kill()
        process.wait()
        process.stdout.close()
    for address in addresses:
        if address.exists():  # killed: the next start would have removed its socket folder
            folder = Path(json.loads(address.read_text())["socket"]).parent
            shutil.rmtree(folder, ignore_errors=True)


def test_a_child_for_once_ends_well_and_stays_ended(begin):
    supervisor = begin({"migrate": "print('migrate 1')", "serve": STEADY})
    heard = {words(supervisor)[0], words(supervisor)[0]}
    assert heard == {"migrate", "serve"}
    time.sleep(0.5)  # five times the first backoff
    supervisor.terminate()
    assert supervisor.wait(10) == 0
    assert supervisor.stdout.read().split() == ["serve", "stopped"]


def test_a_child_for_once_that_fails_is_tried_again_and_given_up(begin):
    supervisor = begin({"migrate": "raise SystemExit(3)"}, backoff_first_s=0.01)
    assert supervisor.wait(20) == 1
    assert "migrate" in supervisor.stdout.read()


def test_a_child_that_dies_is_started_again(begin):
    supervisor = begin({"serve": STEADY, "worker": STEADY})
    first = pids(supervisor, 2)
    os.kill(first["worker"], signal.SIGKILL)
    rest = ""
    while "worker" not in rest or "died" in rest:
        rest = supervisor.stdout.readline()
    second = int(rest.split()[1])
    assert second != first["worker"]
    assert alive(second)
    assert alive(first["serve"]), "the other child is left alone"


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Let signals mean something, even where whoever runs the tests ignores them (nohup, &)."""
    asked = (signal.SIGHUP, signal.SIGINT)
    ignored = [number for number in asked if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


def test_asked_to_stop_it_lets_the_children_finish_and_answers_zero(begin):
    for asked in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        supervisor = begin({"serve": STEADY, "worker": STEADY})
        running = pids(supervisor, 2)
        supervisor.send_signal(asked)
        rest = supervisor.stdout.read()
        assert supervisor.wait(10) == 0
        assert sorted(rest.split("\n")) == ["", "serve stopped", "worker stopped"]
        assert not any(alive(pid) for pid in running.values())


def test_a_child_that_does_not_stop_is_ended_when_patience_ends(begin):
    supervisor = begin({"serve": STUBBORN}, stop_s=0.3)
    running = pids(supervisor, 1)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(10) == 0
    assert not alive(running["serve"])


def test_asked_twice_it_ends_the_children_at_once(begin):
    supervisor = begin({"serve": STUBBORN, "worker": STEADY}, stop_s=600.0)
    pids(supervisor, 2)
    supervisor.send_signal(signal.SIGINT)
    assert words(supervisor) == ["worker", "stopped"]
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(10) == 0


def test_killed_it_leaves_no_child_behind(begin):
    for _ in range(3):
        supervisor = begin({"serve": STUBBORN, "worker": STEADY})
        running = pids(supervisor, 2)
        supervisor.kill()
        assert until(lambda running=running: not any(alive(pid) for pid in running.values()))


def test_a_dead_child_s_own_children_are_ended_with_it(begin):
    supervisor = begin({"worker": PARENT})
    running = pids(supervisor, 2)
    os.kill(running["worker"], signal.SIGKILL)
    assert until(lambda: not alive(running["grandchild"]))


def test_it_gives_up_on_a_child_that_never_lives_and_says_so(begin):
    code = "import sys; print('the words of the child', file=sys.stderr); sys.exit(3)"
    supervisor = begin({"serve": code, "worker": STEADY}, quick_deaths_max=3, backoff_first_s=0.01)
    said = supervisor.stdout.read()
    assert supervisor.wait(10) == 1
    assert said.count("the words of the child") == 3
    assert "child.gave_up" in said
    assert "serve" in said


def test_wrong_settings_are_not_tried_twice(begin):
    code = "import os, sys; print('DATABASE_URL is wrong'); sys.exit(os.EX_CONFIG)"
    supervisor = begin({"serve": code})
    said = supervisor.stdout.read()
    assert supervisor.wait(10) == 1
    assert said.count("DATABASE_URL is wrong") == 1
    assert "child.gave_up" in said


def test_a_killed_database_server_comes_back_at_the_same_address(begin, tmp_path):
    supervisor = begin({"serve": STEADY}, data=tmp_path / "data")
    _, server, folder = words(supervisor)
    serve = pids(supervisor, 1)["serve"]
    os.kill(int(server), signal.SIGKILL)
    for line in supervisor.stdout:
        if "database.restarted" in line:
            break
    address = json.loads((tmp_path / "data" / "postgres.json").read_text())
    assert address["socket"] == folder
    assert alive(address["pid"])
    assert alive(serve), "the child keeps running and connects again"
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(20) == 0
    assert not alive(address["pid"])
    assert not (tmp_path / "data" / "postgres.json").exists()


def test_killed_it_leaves_no_database_server_behind(begin, tmp_path):
    supervisor = begin({"serve": STEADY}, data=tmp_path / "data")
    server = int(words(supervisor)[1])
    serve = pids(supervisor, 1)["serve"]
    supervisor.kill()
    assert until(lambda: not alive(server) and not alive(serve))


def test_a_database_that_cannot_come_back_ends_the_run_with_its_reason(begin, tmp_path):
    supervisor = begin(
        {"serve": STEADY}, data=tmp_path / "data", quick_deaths_max=2, backoff_first_s=0.05
    )
    server = int(words(supervisor)[1])
    pids(supervisor, 1)
    (tmp_path / "data" / "postgres" / "global" / "pg_control").unlink()
    os.kill(server, signal.SIGKILL)
    said = supervisor.stdout.read()
    assert supervisor.wait(20) == 1
    assert "database.not_started" in said
    assert "pg_control" in said
    assert "database.gave_up" in said
    assert "serve stopped" in said


def test_what_the_caller_ignores_stays_ignored(begin, tmp_path):
    """Under nohup the terminal may go."""
    plan = {"children": {"serve": STEADY}, "data": None, "patience": {}}
    supervisor = subprocess.Popen(
        ["nohup", sys.executable, "-c", SUPERVISE, json.dumps(plan)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        serve = pids(supervisor, 1)["serve"]
        supervisor.send_signal(signal.SIGHUP)
        os.kill(serve, signal.SIGKILL)
        while words(supervisor)[:1] != ["serve"]:
            assert supervisor.poll() is None, "it still starts again what dies"
        supervisor.send_signal(signal.SIGTERM)
        supervisor.stdout.read()
        assert supervisor.wait(10) == 0
    finally:
        supervisor.kill()
        supervisor.wait()
        supervisor.stdout.close()
