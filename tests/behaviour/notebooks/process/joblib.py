# Databricks notebook source
# joblib's workers, as scikit-learn uses them.
from joblib import Parallel, delayed


def square(number):
    return number * number


print(Parallel(n_jobs=2)(delayed(square)(n) for n in range(4)))
