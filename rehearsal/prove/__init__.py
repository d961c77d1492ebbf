"""`make prove`: proves the product in an account of one's own, and records what AWS really answers."""
