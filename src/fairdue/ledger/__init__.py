"""Record: what is owed. The single place where money facts are kept."""
