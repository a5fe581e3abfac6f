"""What needs pytest, as the suite does: running its checks, and a look at the fake that they rely on."""
