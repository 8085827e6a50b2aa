"""Libraries in PostgreSQL with pgvector, shared by many processes and machines: ``Library("postgresql://…")``."""
