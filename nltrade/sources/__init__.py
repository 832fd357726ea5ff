"""CBS as the source: snapshots of its tables, and the tidy frame made of them."""
