"""Pure functions over arrays that clear, check and explain a market of wishes and posts."""
