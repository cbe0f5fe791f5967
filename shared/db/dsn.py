"""The address of one database for one role, in the forms that drivers take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from shared.db.errors import DatabaseAddressError


@dataclass(frozen=True, slots=True)
class Dsn:
    """Who connects where; `url` is for asyncpg and libpq, `sqlalchemy` for `create_async_engine`.

    >>> Dsn.parse("postgresql://postgres@/postgres?host=/run/x").login("app", "jobs").url
    'postgresql://app@/jobs?host=%2Frun%2Fx'
    """

    user: str
    hosts: str
    database: str
    password: str | None = field(default=None, repr=False)
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a URL of PostgreSQL, with the name of a driver in its scheme or without."""
        parts = urlsplit(url)
        if parts.scheme.partition("+")[0] not in {"postgresql", "postgres"}:
            raise DatabaseAddressError(scheme=parts.scheme)
        credentials, _, hosts = parts.netloc.rpartition("@")
        user, colon, password = credentials.partition(":")
        return cls(
            user=unquote(user),
            hosts=hosts,
            database=unquote(parts.path.removeprefix("/")),
            password=unquote(password) if colon else None,
            options=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        )

    def login(self, user: str, database: str, password: str | None = None) -> Self:
        """Return the address of another role and database of the same server."""
        return replace(self, user=user, database=database, password=password)

    @property
    def by_socket(self) -> bool:
        """Whether the server is reached by a socket in a folder and not over the network."""
        host = dict(self.options).get("host", "" if not self.hosts else "network")
        return host == "" or host.startswith("/")

    @property
    def url(self) -> str:
        """The form of `asyncpg.connect` and of libpq."""
        return self._text("postgresql", self.options)

    @property
    def sqlalchemy(self) -> str:
        """The form of `create_async_engine`, which hands asyncpg the word `ssl`, not `sslmode`."""
        named = tuple(("ssl" if key == "sslmode" else key, value) for key, value in self.options)
        return self._text("postgresql+asyncpg", named)

    def _text(self, scheme: str, options: tuple[tuple[str, str], ...]) -> str:
        credentials = quote(self.user, safe="")
        if self.password is not None:
            credentials += ":" + quote(self.password, safe="")
        query = "?" + urlencode(options) if options else ""
        at = f"{credentials}@" if credentials else ""
        return f"{scheme}://{at}{self.hosts}/{quote(self.database, safe='')}{query}"
