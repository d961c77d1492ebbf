"""The program of the image: starts a release of an Elastic Beanstalk environment and follows it."""
