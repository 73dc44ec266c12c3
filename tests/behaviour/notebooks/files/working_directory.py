# Databricks notebook source
# The working directory is the notebook's folder.
import os

print(os.getcwd())
print('helpers_beside.py' in os.listdir('.'))
