# Databricks notebook source
# input() fails: nobody is there to answer.
name = input('name? ')

# COMMAND ----------

print('never')
