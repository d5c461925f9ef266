"""Information flow over DuckDB's bound plans: one idea a module, `expectations.lineage` on top."""
