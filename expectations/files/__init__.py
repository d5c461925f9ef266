"""Checks on the dbt project's files, one kind of place a module."""
