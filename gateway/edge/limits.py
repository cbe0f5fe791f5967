"""Rate limits: a bucket per caller, refilled steadily, told in every answer."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

from shared.kernel.errors import DomainError, Text

_BUCKETS_MAX = 50_000


class TooManyRequestsError(DomainError):
    """Too many requests."""

    code = "too_many_requests"
    status = 429
    title_zh = "请求过于频繁"
    mend = Text(
        "配额为每分钟 {per_minute} 次；请在 {retry_after_s} 秒后重试。",
        "The quota is {per_minute} requests a minute; retry in {retry_after_s} s.",
    )


@dataclass(frozen=True, slots=True)
class Quota:
    """How many requests in a burst, and how many a minute in the long run."""

    burst: int
    per_minute: int


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limiter:
    """Token buckets by caller, the least recently seen forgotten first."""

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self._rate = quota.per_minute / 60
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, caller: str, now: float | None = None) -> list[tuple[bytes, bytes]]:
        """Take one request from the caller's bucket; return the headers that tell what is left.

        Raises TooManyRequestsError when it is empty. Header fields by the IETF draft
        "RateLimit header fields for HTTP".
        """
        moment = time.monotonic() if now is None else now
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = _Bucket(self.quota.burst, moment)
            if len(self._buckets) > _BUCKETS_MAX:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(caller)
        bucket.left = min(self.quota.burst, bucket.left + (moment - bucket.at) * self._rate)
        bucket.at = moment
        if bucket.left < 1:
            wait_s = max(1, round((1 - bucket.left) / self._rate))
            raise TooManyRequestsError(per_minute=self.quota.per_minute, retry_after_s=wait_s)
        bucket.left -= 1
        policy = f'"default";q={self.quota.burst};w=60'
        full_s = int((self.quota.burst - bucket.left) / self._rate)
        left = f'"default";r={int(bucket.left)};t={full_s}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]
