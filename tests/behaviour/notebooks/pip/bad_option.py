# Databricks notebook source
# DBTITLE 1,An option that pip does not have fails the run and names it
# MAGIC %pip install --no-such-option x
