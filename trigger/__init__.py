"""Starts a release of an Elastic Beanstalk environment and follows it: the program of the image."""
