# Databricks notebook source
# Several coroutines at once.
import asyncio


async def double(number):
    await asyncio.sleep(0.01)
    return number * 2

# COMMAND ----------

await asyncio.gather(double(1), double(2))
