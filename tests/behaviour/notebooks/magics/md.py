# Databricks notebook source
# DBTITLE 1,Markdown is kept as it is written
# MAGIC %md
# MAGIC # Sales
# MAGIC
# MAGIC * one
# MAGIC * **two**

# COMMAND ----------

# MAGIC %md inline *words*

# COMMAND ----------

# MAGIC %md-sandbox
# MAGIC <div>box</div>
