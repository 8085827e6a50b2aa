"""What the conversation knows of English: words, pronouns, names, denials, and who says what. Pure rules, no models."""
