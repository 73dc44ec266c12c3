# Databricks notebook source
# Each run draws its own random numbers.
import random, uuid

import numpy as np

assert np.random.get_state()[1][0] != np.random.RandomState(0).get_state()[1][0]
assert uuid.uuid4() != uuid.uuid4()
print(0 <= random.random() < 1)
