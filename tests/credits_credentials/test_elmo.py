"""Transcripts as ELMO: valid by the schema that EMREX publishes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

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
_V2 = "{https://github.com/emrex-eu/elmo-schemas/tree/v2}"


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
