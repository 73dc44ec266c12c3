# Databricks notebook source
# DBTITLE 1,A call that %fs does not have fails and names it
# MAGIC %fs frobnicate /x
