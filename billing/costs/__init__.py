"""What a salon's talking costs: Meta's fees and the language model's, by dated price tables."""
