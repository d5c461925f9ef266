{{ session_bit('remember_request') }}
