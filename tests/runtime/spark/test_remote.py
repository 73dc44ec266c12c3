"""Another Spark Connect server than the engine in the process."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime.paths import Roots
from brickyard.runtime.spark import LocalSparkError, SparkEngine, SparkSettings, remote
from brickyard.runtime.spark_conf import check_remote, with_secrets, without_parameters


def settings(folder: Path, **conf: str) -> SparkSettings:
    roots = Roots(*(folder / name for name in "abcde"))
    named = {key.replace("__", "."): value for key, value in conf.items()}
    tags = {"spark.databricks.clusterUsageTags.clusterName": "far"}
    return SparkSettings(folder / "warehouse", roots, conf={**tags, **named})


def test_the_server_is_used_as_it_is(engine: SparkEngine, tmp_path: Path) -> None:
    """Here the server of another engine, without what stands between it and its sessions."""
    _ = engine.session
    address = f"sc://{engine._address()}"
    other = SparkEngine(settings(tmp_path, spark__remote=address, spark__my__key="set"))
    session = other.new_session()
    assert session.range(3).count() == 3
    assert session.conf.get("spark.my.key") == "set"
    folder = tmp_path / "plain"
    session.range(2).write.parquet(str(folder))
    assert list(folder.glob("*.parquet")), "paths are the server's own"
    session.stop()
    assert not (tmp_path / "warehouse").exists()


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "CONNECT_SECONDS", 0.3)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    address = f"sc://127.0.0.1:{port}/;token=hidden"
    engine = SparkEngine(settings(tmp_path, spark__remote=address))
    with pytest.raises(remote.RemoteSparkError) as refused:
        _ = engine.session
    text = str(refused.value)
    assert all(part in text for part in ("'far'", f"sc://127.0.0.1:{port} as", "spark.remote"))
    assert "hidden" not in text


def test_somebody_else_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is no Spark Connect server takes the connection and says nothing."""
    monkeypatch.setattr(remote, "CONNECT_SECONDS", 0.3)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"sc://127.0.0.1:{other.getsockname()[1]}"
        engine = SparkEngine(settings(tmp_path, spark__remote=address))
        with pytest.raises(remote.RemoteSparkError, match="no Spark Connect server answered"):
            _ = engine.session


def test_secrets_need_somebody_to_ask(tmp_path: Path) -> None:
    engine = SparkEngine(settings(tmp_path, spark__my__password="{{secrets/scope/key}}"))
    with pytest.raises(LocalSparkError, match="scope/key"):
        _ = engine.session
    assert not engine.started


@pytest.mark.parametrize(
    "address",
    [
        "sc://localhost",
        "sc://10.0.0.1:15002",
        "sc://[::1]:15002",
        "sc://host.example:443/;use_ssl=true;token=abc==",
        "sc://host/;token={{secrets/scope/key}};x-databricks-cluster-id=1-2-3",
    ],
)
def test_addresses_of_servers(address: str) -> None:
    assert check_remote(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:15002",
        "http://host",
        "sc://",
        "sc://host:0",
        "sc://host:65536",
        "sc://h/path",
        "sc://host/;novalue",
        "sc://host;token=x",
        "sc://ho st",
    ],
)
def test_what_is_no_address(address: str) -> None:
    assert check_remote(address)


@given(st.text())
def test_a_token_is_never_shown(token: str) -> None:
    shown = without_parameters(f"sc://host:1/;token={token}")
    assert shown == "sc://host:1"


@given(st.text(alphabet="abcXYZ019-_.@", min_size=1), st.text(alphabet="abc{}/ "))
def test_references_to_secrets_are_replaced(key: str, around: str) -> None:
    conf = {"a": f"{{{{secrets/s/{key}}}}}", "b": around}
    found = with_secrets(conf, lambda scope, name: f"<{scope}:{name}>")
    assert found["a"] == f"<s:{key}>"
    assert found["b"] == around or "secrets" in around
