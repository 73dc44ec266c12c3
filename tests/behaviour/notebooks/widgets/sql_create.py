# Databricks notebook source
# DBTITLE 1,SQL makes and removes widgets, too.
# MAGIC %sql
# MAGIC create widget text month default '7'

# COMMAND ----------

print(dbutils.widgets.get('month'))

# COMMAND ----------

# MAGIC %sql
# MAGIC remove widget month
