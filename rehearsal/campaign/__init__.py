"""The campaign: hundreds of releases, each with something that goes wrong at another place, and a verdict on each."""
