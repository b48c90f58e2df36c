"""Everything in Chairside that is true without a browser: devices, clinic, store, collector."""
