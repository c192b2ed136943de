"""The board's speed beside its peers: starts them, loads them in turn, prints one table."""
