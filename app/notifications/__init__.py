"""Telling staff: written in the deed's own transaction, sent outside it, confirmed by the carrier's receipt."""
