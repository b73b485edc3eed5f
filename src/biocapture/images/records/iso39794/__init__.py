"""Image data blocks of ISO/IEC 39794-4, -5 and -6 (editions of 2019 and 2021), in ASN.1 (DER) and in XML."""
