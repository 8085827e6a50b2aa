"""Encoders, one file each: the packaged model in onnxruntime, and any other in sentence-transformers."""
