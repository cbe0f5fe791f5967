"""What a field wants to look like, in words: nobody is answered with a regular expression."""

from __future__ import annotations

from collections.abc import Mapping

from shared.kernel.errors import Text

_REGION = Text(
    "应为行政区划代码：2、4 或 6 位数字，如 330106",
    "write a region code of 2, 4 or 6 digits, such as 330106",
)
_CODE = Text("应为代码：字母、数字与连字符，如 6-18-01-01", "write a code such as 6-18-01-01")
_NAMED = Text(
    "只用字母、数字、点、横线与下划线，如 v1.2",
    "only letters, digits, dots, hyphens and underscores, such as v1.2",
)
_URL = Text(
    "应为网址，如 https://www.example.cn/", "write an address such as https://www.example.cn/"
)
_NO_BLANKS = Text("不能含空格", "it cannot hold blanks")

PATTERNS: Mapping[str, Text] = {
    r"^\d{2}(\d{2}){0,2}$": _REGION,
    r"^(\d{2}|\d{4}|\d{6})$": _REGION,
    r"^(\d{2}|\d{4}|\d{6})?$": _REGION,
    r"^\d{2,6}$": _REGION,
    r"^\d{6}$": Text(
        "应为 6 位行政区划代码，如 330106", "write a region code of 6 digits, such as 330106"
    ),
    r"^\d{4}-\d{4}-[12]$": Text("应为学年学期，如 2026-2027-1", "write a term such as 2026-2027-1"),
    r"^\d{4}Q[1-4]$": Text("应为季度，如 2026Q3", "write a quarter such as 2026Q3"),
    r"^\d{4}(Q[1-4])?$": Text("应为年份或季度，如 2026、2026Q3", "write 2026 or 2026Q3"),
    r"^20[0-9]{2}-(0[1-9]|1[0-2])$": Text("应为月份，如 2026-03", "write a month such as 2026-03"),
    r"^\d{1,3}\.\d{1,3}$": Text("应为版次，如 1.0", "write an edition such as 1.0"),
    r"^https?://[^\s]+$": _URL,
    r"^https://": Text("应为 https:// 开头的网址", "write an address that begins with https://"),
    r"^[a-z0-9-]+(\.[a-z0-9-]+)+$": Text(
        "应为域名，如 www.example.cn", "write a domain such as www.example.cn"
    ),
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": Text(
        "应为邮箱地址，如 name@example.cn", "write an e-mail address such as name@example.cn"
    ),
    r"^\+?[0-9 -]{5,19}$": Text(
        "应为电话号码，如 13800000000", "write a telephone number such as 13800000000"
    ),
    r"^[A-T](\d{2,4})?$|^\d{2,4}$": Text(
        "应为行业代码，如 C34", "write a code of industry such as C34"
    ),
    r"^[0-9A-Za-z]{4,16}$": Text("应为 4—16 位字母或数字", "write 4 to 16 letters or digits"),
    r"^[0-9A-Za-z-]{0,16}$": _CODE,
    r"^[0-9A-Za-z-]{1,16}$": _CODE,
    r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,19}$": _NAMED,
    r"^[A-Za-z0-9._-]+$": _NAMED,
    r"^[A-Za-z0-9._-]{1,16}$": _NAMED,
    r"^[A-Za-z0-9._:-]+$": _NAMED,
    r"^\S+$": _NO_BLANKS,
    r"^[^\s:]+$": Text("不能含空格和冒号", "it cannot hold blanks or colons"),
    r"^[0-9a-f]{64}$": Text(
        "应为 SHA-256：64 位十六进制小写", "write a SHA-256 as 64 small hexadecimal digits"
    ),
    r"^[0-9a-f]{32}$": Text("应为 32 位十六进制编号", "write the number of 32 hexadecimal digits"),
}


def form_wanted(pattern: str) -> Text | None:
    """Return how a field of this pattern is written, None for one that only programs fill in."""
    return PATTERNS.get(pattern)
