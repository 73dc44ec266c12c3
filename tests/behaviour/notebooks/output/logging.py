# Databricks notebook source
# Logging of warnings goes to stderr.
import logging

logging.getLogger('orders').warning('low stock')
logging.getLogger('orders').info('not shown')
