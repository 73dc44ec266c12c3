"""The errors this package raises, under one root."""


class FlightDelaysError(Exception):
    """Something the caller can put right: the message names what is wrong and the remedy."""


class RawDataError(FlightDelaysError):
    """The raw data do not have the columns or types that the features rest on."""


class EmptyDataError(FlightDelaysError):
    """A period or a split holds no rows to work on."""
