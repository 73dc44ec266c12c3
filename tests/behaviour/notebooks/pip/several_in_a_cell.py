# Databricks notebook source
# DBTITLE 1,Several %pip lines among Python lines, as the CLI's wheel wrapper writes them
# MAGIC %python
# MAGIC %pip install --force-reinstall /dbfs/behaviour/wheels/bhv_six-1.0-py3-none-any.whl
# MAGIC %pip install --force-reinstall /dbfs/behaviour/wheels/bhv_seven-1.0-py3-none-any.whl
# MAGIC dbutils.library.restartPython()

# COMMAND ----------

import bhv_six, bhv_seven

print(bhv_six.__version__, bhv_seven.__version__)
