"""Questions made from an article's sentences and headings, by rules that are sure of the grammar. Pure; English alone.

Sentences are taken apart into clauses (clauses.py), and clauses, people and headings turned into questions
(statements.py, amounts.py, people.py, headings.py); questions.py goes through an article.
"""
