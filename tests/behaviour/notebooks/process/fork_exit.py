# Databricks notebook source
# A forked child's exit is not the notebook's.
import os, sys

if os.fork() == 0:
    os._exit(7)
print(os.waitstatus_to_exitcode(os.wait()[1]))
