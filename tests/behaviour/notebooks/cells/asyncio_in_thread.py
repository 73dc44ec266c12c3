# Databricks notebook source
# asyncio.run in a thread of its own, as notebooks do it.
import asyncio
import threading

results = []


async def work():
    await asyncio.sleep(0)
    results.append('worked')


thread = threading.Thread(target=lambda: asyncio.run(work()))
thread.start()
thread.join()
print(results)
