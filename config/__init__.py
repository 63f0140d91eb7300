"""What an operator may change, and the errors that every layer may raise."""
