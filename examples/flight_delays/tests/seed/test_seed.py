"""Seeding over real HTTP with the official client, into a small DBFS."""

from __future__ import annotations

import base64
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from databricks.sdk import WorkspaceClient

import seed
from flight_delays.data import FLIGHTS_SCHEMA, PLANES_SCHEMA, WEATHER_SCHEMA, read_raw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import SparkSession

FOLDER = "dbfs:/FileStore/raw"


class Dbfs(ThreadingHTTPServer):
    """Files in memory, by the calls of the DBFS API that an upload makes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.handles: dict[int, tuple[str, list[bytes]]] = {}
        self.calls: list[str] = []
        self.fail_after_blocks: int | None = None

    def answer(self, call: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.calls.append(call)
        return getattr(self, "do_" + call.replace("-", "_"))(body)  # type: ignore[no-any-return]

    def do_get_status(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        path = body["path"]
        if path not in self.files:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"No file {path}."}
        return 200, {"path": path, "is_dir": False, "file_size": len(self.files[path])}

    def do_create(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        handle = len(self.handles) + 1
        self.handles[handle] = (body["path"], [])
        return 200, {"handle": handle}

    def do_add_block(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        block = base64.b64decode(body["data"])
        if len(block) > 1024 * 1024:
            return 400, {"error_code": "MAX_BLOCK_SIZE_EXCEEDED", "message": "too large"}
        blocks = self.handles[body["handle"]][1]
        if self.fail_after_blocks is not None and len(blocks) >= self.fail_after_blocks:
            return 400, {"error_code": "IO_ERROR", "message": "disk full"}
        blocks.append(block)
        return 200, {}

    def do_close(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        path, blocks = self.handles[body["handle"]]
        self.files[path] = b"".join(blocks)
        return 200, {}

    def do_delete(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        del self.files[body["path"]]
        return 200, {}

    def do_move(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if body["destination_path"] in self.files:
            return 400, {"error_code": "RESOURCE_ALREADY_EXISTS", "message": "exists"}
        self.files[body["destination_path"]] = self.files.pop(body["source_path"])
        return 200, {}


class Handler(BaseHTTPRequestHandler):
    server: Dbfs

    def handle_call(self) -> None:
        url = urlsplit(self.path)
        if not url.path.startswith("/api/2.0/dbfs/"):
            self.send_error(404)
            return
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        body |= {key: values[0] for key, values in parse_qs(url.query).items()}
        status, content = self.server.answer(url.path.rsplit("/", 1)[1], body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    do_GET = do_POST = handle_call  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@pytest.fixture
def dbfs() -> Iterator[Dbfs]:
    server = Dbfs()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(dbfs: Dbfs) -> WorkspaceClient:
    host = f"http://127.0.0.1:{dbfs.server_address[1]}"
    return WorkspaceClient(host=host, token="t", auth_type="pat")


def test_seed_uploads_the_year_typed(
    client: WorkspaceClient, dbfs: Dbfs, spark: SparkSession, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    seeded = seed.seed(client, FOLDER + "/", lambda *step: told.append(step))
    assert [(item.path, item.rows, item.uploaded) for item in seeded] == [
        ("dbfs:/FileStore/raw/flights.parquet", 336_776, True),
        ("dbfs:/FileStore/raw/weather.parquet", 26_115, True),
        ("dbfs:/FileStore/raw/planes.parquet", 3_322, True),
    ]
    assert sorted(dbfs.files) == sorted(item.path.removeprefix("dbfs:") for item in seeded)
    flights = seeded[0]
    steps = [step for step in told if step[0].endswith("flights.parquet")]
    assert steps[-1] == ("/FileStore/raw/flights.parquet", flights.size, flights.size)
    assert [step[1] for step in steps] == sorted({step[1] for step in steps})
    for path, content in dbfs.files.items():
        (tmp_path / path.rsplit("/", 1)[1]).write_bytes(content)
    raw = read_raw(spark, str(tmp_path))  # checks the types
    assert raw.flights.columns == FLIGHTS_SCHEMA.names
    first = raw.flights.where("flight = 1545 and month = 1 and day = 1").collect()[0]
    assert (first["tailnum"], first["dep_delay"], first["arr_delay"]) == ("N14228", 2, 11)
    assert raw.flights.where("dep_delay is null").count() == 8_255

    dbfs.calls.clear()
    again = seed.seed(client, FOLDER)
    assert [item.uploaded for item in again] == [False] * 3
    assert dbfs.calls == ["get-status"] * 3


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pa.Table:
    """One small table instead of a year's data."""
    table = pa.table({"number": pa.array(range(100_000), pa.int64())})
    monkeypatch.setattr(seed, "raw_tables", lambda: {"small": table})
    monkeypatch.setattr(seed, "BLOCK_BYTES", 50_000)
    return table


def test_a_file_of_another_size_is_replaced(
    client: WorkspaceClient, dbfs: Dbfs, small: pa.Table
) -> None:
    dbfs.files["/FileStore/raw/small.parquet"] = b"half of it"
    (item,) = seed.seed(client, FOLDER)
    assert item.uploaded
    content = dbfs.files["/FileStore/raw/small.parquet"]
    assert pq.read_table(io.BytesIO(content)).equals(small)
    assert list(dbfs.files) == ["/FileStore/raw/small.parquet"]


def test_an_upload_that_breaks_off_leaves_the_old_file(
    client: WorkspaceClient, dbfs: Dbfs, small: pa.Table
) -> None:
    dbfs.files["/FileStore/raw/small.parquet"] = b"the old one"
    dbfs.fail_after_blocks = 1
    with pytest.raises(Exception, match="disk full"):
        seed.seed(client, FOLDER)
    assert dbfs.files["/FileStore/raw/small.parquet"] == b"the old one"
    dbfs.fail_after_blocks = None
    assert seed.seed(client, FOLDER)[0].uploaded


def test_other_targets_are_refused(client: WorkspaceClient) -> None:
    with pytest.raises(ValueError, match="must be a DBFS folder"):
        seed.seed(client, "/tmp/raw")


def test_the_bytes_are_the_same_every_time(small: pa.Table) -> None:
    assert seed.parquet_bytes(small) == seed.parquet_bytes(small)


def test_a_fraction_in_a_whole_column_is_refused() -> None:
    frame = pd.DataFrame({"tailnum": ["N1"], "year": [2000.5], "seats": [1], "engines": [1]})
    with pytest.raises(pa.ArrowInvalid):
        seed.typed(frame, "planes")


@pytest.mark.parametrize(
    ("name", "schema"),
    [("flights", FLIGHTS_SCHEMA), ("weather", WEATHER_SCHEMA), ("planes", PLANES_SCHEMA)],
)
def test_seed_and_reader_agree_on_the_columns(name: str, schema: Any) -> None:
    assert list(seed.SCHEMAS[name]) == schema.names
