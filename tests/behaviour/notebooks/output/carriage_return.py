# Databricks notebook source
# A counter that rewrites its line leaves the last state, not twenty thousand.
for number in range(20_000):
    print(f'\rrow {number}', end='')
print()
