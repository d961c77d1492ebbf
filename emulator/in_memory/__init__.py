"""The account's Elastic Beanstalk with no processes, sockets or threads: its time passes when a caller says so.

The model, the operations and the protocol are those of `emulator.beanstalk`. What an environment runs on, where
bundles are and what runs operations over time take the place of the real ones.
"""
