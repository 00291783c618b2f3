"""How things look: themes, signs, texts, and what the terminal can show."""
