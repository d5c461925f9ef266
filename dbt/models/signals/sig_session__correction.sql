{{ session_bit('correction') }}
