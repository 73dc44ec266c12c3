# Databricks notebook source
# So does concurrent.futures.
from concurrent.futures import ProcessPoolExecutor


def square(number):
    return number * number


with ProcessPoolExecutor(2) as pool:
    print(list(pool.map(square, range(4))))
