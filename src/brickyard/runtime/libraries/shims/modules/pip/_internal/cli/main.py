"""Where programs look for pip's ``main``."""

from pip import main

__all__ = ["main"]
