"""The platform does not begin where another program listens."""

from __future__ import annotations

import os
import socket

import pytest

from gateway.commands import main
from gateway.listening import ListeningAddressError, expect_free


def test_a_port_in_use_is_named_before_anything_is_started(tmp_path, capsys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status = main(["run", "--port", str(port), "--data", str(tmp_path / "data")])
    assert status == os.EX_CONFIG
    told = capsys.readouterr()
    assert f"127.0.0.1:{port}" in told.err
    assert "ready" not in told.out
    assert not (tmp_path / "data").exists()


def test_a_port_that_was_left_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    expect_free("127.0.0.1", port)


def test_a_host_of_another_machine_is_refused() -> None:
    with pytest.raises(ListeningAddressError) as refused:
        expect_free("192.0.2.1", 8000)
    assert refused.value.facts["host"] == "192.0.2.1"
