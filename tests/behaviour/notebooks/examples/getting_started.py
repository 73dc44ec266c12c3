# Databricks notebook source
# MAGIC %md
# MAGIC **Magic commands**

# COMMAND ----------

# MAGIC %sh
# MAGIC echo "in $(pwd)"
# MAGIC mkdir -p /dbfs/behaviour/started && printf 'a,b\n1,2\n' > /dbfs/behaviour/started/x.csv

# COMMAND ----------

# MAGIC %fs ls dbfs:/behaviour/started

# COMMAND ----------

# MAGIC %fs head /behaviour/started/x.csv

# COMMAND ----------

# MAGIC %fs
# MAGIC mkdirs /behaviour/started/sub

# COMMAND ----------

files = dbutils.fs.ls("/behaviour/started")
display(files)
display(spark.createDataFrame(files))
df = spark.read.csv("/behaviour/started/x.csv", header="true", inferSchema="true")
display(df)
display(df.describe())

# COMMAND ----------

import os

dbutils.fs.mount(source="wasbs://raw@acct.blob.core.windows.net/in", mount_point="/mnt/started",
                 extra_configs={"fs.azure.account.key.acct.blob.core.windows.net": "abc"})
df.write.mode("overwrite").parquet("/mnt/started/p")
print([m.source for m in dbutils.fs.mounts() if m.mountPoint == "/mnt/started"])
print(spark.read.parquet("wasbs://raw@acct.blob.core.windows.net/in/p").count())
print(os.listdir("/dbfs/mnt/started"))
if any(m.mountPoint == "/mnt/started" for m in dbutils.fs.mounts()):
    dbutils.fs.unmount("/mnt/started")

# COMMAND ----------

dbutils.help()

# COMMAND ----------

dbutils.fs.help("cp")

# COMMAND ----------

# MAGIC %%time
# MAGIC total = sum(range(1000))

# COMMAND ----------

from databricks.sdk.runtime import *
from databricks.sdk import WorkspaceClient
w = WorkspaceClient()
print(w.current_user.me().user_name)
spark.conf.set("spark.sql.shuffle.partitions", "8")
print(spark.conf.get("spark.sql.shuffle.partitions"))
df.createOrReplaceTempView("x")
sqlContext.sql("select * from x").show()
