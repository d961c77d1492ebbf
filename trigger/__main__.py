import os
import sys

from trigger.command_line import main

for name in [name for name, value in os.environ.items() if not value]:
    del os.environ[name]  # boto3 uses an empty variable as a value; an env file may have many

sys.exit(main(sys.argv[1:], os.environ))
