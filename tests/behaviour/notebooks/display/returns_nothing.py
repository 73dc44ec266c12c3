# Databricks notebook source
# display and displayHTML return None.
result = (display(1), displayHTML('x'))
print(result)
