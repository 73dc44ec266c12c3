"""From a project's sources to running jobs: build, validate, release, deploy, run.

Knows a workspace only through the public REST API as ``databricks-sdk`` speaks it, so that the same
code delivers to the local workspace and to Azure Databricks.
"""
