"""The collector's parts: each joins two or three rooms for one purpose; collector.py joins them."""
