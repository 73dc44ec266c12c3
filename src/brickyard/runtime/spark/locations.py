"""Local folders as locations that the engine takes without garbling them.

Sail percent-encodes odd characters of a Delta location twice, so that the data of ``/a b`` would
land in ``/a%2520b``. Such a folder is handed over under an alias: a link with a plain name.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

_PLAIN = re.compile(r"^[A-Za-z0-9_./=+,@-]*$")


class Locations:
    """Gives each local folder a location with plain characters.

    Args:
        tmp: Where the links are made; replaced by the system's own when its name is odd too.
    """

    def __init__(self, tmp: Path) -> None:
        self._links = tmp / "locations"
        if not _PLAIN.match(str(self._links)):
            self._links = Path(tempfile.gettempdir()) / f"brickyard-locations-{os.getuid()}"

    def plain(self, path: str) -> str:
        """The path itself when its characters are plain, else a link's path that leads there.

        Args:
            path: An absolute path; it need not exist.
        """
        if _PLAIN.match(path):
            return path
        link = self._links / hashlib.sha256(path.encode()).hexdigest()[:24]
        if not link.is_symlink():
            self._links.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                link.symlink_to(path, target_is_directory=True)
            except FileExistsError:
                return str(link)  # Another process made the same link just now.
        return str(link)
