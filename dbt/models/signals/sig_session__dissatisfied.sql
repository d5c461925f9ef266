{{ session_bit('dissatisfied') }}
