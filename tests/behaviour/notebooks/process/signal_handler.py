# Databricks notebook source
# A notebook may have signal handlers of its own.
import os, signal

signal.signal(signal.SIGUSR1, lambda number, frame: print('got', number))
os.kill(os.getpid(), signal.SIGUSR1)
print('goes on')
