# Databricks notebook source
# The standard library's own printers.
import pprint, traceback

pprint.pprint({'b': 1, 'a': 2})
try:
    1 / 0
except ZeroDivisionError:
    traceback.print_exc()
