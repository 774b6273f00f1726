"""Questions that take more than one key: choices to walk, forms to fill in."""
