# Databricks notebook source
# So does a daemon in a session of its own.
import subprocess

child = subprocess.Popen(['sleep', '600'], start_new_session=True)
print(f'pid={child.pid}')
