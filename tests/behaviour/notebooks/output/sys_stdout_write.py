# Databricks notebook source
# sys.stdout.write, flush, isatty and encoding.
import sys

sys.stdout.write('written\n')
sys.stdout.flush()
print(sys.stdout.isatty(), sys.stdout.encoding.lower())
