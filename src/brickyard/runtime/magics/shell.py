"""``%sh`` and ``!``: bash, in the notebook's folder, with the run's environment.

What a script writes reaches the cell through the captured descriptors, while it runs. It stays in
the run's process group, and ends with it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile

from brickyard.notebook import Cell
from brickyard.runtime.errors import MagicError

# Options of bash itself: ``-e`` stops at the first failure, and lets it fail the cell.
_OPTIONS = re.compile(r"[ \t]*-(?P<letters>[eux]+)(?=\s|$)[ \t]*\n?")


def run_shell(cell: Cell) -> None:
    """Run a cell's script.

    Raises:
        MagicError: With ``-e``, when the script's exit status is not zero.
    """
    body, letters = cell.body, ""
    while option := _OPTIONS.match(body):
        letters += option["letters"]
        body = body[option.end() :]
    status = run_script(body, *(f"-{letter}" for letter in sorted(set(letters))))
    if status == 0:
        return
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    if "e" in letters:
        raise MagicError(f"%sh -e ended with {how}.", "Its output says more.")
    print(f"%sh ended with {how}.", file=sys.stderr)


def run_script(script: str, *options: str) -> int:
    """Run a script to its end.

    Args:
        script: Any number of lines, here-documents included.
        options: Of bash.

    Returns:
        Its exit status, or minus the signal that ended it.
    """
    # A file that bash reads: an argument could not be longer than 128 KB.
    with tempfile.TemporaryFile() as file:
        file.write(script.encode("utf-8", "surrogateescape"))
        file.seek(0)
        number = file.fileno()
        process = subprocess.Popen(
            ["bash", *options, f"/dev/fd/{number}"], stdin=subprocess.DEVNULL, pass_fds=[number]
        )
        try:
            return process.wait()
        except BaseException:  # cancelled: the script is not to go on meanwhile
            process.kill()
            process.wait()
            raise
