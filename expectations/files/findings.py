"""A finding on a project file: place, rule, remedy; never a piece of the file."""

from __future__ import annotations

from dataclasses import dataclass

REMEDIES = {
    "python_model": "Write the model in SQL; a computation on text belongs to flows/bits/.",
    "unknown_file": "Keep .sql, .yml and .md files in dbt/, nothing else.",
    "symlink": "Put the file itself there.",
    "package": "Copy the macro that you need into dbt/macros/ and have it reviewed.",
    "snapshot": "Derived tables are rebuilt every day; a snapshot would keep rows past 30 days.",
    "seed_text": "Keep seeds to vocabulary words and numbers.",
    "unreadable": "Mend the file: what cannot be read is refused.",
    "missing_contract": "Give the model a .yml beside it with `contract: {enforced: true}`.",
    "introspection": "Compute in SQL: Jinja that runs queries, logs or reads the environment "
    "carries values past the analysis.",
    "unknown_jinja": "Use ref(), source(), var(), config() and the project's own macros.",
    "hook": "Make the statement a model; hooks run outside the analysis.",
    "store_failures": "Count failures; a table of failing rows is a copy of them.",
    "config": "Use only the configuration keys that expectations/files/config.py lists.",
    "external": "Read from ref() and source(): files are handed in by the adapter.",
    "statement": "Write one SELECT; the adapter opens, attaches and sets.",
    "raw_outside": "Read raw__ columns in models/declassified/ alone, through a registered door.",
    "fixture_text": "Use synthetic text: say so in it (the word synthetic), or use short words.",
}


@dataclass(frozen=True)
class Finding:
    """What stands where it may not: file (relative to the project), rule, message, remedy."""

    file: str
    rule: str
    message: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES[self.rule]

    def __str__(self) -> str:
        return f"{self.file}: {self.rule}: {self.message} → {self.remedy}"
