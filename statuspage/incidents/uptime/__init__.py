"""How components were over time, as it is known now: from what was said of them to percentages and bars."""
