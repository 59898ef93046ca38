"""Load models; map tokens to text; run them."""
