# Databricks notebook source
# Subprocesses see the notebook's libraries.
import subprocess, sys

# COMMAND ----------

# MAGIC %pip install /dbfs/behaviour/wheels/bhv_sub-1.0-py3-none-any.whl

# COMMAND ----------

# MAGIC %sh
# MAGIC python -c 'import bhv_sub; print(bhv_sub.__version__)'

# COMMAND ----------

done = subprocess.run([sys.executable, '-c', 'import bhv_sub; print(bhv_sub.__version__)'], check=True).returncode
