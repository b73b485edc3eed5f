"""Ready records on their way to the server: sealed packets, a queue that loses nothing, transports that resume."""
