//! Timeline with keyframes, seek, search, asciicast out.
