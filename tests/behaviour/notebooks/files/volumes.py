# Databricks notebook source
# /Volumes is a folder for plain Python.
from pathlib import Path

folder = Path('/Volumes/main/default/behaviour_files')
print((folder / 'in.txt').read_text())
size = (folder / 'out.txt').write_text('written')
