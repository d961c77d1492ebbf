import os
import sys

from trigger.trigger import main

for name in [name for name, value in os.environ.items() if not value]:
    del os.environ[name]  # boto3 takes an empty variable for a value; an env-file may have many

sys.exit(main(sys.argv[1:], os.environ))
