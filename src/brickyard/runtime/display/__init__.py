"""What ``display`` makes of a value: tables of frames and records, figures, its own rich form."""

from brickyard.runtime.display.adapt import adapt_libraries
from brickyard.runtime.display.bundles import bundle, display_data, last_expression_data
from brickyard.runtime.display.figures import figure_data, prepare_figures
from brickyard.runtime.display.notebook import Displayer, Publisher
from brickyard.runtime.display.tables import build_table, pandas_table, spark_table, table_data

__all__ = [
    "Displayer",
    "Publisher",
    "adapt_libraries",
    "build_table",
    "bundle",
    "display_data",
    "figure_data",
    "last_expression_data",
    "pandas_table",
    "prepare_figures",
    "spark_table",
    "table_data",
]
