"""How the default tier is released: bounded contributions, noise, chance answers, accounts of ε."""
