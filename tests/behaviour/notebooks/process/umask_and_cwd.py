# Databricks notebook source
# What a notebook changes of its process does not reach the next run.
import os

os.chdir('/')
os.umask(0o777)
os.environ['LEFT_BEHIND'] = '1'
import builtins

builtins.left_behind = True
