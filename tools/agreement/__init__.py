"""Plays the same schedules in the simulator and on the deployed machine, and compares what each did."""
