# Databricks notebook source
# Temporary files are the machine's.
import tempfile

with tempfile.TemporaryDirectory() as folder:
    with open(f'{folder}/a', 'w') as file:
        file.write('x')
    print(folder.startswith('/dbfs'))
