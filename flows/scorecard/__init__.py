"""Which variant of the agent is better: statistics on accounts, verdicts in words, the page."""
