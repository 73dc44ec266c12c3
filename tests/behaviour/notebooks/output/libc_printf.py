# Databricks notebook source
# The C library's own buffer is kept.
import ctypes

libc = ctypes.CDLL(None)
libc.printf(b'from C\n')
status = libc.fflush(None)
