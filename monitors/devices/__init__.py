"""The wire room: ports, bytes, frames and the devices that speak them."""
