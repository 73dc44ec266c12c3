# Databricks notebook source
# redirect_stdout takes prints away.
import io
from contextlib import redirect_stdout

buffer = io.StringIO()
with redirect_stdout(buffer):
    print('caught')
print(repr(buffer.getvalue()))
