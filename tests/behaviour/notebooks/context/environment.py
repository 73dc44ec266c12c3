# Databricks notebook source
# Variables by which libraries know where they are.
import os

version = os.environ['DATABRICKS_RUNTIME_VERSION']
print(version.split('.')[0].isdigit())
