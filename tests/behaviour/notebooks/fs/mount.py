# Databricks notebook source
# A mount is a path below /mnt, for dbutils, Spark and plain Python.
source = 'abfss://data@behaviourmount.dfs.core.windows.net/'
dbutils.fs.put(source + 'a.txt', 'mounted', True)
done = dbutils.fs.mount(source=source, mount_point='/mnt/behaviour', extra_configs={'fs.azure.account.auth.type': 'OAuth'})

# COMMAND ----------

print(dbutils.fs.head('/mnt/behaviour/a.txt'))
print([(m.mountPoint, m.source) for m in dbutils.fs.mounts() if m.mountPoint == '/mnt/behaviour'])

# COMMAND ----------

print(spark.read.text('/mnt/behaviour/a.txt').collect()[0].value)

# COMMAND ----------

print(open('/dbfs/mnt/behaviour/a.txt').read())

# COMMAND ----------

dbutils.fs.refreshMounts()
dbutils.fs.unmount('/mnt/behaviour')
print([m for m in dbutils.fs.mounts() if m.mountPoint == '/mnt/behaviour'])
