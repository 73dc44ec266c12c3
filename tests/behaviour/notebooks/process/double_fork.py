# Databricks notebook source
# And one that has forked twice.
import os, time

reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    pid = os.fork()
    if pid == 0:
        time.sleep(600)
        os._exit(0)
    os.write(writer, str(pid).encode())
    os._exit(0)
os.wait()
print(f'pid={os.read(reader, 100).decode()}')
