"""The simulated devices: one file a protocol, one row of the table a device."""
