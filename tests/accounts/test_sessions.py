"""Signing in, tokens, signing out."""

from __future__ import annotations

from tests.accounts.conftest import Found


async def test_a_person_signs_in_and_gets_a_token_for_their_organisation(found: Found) -> None:
    company = await found("enterprise")
    assert company.admin.body["org_id"] == company.id
    assert company.admin.body["memberships"][0]["roles"] == ["enterprise_admin"]
    me = await company.admin.get("/v1/me")
    assert me.status_code == 200
    assert "posts:write" in me.json()["scopes"]
