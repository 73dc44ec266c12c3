# Databricks notebook source
import re

dbutils.widgets.text("min_dbr_version", "12", "Min required DBR version")
dbutils.widgets.dropdown("reset_all_data", "false", ["true", "false"])

# COMMAND ----------

version_tag = spark.conf.get("spark.databricks.clusterUsageTags.sparkVersion")
version_search = re.search(r"^([0-9]*\.[0-9]*)", version_tag)
assert version_search, f"The Databricks version can't be extracted from {version_tag}"
assert float(version_search.group(1)) >= float(dbutils.widgets.get("min_dbr_version"))
def cleanup_folder(path):
    for f in dbutils.fs.ls(path):
        if f.name.startswith("_"):
            dbutils.fs.rm(f.path, True)
