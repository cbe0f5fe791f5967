"""The log of all of this: one line each, and no person in it."""

from __future__ import annotations

import json

from tests.security.scene import Scene


def test_the_logs_of_all_this_name_no_person(scene: Scene) -> None:
    assert len(scene.logs) > 100  # how many depends on how often the scene polled its jobs
    persons = scene.a.names | scene.b.names | scene.a.numbers | scene.b.numbers | scene.phones
    for line in scene.logs:
        shown = [each for each in persons if each in line]
        assert not shown, line
        assert "欧阳" not in line
        for secret in (*scene.a.people.values(), *scene.b.people.values()):
            assert secret.session not in line
            assert secret.headers["authorization"][7:] not in line


async def test_a_log_line_stays_one_line(scene: Scene) -> None:
    await scene.http.get('/v1/x%0a{"event":"forged"}%1b[31m')
    (line,) = [each for each in scene.logs if "forged" in each]
    assert "\n" not in line
    assert json.loads(line)["event"] == "request.answered"
