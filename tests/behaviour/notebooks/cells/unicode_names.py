# Databricks notebook source
# Names and texts in any script.
größe = 3
имя = 'имя'
print(größe, имя, '数据', '🐢')
