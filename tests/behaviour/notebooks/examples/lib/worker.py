# Databricks notebook source
n = int(dbutils.widgets.get("n"))
if getArgument("fail", "no") == "yes":
    raise ValueError(f"worker {n} was told to fail")
import json
dbutils.notebook.exit(json.dumps({"n": n, "square": n * n}))
