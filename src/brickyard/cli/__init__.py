"""The command line: thin commands over delivery and workspace; data on stdout, talk on stderr."""

from brickyard.cli.main import main

__all__ = ["main"]
