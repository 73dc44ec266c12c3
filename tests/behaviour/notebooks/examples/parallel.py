# Databricks notebook source
# MAGIC %md Runs several notebooks at once, with a retry

# COMMAND ----------

from concurrent.futures import ThreadPoolExecutor, as_completed
import json

class NotebookData:
  def __init__(self, path, timeout, parameters=None, retry=0):
    self.path = path
    self.timeout = timeout
    self.parameters = parameters
    self.retry = retry

def submitNotebook(notebook):
  print("Running notebook %s" % notebook.path)
  try:
    if (notebook.parameters):
      return dbutils.notebook.run(notebook.path, notebook.timeout, notebook.parameters)
    else:
      return dbutils.notebook.run(notebook.path, notebook.timeout)
  except Exception as e:
    if notebook.retry < 1:
      raise
    print("Retrying notebook %s" % notebook.path)
    notebook.retry = notebook.retry - 1
    notebook.parameters["fail"] = "no"
    return submitNotebook(notebook)

notebooks = [NotebookData("./lib/worker", 60, {"n": str(i), "fail": "yes" if i == 2 else "no"}, 1) for i in range(4)]
with ThreadPoolExecutor(max_workers=2) as ec:
    results = [json.loads(f.result()) for f in [ec.submit(submitNotebook, n) for n in notebooks]]
print(results)

# COMMAND ----------

try:
    dbutils.notebook.run("lib/worker", 60, {"n": "9", "fail": "yes"})
except Exception as e:
    print(type(e).__name__, str(e)[:300])

# COMMAND ----------

ctx = json.loads(dbutils.notebook.entry_point.getDbutils().notebook().getContext().toJson())
print(sorted(ctx), ctx["extraContext"]["notebook_path"])
dbutils.jobs.taskValues.set(key="total", value=sum(r["square"] for r in results))
print(dbutils.jobs.taskValues.get(taskKey="main", key="total", debugValue=1, default=2))
