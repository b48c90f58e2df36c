"""The memory room: the journal of facts and the picture of now. Only here is SQLAlchemy known."""
