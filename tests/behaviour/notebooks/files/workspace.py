# Databricks notebook source
# Files beside the notebook are read by relative and absolute paths.
import json

with open('settings.json') as file:
    print(json.load(file)['colour'])
print(open('/Workspace/Shared/behaviour/files/settings.json').read())
