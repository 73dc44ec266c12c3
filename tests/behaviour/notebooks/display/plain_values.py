# Databricks notebook source
# display of plain values shows their text.
display('words')
display(42)
display({'a': 1})
