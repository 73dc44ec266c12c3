# Databricks notebook source
# async for and async with at the top of a cell.
import asyncio
from contextlib import asynccontextmanager


async def numbers():
    for number in range(3):
        await asyncio.sleep(0)
        yield number


@asynccontextmanager
async def session():
    yield 'open'

# COMMAND ----------

async with session() as state:
    print(state)
async for number in numbers():
    print(number)
