//! What a line would do: shell tree, catalogue → effects with spans.
