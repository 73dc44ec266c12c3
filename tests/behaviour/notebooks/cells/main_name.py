# Databricks notebook source
# Code guarded by __name__ == '__main__' runs.
if __name__ == '__main__':
    print('main')
