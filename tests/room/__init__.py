"""The whole corridor in real processes: simulated devices, collector, store."""
