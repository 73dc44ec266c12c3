# Databricks notebook source
# A task whose wheel is not there does not start its notebook.
print('never')
