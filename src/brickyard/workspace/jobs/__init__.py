"""Jobs and runs: their API, and the machine that carries a run from start to end."""
