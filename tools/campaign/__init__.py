"""The campaign: the simulator and the deployed machine compared, then random releases under traffic, each judged."""
