"""``pip`` outside of a notebook's cells: ``python -I -m brickyard.runtime.libraries.command``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from brickyard.runtime.errors import MagicError
from brickyard.runtime.libraries.folder import LibraryFolder
from brickyard.runtime.libraries.pip import Pip
from brickyard.runtime.libraries.shims import SETTINGS
from brickyard.runtime.paths import PathMap, Roots


def main(words: list[str]) -> int:
    """Carry out the words of a ``pip`` command on the folder of the run it stands in.

    Returns:
        The exit status.
    """
    settings = json.loads(os.environ[SETTINGS])
    roots = Roots(**{name: Path(root) for name, root in settings["roots"].items()})
    try:
        Pip(LibraryFolder(Path(settings["folder"]), PathMap(roots))).words(words)
    except MagicError as refusal:
        print(f"ERROR: {refusal}".replace("ERROR: %pip", "ERROR: pip"), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
