"""What the words mean: frozen values and pure rules, without I/O, clock or randomness."""
