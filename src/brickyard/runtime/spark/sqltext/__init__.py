"""Reading SQL text: tokens, statements and where they name tables and paths. No I/O."""
