# Databricks notebook source
# The SDK's own dbutils works.
from databricks.sdk import WorkspaceClient

theirs = WorkspaceClient().dbutils
print([info.name for info in theirs.fs.ls('/behaviour/sdk_ls')])
