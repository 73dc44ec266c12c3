# Databricks notebook source
# Reading stdin ends at once instead of waiting for ever.
import sys

print(repr(sys.stdin.read()))
