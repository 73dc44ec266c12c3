# Databricks notebook source
word = 'hello'


def greet(name):
    return f'{word} {name}'

# COMMAND ----------

print('greet is loaded')
