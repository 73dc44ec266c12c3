# Databricks notebook source
dbutils.widgets.dropdown("reset_all_data", "false", ["true", "false"], "Reset all data")
dbutils.widgets.text("db_prefix", "retail")

# COMMAND ----------

# MAGIC %run ./global-setup $reset_all_data=$reset_all_data $db_prefix="retail" $min_dbr_version=12

# COMMAND ----------

import re
reset_all_data = dbutils.widgets.get("reset_all_data") == "true"
current_user = dbutils.notebook.entry_point.getDbutils().notebook().getContext().tags().apply('user')
schema = f"{dbutils.widgets.get('db_prefix')}_{re.sub('[^a-z0-9]', '_', current_user.split('@')[0].lower())}"
if reset_all_data:
    spark.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
spark.sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
spark.sql(f"USE SCHEMA {schema}")
print(f"using {schema}, reset {reset_all_data}")
