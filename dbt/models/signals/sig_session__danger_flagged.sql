{{ session_bit('danger_flagged') }}
