{{ session_bit('repeat_request') }}
