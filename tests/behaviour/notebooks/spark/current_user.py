# Databricks notebook source
# current_user() is who the workspace says it is.
from databricks.sdk import WorkspaceClient

me = WorkspaceClient().current_user.me().user_name
print(spark.sql('select current_user()').collect()[0][0] == me)
