"""Elastic Beanstalk in memory: no processes, sockets or threads. Its time passes only when a caller advances it.

It runs `emulator.beanstalk` with other hosting, bundle store and scheduler.
"""
