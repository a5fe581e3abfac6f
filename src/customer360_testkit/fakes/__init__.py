"""The fakes and the frame they share: clock, journal, faults, switches, cast, OAuth, serving."""
