# Databricks notebook source
# stderr is kept apart from stdout.
import sys

print('to stdout')
print('to stderr', file=sys.stderr)
