"""Kapstok: a content calendar that hangs every post on a plan's brand values."""

__version__ = "0.1.0"
