"""The application's logic, independent of HTTP."""
