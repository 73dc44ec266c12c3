# Databricks notebook source
# await stands at the top of a cell.
import asyncio


async def answer():
    await asyncio.sleep(0)
    return 42

# COMMAND ----------

value = await answer()

# COMMAND ----------

print(value)
