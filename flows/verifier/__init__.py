"""An independent witness: what is left, and how old it is.

It shares no code with the purge, nor with anything else of winnow: a mistake of theirs is not
repeated here. It decodes what it finds and reports by kind of place, never a value.
"""
