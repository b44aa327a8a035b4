"""What `make.py` is made of: builders, expectations, and the three collections of data."""
