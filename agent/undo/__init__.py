"""How writes are taken back: what is noted of each, and what is called to undo it."""
