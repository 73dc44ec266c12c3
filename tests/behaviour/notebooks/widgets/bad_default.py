# Databricks notebook source
# A dropdown's default must be a choice.
dbutils.widgets.dropdown('size', 'XXL', ['S', 'M'])
