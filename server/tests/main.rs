//! The server through real sockets, with real runners.
