# Databricks notebook source
# Cancelling the parent cancels the child.
dbutils.notebook.run('./lib/sleeps_long', 0)
