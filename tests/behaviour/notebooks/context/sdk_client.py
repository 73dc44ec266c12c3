# Databricks notebook source
# WorkspaceClient() needs no set-up.
from databricks.sdk import WorkspaceClient

client = WorkspaceClient()
print(client.workspace.get_status('/Shared/behaviour/context/sdk_client').object_type.value)
