# Databricks notebook source
# A process left behind by a failing notebook ends, too.
import subprocess

child = subprocess.Popen(['sleep', '600'])
print(f'pid={child.pid}')
raise ValueError('failed')
