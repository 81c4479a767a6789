"""One file a command; `cli` puts them together. Nothing heavy is imported before a command runs."""
