"""What releases cost Elastic Beanstalk, AWS and time when many of them run at once: `make bench`."""
