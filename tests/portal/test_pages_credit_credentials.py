"""A signed credential of another school, handed over in the browser."""

from __future__ import annotations

import json
from typing import Any

from portal_hands import Browser, hidden_fields
from portal_school import World

from benchmarks.credits.certified import badge, secured

STUDENT = "demo-student-1"
PAGE = "/credits/outcomes/credential"


async def hand_over(student: Browser, content: bytes) -> Any:
    form = hidden_fields((await student.open(PAGE)).text)
    told = {**form, "kind": "online_course", "stage": "higher_vocational", "hours": "32"}
    files = {"file": ("badge.json", content, "application/json")}
    return await student.http.post(f"{PAGE}?lang=en", data=told, files=files)


async def test_a_student_hands_over_a_credential_and_is_told_what_is_wrong_with_it(world: World):
    document = badge()
    del document["credentialStatus"]
    signed = json.dumps(secured(document, "eddsa-jcs-2022"), ensure_ascii=False)
    async with world.browser(STUDENT) as student:
        bare = await student.send(PAGE, PAGE, kind="online_course")
        assert bare.status_code == 422
        assert 'href="#field-file"' in bare.text
        forged = await hand_over(student, signed.replace("学院", "学园").encode())
        assert forged.status_code == 422
        assert "the signature does not match the content" in forged.text
        # Sound, but by a key that nobody here trusts.
        unknown = await hand_over(student, signed.encode())
        assert unknown.status_code == 422
        assert "unknown issuer did:key:" in unknown.text
