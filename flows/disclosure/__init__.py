"""The page for those whose sessions these are: facts in, Markdown and HTML out; pure."""
