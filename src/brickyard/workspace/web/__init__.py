"""The web pages: jobs, runs, and a run as it happens.

Nothing that a notebook printed can act in a page: templates escape, Markdown's own HTML is off,
HTML outputs live in sandboxed documents of their own, and the content policy allows no inline code.
"""

from brickyard.workspace.web.pages import WebPages

__all__ = ["WebPages"]
