"""The two languages of the pages: English is written in the code, Chinese in `locale/zh.po`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from babel.support import Translations

from shared.kernel.clock import CHINA
from shared.kernel.errors import Language

CATALOGUE = Path(__file__).parent / "locale" / "zh.po"
DEFAULT_LANGUAGE: Language = "zh"
HTML_LANGUAGE: dict[Language, str] = {"zh": "zh-CN", "en": "en"}


def marked(message: str) -> str:
    """Mark a message for the catalogue where it is defined; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Texts:
    """Messages, dates and numbers in one language; days and hours are those of China."""

    language: Language
    translations: NullTranslations
    locale: Locale

    def gettext(self, message: str) -> str:
        """Return a message in this language."""
        return self.translations.gettext(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the form of a message that fits a count."""
        return self.translations.ngettext(singular, plural, count)

    def date(self, day: date | datetime | str) -> str:
        """Return a calendar day: 2026年3月2日 or 2 Mar 2026."""
        return format_date(_day(day), format=_DAY[self.language], locale=self.locale)

    def moment(self, moment: datetime | str) -> str:
        """Return a day with hour and minute, in China's time."""
        parsed = _moment(moment)
        clock = format_time(parsed, "HH:mm", tzinfo=CHINA, locale=self.locale)
        return f"{self.date(parsed)} {clock}"

    def iso(self, moment: datetime | str) -> str:
        """Return a moment for machines, as `<time datetime>` wants it."""
        return format_datetime(
            _moment(moment), "yyyy-MM-dd'T'HH:mm:ssZZZZZ", tzinfo=CHINA, locale=self.locale
        )

    def number(self, value: float) -> str:
        """Return a number with its thousands separated."""
        return format_decimal(value, locale=self.locale)

    def compact(self, value: float) -> str:
        """Return a large number in short: 2万, 20K."""
        return format_compact_decimal(value, locale=self.locale, fraction_digits=1)

    def percent(self, share: float, digits: int = 1) -> str:
        """Return a share between 0 and 1 in per cent."""
        pattern = "0%" if digits == 0 else f"0.{'0' * digits}%"
        return format_percent(share, pattern, locale=self.locale)

    def money(self, fen: int) -> str:
        """Return an amount of integer fen in yuan; fen are shown only where there are any."""
        yuan = f"{fen // 100:,}" if fen % 100 == 0 else f"{fen / 100:,.2f}"
        return f"¥{yuan}"


_DAY: dict[Language, str] = {"zh": "y年M月d日", "en": "d MMM y"}


def _day(day: date | datetime | str) -> date:
    if isinstance(day, str):
        day = datetime.fromisoformat(day) if "T" in day else date.fromisoformat(day)
    if isinstance(day, datetime):
        return day.astimezone(CHINA).date() if day.tzinfo else day.date()
    return day


def _moment(moment: datetime | str) -> datetime:
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return parsed.astimezone(CHINA)


@cache
def texts_in(language: Language) -> Texts:
    """Return the texts of a language; the catalogue is compiled in memory at first use."""
    if language == "en":
        return Texts("en", NullTranslations(), Locale("en"))
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="zh_CN")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Texts("zh", Translations(compiled), Locale("zh", "CN", script="Hans"))


def language_of(asked: str | None, kept: str | None) -> Language:
    """Return the language that was asked for by `?lang=`, else the one kept, else Chinese."""
    for word in (asked, kept):
        if word is not None and word.lower() in {"en", "zh", "zh-cn"}:
            return "en" if word.lower() == "en" else "zh"
    return DEFAULT_LANGUAGE
