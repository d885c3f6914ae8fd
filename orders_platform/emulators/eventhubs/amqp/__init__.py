"""The AMQP 1.0 face: codec, frames, sessions, links."""
