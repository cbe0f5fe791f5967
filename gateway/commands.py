"""The platform's command line: run, serve, worker, migrate, and what rooms and engines add."""

from __future__ import annotations

import argparse
import asyncio
import gc
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from gateway.settings import ROOMS, data_folder, load_settings

if TYPE_CHECKING:
    from shared.kernel.errors import DomainError
    from shared.settings import PlatformSettings

# Modules that add their own subcommands: rooms by dotted name, engines beside them.
_REGISTERING = (
    "matching.commands",
    *(f"services.{room}.commands" for room in ROOMS),
    "gateway.demo.commands",
)
EXIT_SETTINGS = os.EX_CONFIG
_POLL_S = 0.02


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = _parser(words).parse_args(words)
    run = cast("Callable[[argparse.Namespace], int]", arguments.run)
    from shared.kernel.errors import DomainError

    try:
        return run(arguments)
    except DomainError as error:
        _tell(error)
        return EXIT_SETTINGS
    except KeyboardInterrupt:
        return 130


def _tell(error: DomainError) -> None:
    lines = [error.title("zh"), error.detail("zh"), error.title("en"), error.detail("en")]
    lines += [f"{fault.text.zh} / {fault.text.en}" for fault in error.faults]
    print("\n".join(lines), file=sys.stderr)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chanjiao", description="产教通：产教融合信息服务平台 / the platform's one command"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_run(commands.add_parser("run", help="启动整个平台 / start the whole platform"))
    _add_serve(commands.add_parser("serve", help="提供网页与接口 / serve pages and API"))
    _add_worker(commands.add_parser("worker", help="处理后台任务 / run background jobs"))
    migrate = commands.add_parser("migrate", help="升级数据库 / bring databases up to date")
    migrate.add_argument("--quiet", action="store_true", help="不列出版本 / list no versions")
    migrate.set_defaults(run=_migrate)
    # The three commands of a running platform start faster without the engines' parsers.
    if not words or words[0] not in {"run", "serve", "worker", "migrate"}:
        for name in _REGISTERING:
            if find_spec(name.rpartition(".")[0]) and find_spec(name):
                cast("Any", import_module(name)).register(commands)
    return parser


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_address(parser)
    parser.add_argument("--data", type=Path, help="数据文件夹 / data folder")
    parser.add_argument("--demo", action="store_true", help="载入演示数据 / load demo data")
    parser.set_defaults(run=_run)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    _add_address(parser)
    parser.add_argument("--room", choices=ROOMS, help="只运行一个服务 / one room only")
    parser.add_argument(
        "--migrating", action="store_true", help="等待正在进行的升级 / wait for a migrate beside it"
    )
    parser.set_defaults(run=_serve)


def _add_worker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--room", choices=ROOMS, help="只处理一个服务的任务 / one room only")
    parser.add_argument("--after", metavar="URL", help="待其就绪后再启动 / start once it is ready")
    parser.set_defaults(run=_worker)


def _start_logs(settings: PlatformSettings) -> None:
    from shared.logs import configure_logs

    configure_logs(log_format=settings.log_format, level=settings.log_level)


def _serve(arguments: argparse.Namespace) -> int:
    # Building makes many objects and little rubbish: looking for it costs a tenth of the start.
    gc.disable()
    from gateway import databases, serving

    settings = load_settings()
    _start_logs(settings)
    rooms = serving.local_rooms(os.environ, arguments.room)
    # The programs load while the database server starts and migrates: both are waited for below.
    loading = threading.Thread(target=serving.load_rooms, args=(rooms,), daemon=True)
    loading.start()

    async def run() -> None:
        admin = databases.admin_url(settings)
        found = await databases.find_databases(settings, admin, rooms)
        # Beside a `migrate` of ours there is no hurry: who started both ends both when it fails.
        patience = {"seconds": math.inf} if arguments.migrating else {}
        await databases.wait_until_migrated(found, **patience)
        loading.join()
        house = serving.build_house(settings, found, rooms)
        app = house.rooms[arguments.room].served if arguments.room else _front(house)
        gc.freeze()
        gc.enable()
        await serving.serve_app(app, host=arguments.host, port=arguments.port, settings=settings)
        await house.close()

    asyncio.run(run())
    return 0


def _front(house: Any) -> Any:
    from gateway.app import build_gateway

    return build_gateway(house)


def _worker(arguments: argparse.Namespace) -> int:
    if arguments.after and not _wait_ready(arguments.after):
        print(f"{arguments.after}: 十分钟内未就绪 / not ready in ten minutes", file=sys.stderr)
        return 1
    from gateway import databases, serving

    settings = load_settings()
    _start_logs(settings)
    rooms = serving.local_rooms(os.environ, arguments.room)

    async def run() -> None:
        admin = databases.admin_url(settings)
        found = await databases.find_databases(settings, admin, rooms)
        await databases.wait_until_migrated(found)
        house = serving.build_house(settings, found, rooms)
        await serving.work(serving.make_workers(house, found))
        await house.close()

    asyncio.run(run())
    return 0


def _migrate(arguments: argparse.Namespace) -> int:
    from gateway import databases
    from shared.db.server import Server

    settings = load_settings()
    server = None if settings.database_url else Server.attach_or_start(settings.data)
    try:
        admin = settings.database_url or cast("Server", server).admin_dsn
        asyncio.run(databases.make_and_migrate(settings, admin))
    finally:
        if server is not None:
            server.stop()
    if not arguments.quiet:
        for room in ROOMS:
            print(f"{room}: {databases.newest_version(room)}")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    """Start the server, then the children; watch them until a signal.

    This process imports little: the first page waits for `serve` alone, and `serve` for nobody.
    """
    from gateway.listening import expect_free
    from gateway.supervisor import run_supervised

    expect_free(arguments.host, arguments.port)
    url = f"http://{arguments.host}:{arguments.port}"
    data = arguments.data.absolute() if arguments.data else data_folder(os.environ)
    os.environ["CHANJIAO_DATA"] = str(data)
    os.environ.setdefault("CHANJIAO_PUBLIC_URL", url)
    server = None
    if not os.environ.get("DATABASE_URL"):
        from shared.db.server import Server

        server = Server.start(data)
    threading.Thread(target=_announce, args=(arguments, url), daemon=True).start()
    return run_supervised(_children(arguments, url), server=server)


def _children(arguments: argparse.Namespace, url: str) -> list[Any]:
    from gateway.supervisor import Child

    program = (sys.executable, "-m", "gateway.commands")
    where = ("--host", str(arguments.host), "--port", str(arguments.port))
    return [
        # On the other core, while `serve` loads its programs and then waits for it.
        Child("migrate", (*program, "migrate", "--quiet"), os.environ.copy(), once=True),
        Child("serve", (*program, "serve", "--migrating", *where), os.environ.copy()),
        Child("worker", (*program, "worker", "--after", url), os.environ.copy()),
    ]


def _announce(arguments: argparse.Namespace, url: str) -> None:
    if not _wait_ready(url):
        print(
            f"十分钟内未就绪，原因见日志 / not ready in ten minutes, see the log: {url}",
            file=sys.stderr,
            flush=True,
        )
        return
    print(f"产教通已就绪 / ready: {url}", flush=True)
    if arguments.demo:
        settings = load_settings()
        cast("Any", import_module("gateway.demo.commands")).load_small(url, settings)


def _wait_ready(url: str, seconds: float = 600.0) -> bool:
    """Wait until the platform answers, by the standard library alone; whether it did."""
    from http.client import HTTPConnection, HTTPException
    from urllib.parse import urlsplit

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == HTTPStatus.OK:
                return True
        except (OSError, HTTPException):
            pass  # not yet: nobody listens, or not everything answers
        finally:
            connection.close()
        time.sleep(_POLL_S)
    return False


if __name__ == "__main__":
    sys.exit(main())
