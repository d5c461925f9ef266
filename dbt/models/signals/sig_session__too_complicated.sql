{{ session_bit('too_complicated') }}
