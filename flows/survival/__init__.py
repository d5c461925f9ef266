"""Lines that survive in a git repository: pure; `flows.adapters.git` feeds it."""
