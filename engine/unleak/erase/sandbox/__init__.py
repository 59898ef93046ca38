"""Run programs that a model wrote, where they can harm nothing."""
