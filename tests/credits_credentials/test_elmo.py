"""Transcripts as ELMO: valid by the schema that EMREX publishes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from lxml import etree

from services.credits.adapters.elmo import write_elmo
from services.credits.domain.transcript import Transcript, TranscriptCourse, TranscriptLine

_ADDRESS = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="https://github.com/erasmus-without-paper/ewp-specs-types-address/tree/stable-v1">
 <xs:complexType name="FlexibleAddress"><xs:sequence>
 <xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence>
 </xs:complexType></xs:schema>"""
_V1 = "{https://github.com/emrex-eu/elmo-schemas/tree/v1}"
_V2 = "{https://github.com/emrex-eu/elmo-schemas/tree/v2}"
# The order of each element's parts in a document that the design's prototype has validated by the
# schema of 2.1.1; that schema itself does not lie with the vectors.
_PARTS = {
    "elmo": "generatedDate learner report",
    "learner": "identifier givenNames familyName alternativeName",
    "report": "issuer resultOfRecognition issueDate",
    "issuer": "country identifier title url",
    "resultOfRecognition": (
        "identifier title status decisionDate recognitionBasis recognitionResult recognitionMapping"
    ),
    "recognitionBasis": "recognitionReport",
    "recognitionReport": "issuer learningOpportunitySpecification issueDate",
    "recognitionResult": "learningOpportunitySpecification",
    "learningOpportunitySpecification": "identifier title specifies",
    "specifies": "learningOpportunityInstance",
    "learningOpportunityInstance": "status credit",
    "credit": "scheme value",
    "recognitionMapping": "mapping",
    "mapping": "fromMapping toMapping",
    "fromMapping": "ref",
    "toMapping": "ref",
}


@pytest.fixture(scope="module")
def schema(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> xmlschema.XMLSchema:
    """The published schema with its imports beside it; a transcript has no postal address."""
    source = shared_folder / "vectors" / "elmo-schemas"
    if not source.is_dir():
        pytest.skip("the schemas of ELMO are not here")
    folder = tmp_path_factory.mktemp("elmo")
    (folder / "address.xsd").write_text(_ADDRESS)
    text = (source / "schema.xsd").read_text()
    place = "https://raw.githubusercontent.com/"
    text = text.replace(f"{place}emrex-eu/elmo-schemas/v1/references/", f"{source}/references/")
    text = text.replace(
        f"{place}erasmus-without-paper/ewp-specs-types-address/stable-v1/schema.xsd", "address.xsd"
    )
    text = text.replace(' schemaLocation="http://www.w3.org/2001/03/xml.xsd"', "")
    (folder / "schema.xsd").write_text(text)
    return xmlschema.XMLSchema(str(folder / "schema.xsd"), allow="local")


def transcript(*names: str, title: str = "工业机器人操作与运维（中级）") -> Transcript:
    line = TranscriptLine(
        id="0b8a0c1e",
        title=title,
        kind="certificate",
        issuer="企业 A & B <甲>",
        completed_on=date(2025, 6, 1),
        decided_on=date(2026, 1, 1),
        credits_hundredths=450,
        grade="优秀",
        courses=(TranscriptCourse("智能制造实训", 250), TranscriptCourse("PLC 技术", 200)),
    )
    return Transcript(
        id="0b8a",
        school="杭州某职业技术学院",
        holder_name=names[0] if names else "欧阳明",
        holder_number="2023010101",
        issued_on=date(2026, 1, 2),
        issued_at=datetime(2026, 1, 2, tzinfo=UTC),
        lines=[line, line],
    )


@pytest.mark.parametrize("name", ["张三", "欧阳明", "Anna Berg", "买买提·艾力", "龘"])
@pytest.mark.parametrize("title", ["工业机器人", "a\x00b\x0bc", "<&>\"'", "🎓 x\ud7ff"])
def test_every_transcript_is_valid_elmo(schema: xmlschema.XMLSchema, name: str, title: str) -> None:
    made = write_elmo(
        transcript(name, title=title), version="1.6.0", issuer_url="https://school.example"
    )
    assert [str(error.reason) for error in schema.iter_errors(made.decode())] == []


def test_the_schema_has_teeth(schema: xmlschema.XMLSchema) -> None:
    made = write_elmo(transcript(), version="1.6.0", issuer_url="https://school.example").decode()
    assert not schema.is_valid(made.replace("<status>passed</status>", "<status>done</status>"))
    assert not schema.is_valid(made.replace("familyName", "surname"))


def test_a_decision_is_a_result_of_recognition_whose_parts_refer_to_each_other() -> None:
    made = write_elmo(transcript(), version="2.1.1", issuer_url="https://school.example")
    root = etree.fromstring(made)
    results = root.findall(f".//{_V2}resultOfRecognition")
    assert len(results) == 2
    order = [etree.QName(each).localname for each in results[0]]
    assert order == [
        "identifier",
        "title",
        "status",
        "decisionDate",
        "recognitionBasis",
        "recognitionResult",
        "recognitionMapping",
    ]
    named = {
        each.text
        for each in results[0].iterfind(f".//{_V2}learningOpportunitySpecification/{_V2}identifier")
    }
    referred = {each.text for each in results[0].iterfind(f".//{_V2}ref")}
    assert referred == named
    assert root.findtext(f".//{_V2}alternativeName") == "欧阳明"
    assert root.findtext(f".//{_V2}familyName") == "欧阳"


def test_each_part_of_2_1_1_stands_where_the_design_has_validated_it() -> None:
    root = etree.fromstring(
        write_elmo(transcript(), version="2.1.1", issuer_url="https://school.example")
    )
    for element in root.iter():
        name, parts = _name(element), [_name(each) for each in element]
        asked = _PARTS.get(name, "").split()
        assert set(parts) == set(asked), name
        assert parts == sorted(parts, key=asked.index), name
    assert {each.get("type") for each in root.iter(f"{_V2}country")} == {"ISO-3166-1-2"}
    assert {each.text for each in root.iter(f"{_V2}status")} == {"Positive", "passed"}


def test_what_2_1_1_shares_with_1_x_is_valid_by_the_schema_of_that(
    schema: xmlschema.XMLSchema,
) -> None:
    """Issuers, reports and learning opportunities of a recognition are those of a transcript."""
    root = etree.fromstring(
        write_elmo(transcript(), version="2.1.1", issuer_url="https://school.example")
    )
    shared = etree.Element(f"{_V1}elmo")
    shared.append(_older(root.find(f"{_V2}generatedDate")))
    learner = _older(root.find(f"{_V2}learner"))
    learner.remove(learner.find(f"{_V1}alternativeName"))
    shared.append(learner)
    for recognition in root.iter(f"{_V2}resultOfRecognition"):
        report = _older(recognition.find(f"{_V2}recognitionBasis/{_V2}recognitionReport"))
        report.tag = f"{_V1}report"
        results = recognition.iterfind(
            f"{_V2}recognitionResult/{_V2}learningOpportunitySpecification"
        )
        for result in results:
            report.insert(1, _older(result))
        shared.append(report)
    assert [
        str(error.reason) for error in schema.iter_errors(etree.tostring(shared).decode())
    ] == []


def _name(element: Any) -> str:
    return etree.QName(element).localname


def _older(element: Any) -> Any:
    """Return a copy in the older namespace, where a country's kind is not said."""
    copied = etree.fromstring(etree.tostring(element).replace(b"tree/v2", b"tree/v1"))
    for country in copied.iter(f"{_V1}country"):
        country.attrib.clear()
    return copied
