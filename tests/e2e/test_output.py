"""What notebooks put out: shown, printed, limited, hidden, and kept when their process dies."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.e2e.conftest import Result, Workspace, commands

MB = 1024 * 1024


def results(done: Result, position: int = 0) -> list[dict[str, Any]]:
    """The results of a cell."""
    found: list[dict[str, Any]] = commands(done.page)[position]["results"]["data"]
    return found


def text(done: Result, position: int = 0, name: str | None = None) -> str:
    """What a cell printed."""
    return "".join(
        r["data"]
        for r in results(done, position)
        if r["type"] == "ansi" and name in (None, r["name"])
    )


def bundles(done: Result, position: int = 0) -> list[dict[str, Any]]:
    """The outputs of a cell that are neither text nor tables."""
    return [r["data"] for r in results(done, position) if r["type"] == "mimeBundle"]


def test_spark_frames_are_tables_with_their_types(workspace: Workspace) -> None:
    done = workspace.run(
        "from decimal import Decimal\nimport datetime as dt\n"
        "from pyspark.sql import Row, functions as F\n"
        "df = spark.createDataFrame([Row(n=1, x=float('nan'), d=Decimal('1.50'), b=b'ab',\n"
        "    day=dt.date(2013, 1, 2), s=Row(a=1, l=['x', None]), m={'k': 2}, z=None)],\n"
        "    'n int, x double, d decimal(5,2), b binary, day date, '\n"
        "    's struct<a:int,l:array<string>>, m map<string,int>, z string')\n"
        "display(df)",
        "display(df.select('n', F.lit(2).alias('n')))",
        "display(spark.range(10_001))",
        "df",
        "display(df, df.limit(0))",
    )

    (shown,) = results(done)
    assert shown["data"] == [
        [1, "NaN", "1.50", "YWI=", "2013-01-02", {"a": 1, "l": ["x", None]}, {"k": 2}, None]
    ]
    assert [c["type"] for c in shown["schema"]][2:6] == [
        "decimal(5,2)",
        "binary",
        "date",
        "struct<a:int,l:array<string>>",
    ]
    assert results(done, 1)[0]["data"] == [[1, 2]]
    assert (len(results(done, 2)[0]["data"]), results(done, 2)[0]["overflow"]) == (10_000, True)
    assert bundles(done, 3)[0]["text/plain"].startswith("DataFrame[n: int")
    assert [len(r["data"]) for r in results(done, 4)] == [1, 0]


def test_what_display_is_given_is_shown_in_its_place(workspace: Workspace) -> None:
    done = workspace.run(
        "from IPython.display import HTML, display as show\nimport pandas as pd\n"
        "print('one')\ndisplay(pd.DataFrame({'a': [1]}), dbutils.fs.ls('/'))\nprint('two')\n"
        "displayHTML('<b>x</b>')\nshow(HTML('<i>y</i>'))\ndisplay()\ndisplay(None)",
        "pd.DataFrame({'a': [1]}, index=['label'])",
        "display(1, wrong=2)",
    )

    assert [(r["type"], str(r["data"])[:9]) for r in results(done)][:2] == [
        ("ansi", "one\n"),
        ("table", "[[1]]"),
    ]
    kinds = [sorted(b) for b in bundles(done)]
    assert kinds[-3:] == [["text/html"], ["text/html", "text/plain"], ["text/plain"]]
    assert text(done) == "one\ntwo\n"
    assert "label" in bundles(done, 1)[0]["text/html"]
    assert done.error == "TypeError: display() got an unexpected keyword argument 'wrong'"


def test_a_figure_is_shown_once_where_it_belongs(workspace: Workspace) -> None:
    done = workspace.run(
        "import matplotlib.pyplot as plt\nprint('before')\nplt.plot([1, 2])\nplt.show()\n"
        "print('after')",
        "fig, ax = plt.subplots()\nax.plot([1])\ndisplay(fig)",
        "fig, ax = plt.subplots()\nax.plot([1])\ndisplay(fig)\nax.set_title('more')\nax.plot([2])",
        "plt.figure()\n_ = plt.bar([1], [2])",
        "import seaborn as sns\nsns.lineplot(x=[1, 2], y=[1, 2])",
        "import plotly.express as px\nf = px.bar(x=[1], y=[2])\nf.show()\ndisplay(f)\nf",
    )

    assert done.error == ""
    assert [r["type"] for r in results(done)] == ["ansi", "mimeBundle", "ansi"]
    images = [sum("image/png" in b for b in bundles(done, n)) for n in range(5)]
    assert images == [1, 1, 2, 1, 1]
    figures = [b["application/vnd.plotly.v1+json"] for b in bundles(done, 5)]
    assert [f["data"][0]["type"] for f in figures] == ["bar"] * 3
    assert len(done.page) < 2 * MB


def test_outputs_can_be_updated_and_cleared(workspace: Workspace) -> None:
    done = workspace.run(
        "from IPython.display import clear_output, display as show, update_display\n"
        "handle = display('first', display_id=True)\nprint('text')\nhandle.update('second')\n"
        "for n in range(50): show(n, display_id='n') if n == 0 else update_display(n, "
        "display_id='n')",
        "for n in range(200):\n    clear_output(wait=True)\n    print(n)\n    show(n)",
        "print('gone')\nclear_output()",
    )

    assert [b["text/plain"] for b in bundles(done)] == ["'second'", "49"]
    assert results(done)[0]["type"] == "mimeBundle"
    assert text(done, 1) == "199\n"
    assert [b["text/plain"] for b in bundles(done, 1)] == ["199"]
    assert text(done, 2) == ""


def test_a_progress_bar_is_kept_as_a_terminal_leaves_it(workspace: Workspace) -> None:
    done = workspace.run(
        "import sys, time\nfrom tqdm.auto import tqdm\n"
        "for n in tqdm(range(40), desc='bar', mininterval=0): time.sleep(0.01)",
        "from tqdm.notebook import tqdm as bar, trange\n"
        "for _ in bar(range(3), desc='outer'):\n    for _ in trange(3, leave=False): pass",
        "for n in range(100_000): sys.stdout.write(f'\\r{n}')",
        "# MAGIC %sh printf '\\033[31mred\\033[0m\\r\\n10%%\\r20%%\\n'",
    )

    assert text(done).count("bar:") == 1
    assert "40/40" in text(done)
    assert "\r" not in done.page
    assert text(done, 1).count("outer") == 1
    assert text(done, 2) == "99999"
    assert text(done, 3).startswith("\x1b[31mred\x1b[0m\n20%\n")


@pytest.mark.parametrize(
    "cell",
    [
        "print('x' * 100_000_000)",
        "import os\nfor _ in range(1000): os.write(1, b'x' * 99_999 + b'\\n')",
        "# MAGIC %sh yes xxxxxxx | head -c 100M",
    ],
)
def test_a_hundred_megabytes_are_cut_and_the_run_goes_on(workspace: Workspace, cell: str) -> None:
    done = workspace.run(cell, "print('next')")

    assert done.ended == ("TERMINATED", "SUCCESS")
    shown = text(done)
    assert 10 * MB < len(shown) < 10 * MB + 100_000
    assert shown.count("*** Output over 10 MB, the limit of a cell, is not kept.") == 1
    assert "MB are left out here. ***" in shown
    assert text(done, 1) == "next\n"


def test_a_cells_limit_can_be_set_and_the_runs_stays(workspace: Workspace) -> None:
    done = workspace.run(
        "%set_cell_max_output_size_in_mb 1",
        "print('x' * 2_000_000)",
        "%set_cell_max_output_size_in_mb 20\nprint('x' * 19_000_000)",
        "dbutils.library.restartPython()",
        "%set_cell_max_output_size_in_mb 20\nprint('x' * 9_500_000)\nprint('y' * 9_000_000)",
        "%set_cell_max_output_size_in_mb 21",
    )

    assert "over 1 MB, the limit of a cell" in text(done, 1)
    assert len(text(done, 2)) == 19_000_001
    assert "over 30 MB, the limit of a run" in text(done, 4)
    assert "a whole number from 1 to 20, not '21'" in done.error


@pytest.mark.parametrize(
    "end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.abort()", "ctypes.string_at(0)"]
)
def test_nothing_that_was_put_out_is_lost_at_a_crash(workspace: Workspace, end: str) -> None:
    workspace_secret(workspace, "crash", "s3cr3t-words")
    done = workspace.run(
        "s = dbutils.secrets.get('crash', 'k')",
        "import ctypes, os, sys\n"
        "for n in range(500): print(n)\n"
        "sys.stderr.write(s[:5])\n"
        "libc = ctypes.PyDLL(None)\n"  # keeps the interpreter's lock, as native code does
        "libc.write(2, s[5:].encode(), len(s) - 5)\n"
        "libc.write(1, b'native', 6)\n"
        f"{end}",
    )

    assert done.ended == ("TERMINATED", "FAILED")
    assert text(done, 1, "stdout") == "".join(f"{n}\n" for n in range(500)) + "native"
    assert text(done, 1, "stderr").startswith("[REDACTED]")
    assert "s3cr3t" not in done.page


def test_secrets_are_hidden_in_every_kind_of_output(workspace: Workspace) -> None:
    secret = 'it\'s "s3cr3t"\n<&> ü.*'
    workspace_secret(workspace, "kinds", secret, "12345")
    done = workspace.run(
        "s, n = dbutils.secrets.get('kinds', 'k'), int(dbutils.secrets.get('kinds', 'k2'))\n"
        "import logging, os, sys\nimport pandas as pd",
        "print(s)\nprint([s])\nlogging.warning('%s', s)\nos.write(2, s.encode())\ns",
        "display(pd.DataFrame({s: [s, n, [s], s.encode()]}))",
        "display(spark.createDataFrame([(s, n)], ['a', 'b']))",
        "displayHTML(s)\ndisplay([{'a': s}])\npd.DataFrame({'a': [s]})",
        "# MAGIC %sql select 12345 as number",
        "dbutils.library.restartPython()",
        "print(12345)\nraise ValueError('12345', 67)",
    )

    assert done.error == "ValueError: ('[REDACTED]', 67)"
    whole = json.dumps([commands(done.page)[n]["results"] for n in range(8)], ensure_ascii=False)
    assert "s3cr3t" not in whole
    assert "12345" not in whole
    assert base64.b64encode(b"s3cr3t").decode()[:6] not in whole
    assert whole.count("[REDACTED]") > 14
    assert "s3cr3t" not in done.trace


def workspace_secret(workspace: Workspace, scope: str, *values: str) -> None:
    """Keep secrets ``k``, ``k2`` and so on; the scope may be there."""
    client = workspace.sdk
    if scope not in [found.name for found in client.secrets.list_scopes()]:
        client.secrets.create_scope(scope)
    for number, value in enumerate(values, 1):
        client.secrets.put_secret(scope, f"k{number}" if number > 1 else "k", string_value=value)
