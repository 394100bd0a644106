# The SQL means the same to both stores.

exec "$PYTHON" tests/gates/statements.py lib/*/*.c
