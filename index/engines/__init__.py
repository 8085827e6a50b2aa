"""Engines that find the nearest vectors: one protocol, one file an engine, each library imported when first needed."""
