"""Notebook-scoped libraries: a folder a run, filled by ``%pip`` through uv (design D6).

``arguments`` reads a line, ``localise`` turns the platform's paths into local ones, ``uv`` runs the
tool, ``generations`` keeps the folder whole whatever is killed, ``inventory`` says what is there,
``shims`` let ``pip`` of a shell do the same, ``folder`` changes it, and ``pip`` carries a line out.
"""

from brickyard.runtime.libraries.folder import LibraryFolder
from brickyard.runtime.libraries.pip import Pip

__all__ = ["LibraryFolder", "Pip"]
