# Databricks notebook source
# A thread that goes on does not hold the run's end.
import threading, time

threading.Thread(target=time.sleep, args=(600,)).start()
print('done')
