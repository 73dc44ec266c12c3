# Databricks notebook source
# atexit functions are not called at a notebook's end.
import atexit


def leave():
    with open('/dbfs/behaviour_atexit.txt', 'w') as file:
        file.write('called')


_ = atexit.register(leave)
