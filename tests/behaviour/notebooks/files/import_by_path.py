# Databricks notebook source
# A module elsewhere imports once its folder is on the path.
import sys

sys.path.append('/Workspace/Shared/behaviour/files/package_beside')
import inner

print(inner.VALUE)
