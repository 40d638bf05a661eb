"""What is measured, never asserted by time in a test: `./run bench`."""
