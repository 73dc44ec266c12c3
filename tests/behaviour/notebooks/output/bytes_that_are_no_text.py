# Databricks notebook source
# Bytes that are no UTF-8 harm nothing.
import os

written = os.write(1, b'\xff\xfe ok\n')
