"""One file a recorded-data format, read into and written from the same session record."""
