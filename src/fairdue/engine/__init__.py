"""Ground: snapshots and measures on a columnar engine. It knows no room; rooms hand it sources and SQL files."""
