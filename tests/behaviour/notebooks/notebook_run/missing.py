# Databricks notebook source
# A notebook that is not there raises and is named.
dbutils.notebook.run('./lib/nowhere', 60)
