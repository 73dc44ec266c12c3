"""Brickyard: machine-learning jobs of Azure Databricks, from the laptop to production."""

__version__ = "0.1.0"
