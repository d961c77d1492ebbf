"""The simulator: whole releases in one process and in virtual time, disturbed at every point between two calls.

The handlers, their botocore clients and the synthesized definition are the real ones. docs/simulation.md describes it.
"""
