"""Pictures: on a terminal, as PNG and in PDF files."""
