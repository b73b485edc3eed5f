"""The checks of an enrolment record, one module each."""
