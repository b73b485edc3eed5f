"""ANSI/NIST-ITL transactions (ANSI/NIST-ITL 1-2011, update 2013; NIST SP 500-290), traditional and XML."""
