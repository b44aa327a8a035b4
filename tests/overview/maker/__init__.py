"""What `make.py` runs: one module for each way in which models come about."""
