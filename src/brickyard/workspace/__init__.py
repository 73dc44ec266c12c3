"""The local workspace: one process that serves the Databricks REST API and really runs jobs."""
