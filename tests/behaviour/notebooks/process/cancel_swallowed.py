# Databricks notebook source
# A loop that swallows the interrupt is killed after a while.
import os, time

print(f'pid={os.getpid()}', flush=True)
print('ready')
while True:
    try:
        time.sleep(0.01)
    except KeyboardInterrupt:
        pass
