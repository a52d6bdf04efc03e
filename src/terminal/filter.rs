//! Which bytes a model may see, so that hostile output costs bounded time and memory.
