# Databricks notebook source
# Each run imports the module as it is now.
from pathlib import Path

Path('/Workspace/Shared/behaviour/files/fresh_module.py').write_text('VALUE = 1\n')

# COMMAND ----------

import fresh_module

print(fresh_module.VALUE)
Path('/Workspace/Shared/behaviour/files/fresh_module.py').write_text('VALUE = 22\n')
import importlib

importlib.reload(fresh_module)
print(fresh_module.VALUE)
