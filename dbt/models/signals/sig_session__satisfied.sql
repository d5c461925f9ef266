{{ session_bit('satisfied') }}
