# Databricks notebook source
# A pool of processes runs a function of the notebook.
from multiprocessing import Pool


def square(number):
    return number * number


with Pool(2) as pool:
    print(pool.map(square, range(4)))
