"""Transcripts as ELMO, the XML of EMREX, in which registrars abroad read results.

Source: EMREX ELMO 2.1.1 (resultOfRecognition); 1.6 for readers of the older namespace, which
has no recognitions: there each line is a learning opportunity that was passed. What is checked by
which schema: docs/credentials.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final, Literal, TypeAlias

from services.credits.domain.recognition import credits_text
from services.credits.domain.transcript import Transcript, TranscriptLine

# The library's own class has no types.
Element: TypeAlias = Any

ElmoVersion = Literal["2.1.1", "1.6.0"]
_SPACES: Final = {
    "2.1.1": "https://github.com/emrex-eu/elmo-schemas/tree/v2",
    "1.6.0": "https://github.com/emrex-eu/elmo-schemas/tree/v1",
}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# The credits of China's vocational standards: no scheme of Europe.
_SCHEME = "CN-XF"
_COUNTRY = "CN"
# What XML 1.0 cannot carry (2.2, Char).
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_elmo(transcript: Transcript, *, version: ElmoVersion, issuer_url: str) -> bytes:
    """Return the transcript as an ELMO document.

    Args:
        transcript: what was recognised.
        version: 2.1.1 with each decision as a result of recognition, or 1.6.0.
        issuer_url: where the issuer is found; its identifier too.
    """
    etree = _library()
    make = _Maker(_SPACES[version])
    moment = transcript.issued_at.isoformat(timespec="seconds")
    results = [
        make.recognition(line, transcript, issuer_url)
        if version == "2.1.1"
        else make.specification(line.id, line.title, line.credits_hundredths, line.completed_on)
        for line in transcript.lines
    ]
    report = make.node(
        "report",
        [make.issuer(transcript.school, issuer_url), *results, make.leaf("issueDate", moment)],
    )
    document = make.node(
        "elmo", [make.leaf("generatedDate", moment), make.learner(transcript, version), report]
    )
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True)


def _library() -> Any:
    return import_module("lxml.etree")


class _Maker:
    """Makes elements of one namespace."""

    def __init__(self, space: str) -> None:
        self._space = space

    def node(self, tag: str, inner: Iterable[Element]) -> Element:
        """Return an element with others in it."""
        element = self.leaf(tag)
        element.extend(inner)
        return element

    def leaf(self, tag: str, text: str | None = None, **attributes: str) -> Element:
        """Return an element with a text; `lang` is xml:lang."""
        element = _library().Element(f"{{{self._space}}}{tag}", nsmap={None: self._space})
        for name, value in attributes.items():
            element.set(_XML_LANG if name == "lang" else name, value)
        element.text = None if text is None else _UNFIT.sub("", text)
        return element

    def issuer(self, name: str, url: str) -> Element:
        """Return an organisation that issues."""
        coded = {"type": "ISO-3166-1-2"} if self._space == _SPACES["2.1.1"] else {}
        country = self.leaf("country", _COUNTRY, **coded)
        return self.node(
            "issuer",
            [
                country,
                self.leaf("identifier", url, type="local"),
                self.leaf("title", name, lang="zh"),
                self.leaf("url", url),
            ],
        )

    def learner(self, transcript: Transcript, version: ElmoVersion) -> Element:
        """Return the student; a Chinese name is split after its family name for those abroad."""
        family, given = _split_name(transcript.holder_name)
        inner = [
            self.leaf("identifier", transcript.holder_number, type="local"),
            self.leaf("givenNames", given),
            self.leaf("familyName", family),
        ]
        if version == "2.1.1":
            inner.append(self.leaf("alternativeName", transcript.holder_name, lang="zh"))
        return self.node("learner", inner)

    def specification(
        self, identifier: str, title: str, credits_hundredths: int, on: object = None
    ) -> Element:
        """Return something that was learnt, passed, with its credits."""
        credit = self.node(
            "credit",
            [
                self.leaf("scheme", _SCHEME),
                self.leaf("value", credits_text(credits_hundredths)),
            ],
        )
        dated = [self.leaf("date", str(on))] if on is not None else []
        instance = self.node(
            "learningOpportunityInstance", [*dated, self.leaf("status", "passed"), credit]
        )
        return self.node(
            "learningOpportunitySpecification",
            [
                self.leaf("identifier", identifier, type="local"),
                self.leaf("title", title, lang="zh"),
                self.node("specifies", [instance]),
            ],
        )

    def recognition(self, line: TranscriptLine, transcript: Transcript, url: str) -> Element:
        """Return one decision: upon what, what for, and which maps to which."""
        source = f"{line.id}-outcome"
        targets = [
            (f"{line.id}-course-{n}", course) for n, course in enumerate(line.courses, start=1)
        ]
        moment = transcript.issued_at.isoformat(timespec="seconds")
        basis = self.node(
            "recognitionReport",
            [
                self.issuer(line.issuer, url),
                self.specification(source, line.title, line.credits_hundredths),
                self.leaf("issueDate", moment),
            ],
        )
        results = [
            self.specification(name, course.title, course.credits_hundredths)
            for name, course in targets
        ]
        mapping = self.node(
            "mapping",
            [
                self.node("fromMapping", [self.leaf("ref", source)]),
                self.node("toMapping", [self.leaf("ref", name) for name, _ in targets]),
            ],
        )
        return self.node(
            "resultOfRecognition",
            [
                self.leaf("identifier", line.id, type="local"),
                self.leaf("title", line.title, lang="zh"),
                self.leaf("status", "Positive"),
                self.leaf("decisionDate", line.decided_on.isoformat()),
                self.node("recognitionBasis", [basis]),
                self.node("recognitionResult", results),
                self.node("recognitionMapping", [mapping]),
            ],
        )


# Family names of two characters that are still common; every other one has one.
_COMPOUND = frozenset(
    {"欧阳", "司马", "诸葛", "上官", "司徒", "夏侯", "东方", "皇甫", "尉迟", "公孙"}
)


def _split_name(name: str) -> tuple[str, str]:
    """Return family name and given names of a Chinese name; another stays whole.

    >>> _split_name("欧阳明"), _split_name("Anna Berg")
    (('欧阳', '明'), ('Berg', 'Anna'))
    """
    if " " in name.strip():
        given, _, family = name.strip().rpartition(" ")
        return family, given
    cut = 2 if name[:2] in _COMPOUND else 1
    return name[:cut], name[cut:]
