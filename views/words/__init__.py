"""What the pages say, one file per language."""
