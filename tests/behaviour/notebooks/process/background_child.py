# Databricks notebook source
# A process left behind ends with the run.
import subprocess

child = subprocess.Popen(['sleep', '600'])
print(f'pid={child.pid}')
