# Databricks notebook source
# sys.stdout.buffer takes bytes.
import sys

sys.stdout.buffer.write(b'bytes\n')
sys.stdout.flush()
