# Databricks notebook source
# A file written beside the notebook is a workspace file.
from pathlib import Path

Path('written_beside.txt').write_text('ours')
from databricks.sdk import WorkspaceClient

print(WorkspaceClient().workspace.get_status('/Shared/behaviour/files/written_beside.txt').object_type.value)
