# Databricks notebook source
# DBTITLE 1,Subprocesses see the platform's folders.
# MAGIC %sh
# MAGIC cat /dbfs/behaviour/sub/a.txt
# MAGIC ls /Workspace/Shared/behaviour/files/settings.json
# MAGIC pwd

# COMMAND ----------

import subprocess

print(subprocess.check_output(['cat', '/dbfs/behaviour/sub/a.txt'], text=True))
