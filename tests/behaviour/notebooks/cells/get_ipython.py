# Databricks notebook source
# get_ipython() is there for those who ask.
print(get_ipython() is not None)
