{{ session_bit('too_simple_or_incomplete') }}
