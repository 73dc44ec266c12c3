# Databricks notebook source
# A folder relative to the notebook on the path.
import os, sys

sys.path.insert(0, os.path.abspath('../files/package_beside'))
import inner

print(inner.VALUE)
