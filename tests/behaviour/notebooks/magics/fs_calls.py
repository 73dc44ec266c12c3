# Databricks notebook source
# DBTITLE 1,%fs takes the calls of dbutils.fs
# MAGIC %fs mkdirs /behaviour/fs_calls/new

# COMMAND ----------

# MAGIC %fs cp dbfs:/behaviour/fs_calls/a.txt dbfs:/behaviour/fs_calls/new/b.txt

# COMMAND ----------

# MAGIC %fs head /behaviour/fs_calls/new/b.txt

# COMMAND ----------

# MAGIC %fs rm -r /behaviour/fs_calls/new

# COMMAND ----------

import os

print(os.listdir('/dbfs/behaviour/fs_calls'))
