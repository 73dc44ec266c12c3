"""Notebooks of every kind, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from brickyard.notebook import HEADERS, Cell, Notebook, cell_language

MARKS = {"python": "#", "sql": "--", "scala": "//", "r": "#"}
ONE_LINE = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]))


def lines_for(language: str) -> st.SearchStrategy[str]:
    """Lines of cells, among them those that look like marks of the format."""
    mark = MARKS[language]
    tricky = [
        "", " ", f"{mark} MAGIC", f"{mark} MAGIC ", f"{mark} MAGIC %md", f"{mark} MAGIC  x",
        f"{mark} COMMAND ----------", f"{mark} DBTITLE 1,x", f"{mark} DBTITLE 0,",
        f"{mark} /// script", f"{mark} ///", mark,
        HEADERS[language], "%md x", "%pip install x", "%run ./x", "%python",
        "%sql select 1", "  %sh ls", "x = '''",
    ]  # fmt: skip
    return st.sampled_from(tricky) | ONE_LINE


@st.composite
def notebooks(draw: st.DrawFn, environments: st.SearchStrategy[str]) -> Notebook:
    """Notebooks as parsing makes them.

    Args:
        draw: Hypothesis'.
        environments: What they ask of their environment.
    """
    language = draw(st.sampled_from(sorted(MARKS)))
    cells = []
    for position in range(draw(st.integers(0, 4))):
        source = "\n".join(draw(st.lists(lines_for(language), max_size=5)))
        title = draw(st.none() | ONE_LINE)
        shown = True if title is None else draw(st.booleans())
        cells.append(Cell(position, cell_language(source, language), source, title, shown))
    return Notebook(language, tuple(cells), draw(st.none() | environments))
