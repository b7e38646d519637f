"""The run: the nightly line ``snapshot → measures → decisions → commit → dispatch``, resumable and replayable."""
