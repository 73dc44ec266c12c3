# Databricks notebook source
# The server's own variables and arguments are not the notebook's.
import os, sys

print([name for name in os.environ if 'BRICKYARD' in name and 'TOKEN' in name], len(sys.argv))
