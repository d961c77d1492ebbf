"""The campaign: hundreds of releases, each with another fault, and a check of each against the rules."""
