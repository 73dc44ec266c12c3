# Databricks notebook source
# Prints and shown things keep their order.
print('one')
displayHTML('<i>two</i>')
print('three')
'four'
